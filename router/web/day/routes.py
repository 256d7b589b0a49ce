"""日清: what is open of a day, its sheet, files out and in, and closing it. Routes only parse, call and render."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from router.errors import HotlineError
from router.exchange import forms_out
from router.exchange.forms_in import file_all, heads, look_through
from router.exchange.forms_out import TableTerms
from router.exchange.table import MIME, Table, written
from router.reading.tables import read_table
from router.store.calls.queries import calls_of_day, calls_of_days
from router.store.forms.changes import FormError, FormWriting
from router.store.forms.closing import DayAccount, DayClosedError, account_of_day, close_day, closing_of
from router.store.forms.queries import forms_of_days, forms_owed
from router.store.office.queries import slots_end
from router.store.people.audit import Result, What, count_since
from router.store.scope import day_bounds
from router.web import shared
from router.web.access import WHOLE_NUMBERS
from router.web.day.pdf import as_pdf, pdf_works
from router.web.language import shown_language
from router.web.recording import record
from router.web.shown.imports import ON_PREVIEWS, is_as_shown
from router.web.shown.refusals import in_words

day_pages = Blueprint("day", __name__, template_folder="templates")

# enough for an office's work, too little to carry its customers off unseen
MOST_EXPORTED_DAYS = timedelta(days=366)
MOST_EXPORTED_ROWS = 20_000
EXPORTS_AN_HOUR = 20


@day_pages.get("/day")
def page() -> ResponseReturnValue:
    """Can the day be closed?"""
    day = shared.day_asked()
    account = _account(day)
    return render_template(
        "day/page.html",
        day=day,
        open=account.still_open,
        counts=account.slots,
        closing=closing_of(shared.session(), day),
        may_close=shared.may("day.close"),
        runs_until=_runs_until(day),
        pdf_works=pdf_works(),
    )


@day_pages.post("/day/<day_text>/close")
def close(day_text: str) -> ResponseReturnValue:
    """Close the day; with things open only with a reason."""
    day, remark = _day(day_text), request.form.get("remark", "").strip()
    runs_until = _runs_until(day)
    if runs_until is not None:
        when = shared.local(runs_until, "%m-%d %H:%M")
        flash(_("The day runs until %(when)s; it is closed after that.", when=when), "error")
        return redirect(url_for("day.page", date=day))
    account = _account(day)
    if any(account.still_open.values()) and not remark:
        flash(_("Something is open: say why the day is closed all the same."), "error")
        return redirect(url_for("day.page", date=day))
    try:
        close_day(
            shared.session(),
            day,
            by=shared.username(),
            now=shared.now(),
            archive=_archive(day, account),
            remark=remark,
        )
    except DayClosedError:
        flash(_("The day is closed already."), "error")
    else:
        shared.session().commit()
        flash(_("The day is closed. From now on a form of it changes only with a reason."))
    return redirect(url_for("day.page", date=day))


@day_pages.get("/day/<day_text>/sheet")
def sheet(day_text: str) -> ResponseReturnValue:
    """The day's 来电表 on paper."""
    return _sheet(_day(day_text))


@day_pages.get("/day/<day_text>/sheet.pdf")
def sheet_pdf(day_text: str) -> ResponseReturnValue:
    """The same as a PDF."""
    day = _day(day_text)
    if not pdf_works():
        abort(404)
    return Response(as_pdf(_sheet(day, is_pdf=True)), mimetype="application/pdf", headers=_attachment(f"{day}.pdf"))


@day_pages.get("/day/<day_text>/picture.svg")
def picture(day_text: str) -> ResponseReturnValue:
    """The day's calls as a picture."""
    from router.exchange.charts import day_picture  # here: its import takes two seconds of a start

    calls = calls_of_day(shared.session(), _day(day_text), shared.zone())
    return Response(day_picture(calls, shared.settings().media, _office()), mimetype="image/svg+xml")


@day_pages.post("/export/<what>.<kind>")
def export(what: str, kind: str) -> ResponseReturnValue:
    """Forms, calls or the day's sheet as CSV or XLSX, with a reason, on record; from and to are days."""
    first = shared.day_asked(request.form.get("from", ""))
    last = max(first, shared.day_asked(request.form.get("to", str(first))))
    if what not in ("forms", "calls", "day") or kind not in MIME:
        abort(404)
    reason, about = request.form.get("reason", ""), f"{what}.{kind} {first}..{last}"
    table = _table(what, first, last) if last - first < MOST_EXPORTED_DAYS else None
    refused = _why_no_export(table, reason)
    if table is None or refused:
        record(What.EXPORT, about=about, result=Result.REFUSED, why=reason, rows=len(table.rows) if table else None)
        shared.session().commit()
        flash(refused, "error")
        return redirect(url_for("day.page", date=first))
    numbers = "whole numbers" if _has_whole_numbers() else "masked"
    record(What.EXPORT, about=f"{about} {numbers}", rows=len(table.rows), why=reason)
    shared.session().commit()
    content = written(table, kind)
    return Response(content, mimetype=MIME[kind], headers=_attachment(f"{what}-{first}-{last}.{kind}"))


