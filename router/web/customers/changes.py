"""What supervisors change of customers: blocks, merges, an imported list. Routes only parse, call and render."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from router.desk_client.owners import tell_owners
from router.errors import HotlineError
from router.exchange.customers_in import HEADS, ListTerms, look_through, take_all
from router.masking import mask, mask_within
from router.reading.tables import read_table
from router.store.customers.changes import MergeError, carry_out, merge_of
from router.store.customers.numbers import block, open_blocks, row_of_number, unblock
from router.store.customers.queries import CustomerLine, customer_shown
from router.store.people.audit import What
from router.store.tables.customers import BlockRow, number_of
from router.web import shared
from router.web.customers.view import customer_or_404, have_it_read, said
from router.web.recording import record
from router.web.shown.imports import ON_PREVIEWS, is_as_shown
from router.web.shown.owning import left_in_words, masked, terms
from router.web.shown.refusals import in_words
from router.wire.errors import EngineUnreachableError

customer_changes = Blueprint("customer_changes", __name__, template_folder="templates")


# --- blocked numbers --------------------------------------------------------------------------------------------------


@customer_changes.get("/customers/blocked")
def blocked() -> ResponseReturnValue:
    """Numbers whose calls ring nobody."""
    rows = open_blocks(shared.session())
    return render_template("customers/blocked.html", rows=rows, mask=lambda n: mask(n or ""), mask_within=mask_within)


@customer_changes.post("/customers/blocked")
def block_number() -> ResponseReturnValue:
    """Block a number, with a reason."""
    number = shared.settings().numbering.one(request.form.get("number", "")[:40])
    with said():
        block(
            shared.session(),
            number,
            reason=request.form.get("reason", ""),
            by=shared.username(),
            now=shared.now(),
        )
        shared.session().commit()
        _flash_taken_over(_("The number is blocked: its calls are logged and ring nobody."))
    return redirect(url_for("customer_changes.blocked"))


@customer_changes.post("/customers/blocked/<int:block_id>/remove")
def remove_block(block_id: int) -> ResponseReturnValue:
    """Take a block back."""
    row = shared.session().get(BlockRow, block_id)
    with said():
        number = number_of(row) if row else ""
        unblock(shared.session(), number, by=shared.username(), now=shared.now())
        shared.session().commit()
        _flash_taken_over(_("The number is not blocked any more."))
    return redirect(url_for("customer_changes.blocked"))


def _flash_taken_over(done: str) -> None:
    later = _("The router takes it over within a minute.")
    flash(done if have_it_read() else f"{done} {later}")


# --- two that are one -------------------------------------------------------------------------------------------------


@customer_changes.route("/customers/<int:customer_id>/merge", methods=["GET", "POST"])
def merge(customer_id: int) -> ResponseReturnValue:
    """Merge another customer into this one: what it brings is shown first, and a reason is asked for."""
    kept = customer_or_404(customer_id)
    back = redirect(url_for("customers.one", customer_id=customer_id))
    with said():
        other = _other()
        wanted = merge_of(shared.session(), kept, other)
        if request.method == "GET" or "number" in request.form:
            return render_template("customers/merge.html", merge=wanted, masked=masked, left=left_in_words)
        owner = request.form.get("owner") or next((owner for owner, _at in wanted.choices), "")
        reason = request.form.get("reason", "")
        if wanted.must_choose and not request.form.get("owner"):
            raise MergeError(_("both have an owner now: choose whose customer it is"))
        carry_out(shared.session(), wanted, owner, by=shared.username(), reason=reason, now=shared.now())
        shared.session().commit()
        _tell_the_desk()
        flash(_("Merged: calls from any of the numbers are one customer's now."))
    return back


def _other() -> CustomerLine:
    """The second customer, by the page's number or by id."""
    session, text = shared.session(), request.form.get("number", "")[:40]
    row = row_of_number(session, shared.settings().numbering.one(text)) if text else None
    other_id = row.customer_id if row else request.values.get("other", type=int) or 0
    line = customer_shown(session, other_id, terms())
    if line is None or not line.numbers:
        raise MergeError(_("no customer has that number"))
    return line


def _tell_the_desk() -> None:
    try:
        tell_owners(shared.session(), shared.engine(), shared.now())
    except EngineUnreachableError:
        flash(_("The router does not answer: it is told as soon as it does."), "error")
    have_it_read()


# --- an imported list -------------------------------------------------------------------------------------------------


@customer_changes.post("/customers/import")
def import_customers() -> ResponseReturnValue:
    """Look a list through, and take it when asked to: whole or not at all."""
    file = request.files.get("file")
    if file is None or not file.filename:
        flash(_("Choose a CSV or XLSX file."), "error")
        return redirect(url_for("customers.page"))
    known, now = shared.settings(), shared.now()
    people = {code: known.names.get(code, code) for code in known.working}
    reading = ListTerms(people=people, written=known.numbering.one, zone=shared.zone(), ownership=terms())
    try:
        seen = look_through(shared.session(), read_table(file.read(), HEADS), reading)
        if request.form.get("do") == "take" and not seen.bad and is_as_shown(seen.code):
            count = take_all(shared.session(), seen, by=shared.username(), now=now)
            record(What.IMPORT, about="customers", rows=count)
            shared.session().commit()
            _tell_the_desk()
            flash(ngettext("%(num)s customer is taken.", "%(num)s customers are taken.", count))
            return redirect(url_for("customers.page"))
    except HotlineError as error:
        flash(in_words(error), "error")
        return redirect(url_for("customers.page"))
    return render_template("customers/preview.html", seen=seen, filename=file.filename[:80], **ON_PREVIEWS)
