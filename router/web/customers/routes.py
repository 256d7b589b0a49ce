"""客户: the list, one customer with their history, and what is done with a tap. Routes only parse, call and render."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from router.core.inputs import Contacted
from router.core.words import Number, PersonId
from router.masking import mask, mask_within
from router.store.customers.numbers import blocks_of_customer
from router.store.customers.queries import MOST, VIEWS, CustomerLine, customers_shown, history_of
from router.store.tables.calls import CallRow
from router.store.tables.customers import CallbackRow
from router.web import shared
from router.web.customers.view import customer_or_404, said
from router.web.recording import whole
from router.web.shown.owning import left_in_words, masked, terms

customer_pages = Blueprint("customers", __name__, template_folder="templates")

BY_HAND = ("follow_up", "visit")  # contacts that people tell of; others are seen


@customer_pages.get("/customers")
def page() -> ResponseReturnValue:
    """Who lapses soon? A consultant sees their own."""
    return _listed(request.args.get("view", "live"), _owner_asked(request.args.get("owner")))


@customer_pages.post("/customers/find")
def find() -> ResponseReturnValue:
    """The same, by name or number: what is looked for stands in no address, which browsers and proxies keep."""
    text = request.form.get("find", "").strip()[:40]
    owner = _owner_asked(request.form.get("owner"))
    return _listed("all", owner, text) if text else redirect(url_for("customers.page", owner=owner or None))


def _listed(view: str, owner: str | None, find: str = "") -> ResponseReturnValue:
    view = view if view in VIEWS else "live"
    lines, count = customers_shown(shared.session(), terms(), view=view, owner=owner, find=find)
    return render_template(
        "customers/list.html",
        lines=lines,
        count=count,
        most=MOST,
        view=view,
        views=VIEWS,
        find=find,
        owner=owner or "",
        people={code: shared.settings().names.get(code, code) for code in shared.settings().working},
        sees_all=shared.whose() is None,
        leads=_leads(),
        may_tell=_may_tell,
        masked=masked,
        left=left_in_words,
    )


@customer_pages.get("/customers/<int:customer_id>")
def one(customer_id: int) -> ResponseReturnValue:
    """One customer: whose, and everything that is on record of them."""
    return _shown(customer_or_404(customer_id), numbers_shown=False)


@customer_pages.post("/customers/<int:customer_id>/number")
def number(customer_id: int) -> ResponseReturnValue:
    """The numbers in full; who looked stands in the record."""
    return _shown(customer_or_404(customer_id), numbers_shown=True)


@customer_pages.post("/customers/<int:customer_id>/contact")
def contact(customer_id: int) -> ResponseReturnValue:
    """A follow-up, or a visit today: a contact by the owner, in one tap (R16.2)."""
    line, how = customer_or_404(customer_id), request.form.get("how", "")
    if how not in BY_HAND:
        abort(400)
    if not _may_tell(line):
        flash(_("Nobody who works here owns this customer: there is nothing to follow up."), "error")
        return _back(customer_id)
    told = Contacted(number=Number(line.numbers[0].number or ""), person=PersonId(line.row.owner or ""))
    key = f"contact:{customer_id}:{how}:{request.form.get('once') or secrets.token_hex(8)}"[:80]
    with said():
        source = f"page:{shared.username()}"[:32]
        shared.engine().tell(told, source=source, key=key, facts={"how": how, "by": shared.username()})
        flash(_("Noted: visited today.") if how == "visit" else _("Noted: followed up."))
    return _back(customer_id)


# --- what the routes ask ----------------------------------------------------------------------------------------------


def _shown(line: CustomerLine, *, numbers_shown: bool) -> ResponseReturnValue:
    about = f"customer {line.row.id}"
    texts = [(one, one.number or "") for one in line.numbers]
    shown = [(one, whole(text, about=about) if numbers_shown else mask(text)) for one, text in texts]
    history = history_of(shared.session(), line.row.id)
    calls = [call for call in history.calls if _may_see(call)]
    html = render_template(
        "customers/one.html",
        mask_within=mask_within,
        line=line,
        numbers=shown,
        numbers_shown=numbers_shown,
        calls=calls,
        forms={form.call_id: form for form in history.forms},
        contacts=history.contacts,
        owed=[row for row in history.callbacks if row.settled_at is None],
        history=history,
        blocks=blocks_of_customer(shared.session(), line.row.id),
        leads=_leads(),
        may_tell=_may_tell,
        may_look=shared.may("customers.number"),
        me=shared.person(),
        left=left_in_words,
        mine=_is_mine,
    )
    return (html, 200, {"Cache-Control": "no-store"}) if numbers_shown else html


def _owner_asked(text: str | None) -> str | None:
    mine = shared.whose()
    return mine if mine is not None else (text or None)


def _leads() -> bool:
    return shared.may("customer_changes.merge")


def _may_tell(line: CustomerLine) -> bool:
    """Whether who is signed in may note a contact: the owner, or the supervisor for an owner who works here."""
    owner = line.row.owner
    return owner in shared.settings().working and (_leads() or owner == shared.person())


def _may_see(call: CallRow) -> bool:
    """A consultant sees calls that they were on, as everywhere."""
    return shared.whose() is None or call.person == shared.person()


def _is_mine(row: CallbackRow) -> bool:
    return row.person is not None and row.person == shared.person()


def _back(customer_id: int) -> ResponseReturnValue:
    """To where the tap was made."""
    if request.form.get("to") == "me":
        return redirect(url_for("me.page"))
    return redirect(url_for("customers.one", customer_id=customer_id))