@day_pages.post("/import/forms")
def import_forms() -> ResponseReturnValue:
    """Look a file through, and file its forms when asked to: all of them or none."""
    file, why = request.files.get("file"), request.form.get("why", "")
    if file is None or not file.filename:
        flash(_("Choose a CSV or XLSX file."), "error")
        return redirect(url_for("day.page"))
    known = shared.settings()
    writing = FormWriting(
        table=known.form, people=known.names, zone=shared.zone(), by=shared.username(), now=shared.now()
    )
    try:
        seen = look_through(shared.session(), read_table(file.read(), heads()), _office(), writing, why=why)
        if request.form.get("do") == "file" and not seen.bad and is_as_shown(seen.code):
            count = file_all(shared.session(), seen, writing, why=why)
            record(What.IMPORT, about="forms", rows=count, why=why)
            shared.session().commit()
            flash(ngettext("%(num)s form is filed.", "%(num)s forms are filed.", count))
            return redirect(url_for("day.page"))
    except (FormError, HotlineError) as error:
        flash(in_words(error), "error")
        return redirect(url_for("day.page"))
    return render_template("day/preview.html", seen=seen, filename=file.filename[:80], **ON_PREVIEWS)


# --- what the routes ask ---------------------------------------------------------------------------------------------


def _account(day: date) -> DayAccount:
    """What stands on record of the day, read once a request."""
    end = day_bounds(day, shared.zone())[1]
    owed = forms_owed(shared.session(), since=day_bounds(day, shared.zone())[0])
    return account_of_day(
        calls_of_day(shared.session(), day, shared.zone()),
        forms_of_days(shared.session(), day, day + timedelta(days=1), shared.zone()),
        forms_owed=sum(call.arrived_at < end for call in owed),
    )


def _archive(day: date, account: DayAccount) -> dict[str, Any]:
    """The day as it stands, kept with its closing; numbers are masked, as on paper."""
    table = _table("day", day, day, show_numbers=False)
    return {
        "counts": account.slots,
        "open": account.still_open,
        "head": list(table.head),
        "rows": [list(row) for row in table.rows],
    }


def _sheet(day: date, *, is_pdf: bool = False) -> str:
    return render_template(
        "day/sheet.html",
        is_pdf=is_pdf,
        day=day,
        table=_table("day", day, day, show_numbers=False),
        counts=_account(day).slots,
        closing=closing_of(shared.session(), day),
        now=shared.now(),
    )


def _why_no_export(table: Table | None, reason: str) -> str:
    """Why this export is refused; "" where it is not."""
    an_hour_ago = shared.now() - timedelta(hours=1)
    if not reason.strip():
        return str(_("Say what the file is for: it stands in the record."))
    if table is None or len(table.rows) > MOST_EXPORTED_ROWS:
        return str(_("That is too much for one file: choose fewer days."))
    if count_since(shared.session(), What.EXPORT, shared.username(), an_hour_ago) >= EXPORTS_AN_HOUR:
        return str(_("Those were many files within an hour: wait a little."))
    return ""


def _has_whole_numbers() -> bool:
    return bool(shared.roles() & WHOLE_NUMBERS)


def _table(what: str, first: date, last: date, *, show_numbers: bool | None = None) -> Table:
    full = _has_whole_numbers() if show_numbers is None else show_numbers
    end = last + timedelta(days=1)
    if what == "calls":
        calls = calls_of_days(shared.session(), first, end, shared.zone())
        return forms_out.calls_table(calls, _office(), show_numbers=full)
    forms = forms_of_days(shared.session(), first, end, shared.zone())
    if what == "forms" and full:
        return forms_out.forms_table(forms, _office())
    return forms_out.day_sheet(forms, _office(), show_numbers=full)


def _office() -> TableTerms:
    known = shared.settings()
    return TableTerms(language=shown_language(), zone=shared.zone(), names=known.names, form=known.form)


def _attachment(name: str) -> Mapping[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


def _runs_until(day: date) -> datetime | None:
    """When the day's last slot ends, while that is still to come; a later day ends with itself."""
    now = shared.now()
    if day == now.astimezone(shared.zone()).date():
        ends = slots_end(shared.session(), day)
        return ends if ends is not None and ends > now else None
    ends = day_bounds(day, shared.zone())[1]
    return ends if ends > now else None


def _day(text: str) -> date:
    day = shared.day_or_none(text)
    if day is None:
        abort(404)
    return day
