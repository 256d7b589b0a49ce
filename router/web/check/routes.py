"""漏登核对 Check: the day's counts, its findings, decisions on them. Routes only parse, call and render."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from router.config.form import FIELDS
from router.errors import HotlineError
from router.logs import logger
from router.masking import mask
from router.store.customers.callbacks import callbacks_of_numbers, seen_calls_out
from router.store.findings.changes import MAX_REASON, FindingError, decide, write_display_count
from router.store.findings.queries import (
    calls_found,
    display_counts_of_day,
    finding_with,
    findings_about,
    findings_of_day,
    forms_found,
    newest_day_reconciled,
    pbx_calls_found,
    undecided_by_day,
)
from router.store.findings.runs import newest_good_run, newest_run
from router.store.pbx.queries import blind_intervals_of_day
from router.store.people.queries import names_of_users
from router.store.tables.findings import FindingRow, ReconcileRunRow
from router.store.tables.pbx import BlindIntervalRow
from router.store.versions import ChangedError
from router.web import shared, words
from router.web.access import OFFICE
from router.web.check.sentences import SentenceTerms, sentence
from router.web.check.view import OF_COUNT, Behind, FindingLine, SlotLine, is_closed, lines_of, slot_lines
from router.web.failures import changed_meanwhile
from router.web.language import shown_language
from router.web.shown.forms import lacking
from router.web.shown.refusals import in_words

check_pages = Blueprint("check", __name__, template_folder="templates")
log = logger(__name__)

STEPS = ("ask", "confirm", "dismiss", "reopen")

Recheck = Callable[[date, str], object]  # a date and who asks; raises a `HotlineError`


@check_pages.get("/check")
def page() -> ResponseReturnValue:
    """The counts and findings of a date; a consultant gets what is recorded of them."""
    if not shared.roles() & OFFICE:
        return _mine()
    session, day = shared.session(), _day()
    run, good = newest_run(session, day), newest_good_run(session, day)
    lines = _lines(findings_of_day(session, day))
    slots = slot_lines(good, lines, display_counts_of_day(session, day)) if good else []
    shown = [line for line in lines if _is_wanted(line)]
    return render_template(
        "check/page.html",
        day=day,
        run=run,
        good=good,
        slots=slots,
        shown=shown,
        undecided=sum(line.is_undecided for line in lines),
        decided=sum(not line.is_undecided for line in lines),
        total=len(lines),
        other_days=[(other, n) for other, n in undecided_by_day(session).items() if other != day][:10],
        **_choices(lines),
        **_tools(slots, blind_intervals_of_day(session, day, shared.zone())),
    )


def _mine() -> ResponseReturnValue:
    person = shared.person()
    findings = findings_about(shared.session(), person) if person else []
    return render_template("check/mine.html", shown=_lines(findings), **_tools([]))


@check_pages.post("/check/<int:finding_id>/<step>")
def take_step(finding_id: int, step: str) -> ResponseReturnValue:
    """Ask for the form, confirm, dismiss, or take a decision back; then on to the next one."""
    finding = finding_with(shared.session(), finding_id)
    if finding is None or step not in STEPS:
        abort(404)
    reason, seen = words.why_from(request.form)[:MAX_REASON], request.form.get("version", type=int)
    try:
        decide(shared.session(), finding_id, step, by=shared.username(), now=shared.now(), reason=reason, seen=seen)
    except ChangedError as error:
        shared.session().rollback()
        return _changed(finding, error, seen)
    except FindingError as error:
        shared.session().rollback()
        flash(_("Not done: %(why)s", why=in_words(error)), "error")
        return redirect(_back(f"finding-{finding_id}"))
    shared.session().commit()
    return redirect(_back(request.form.get("next", "")))


def _changed(finding: FindingRow, error: ChangedError, seen: int | None) -> ResponseReturnValue:
    """Who decided about the finding since it was seen, and why; without anybody the run saw it otherwise."""
    names = _tools([])["who"]
    since = finding.acts[-max(1, error.version - (seen or 0)) :]
    lines = [
        f"{shared.local(act.at, '%m-%d %H:%M:%S')} {names(act.by)}: {words.FINDING_STATE[act.state].text} {act.reason}"
        for act in since
    ]
    return changed_meanwhile(error.version, lines, _back(f"finding-{finding.id}"))


@check_pages.post("/check/run")
def run_again() -> ResponseReturnValue:
    """重新核对: run for the date at will."""
    day = shared.day_asked(request.form.get("date", ""))
    recheck: Recheck | None = current_app.extensions["hotline"]["recheck"]
    if recheck is None:
        abort(503)
    shared.session().rollback()  # the run writes by itself: hold no transaction meanwhile
    try:
        recheck(day, shared.username())
    except HotlineError as error:
        log.warning("reconcile failed", by=shared.username(), day=day, id=error.id, why=error)
        flash(_("The run failed: %(why)s", why=in_words(error)), "error")
    else:
        flash(_("Reconciled."))
    return redirect(url_for("check.page", date=day.isoformat()))


@check_pages.post("/check/display")
def display() -> ResponseReturnValue:
    """Type in what the phone's display counted in a slot; an empty field takes it back."""
    day, text = shared.day_asked(request.form.get("date", "")), request.form.get("count", "").strip()
    good = newest_good_run(shared.session(), day)
    known = {slot["slot"] for slot in good.slots} if good else set()
    slot = request.form.get("slot", "")
    if slot not in known or (text and not (text.isascii() and text.isdigit() and len(text) <= 6)):
        flash(_("Write a whole number, 0 or more."), "error")
        return redirect(url_for("check.page", date=day.isoformat()))
    write_display_count(
        shared.session(), day, slot, int(text) if text else None, by=shared.username(), now=shared.now()
    )
    shared.session().commit()
    return _after_display(day)


def _after_display(day: date) -> ResponseReturnValue:
    """Whether the display fits is for a run to say; without one the count stands until the night."""
    recheck: Recheck | None = current_app.extensions["hotline"]["recheck"]
    if recheck is not None:
        try:
            recheck(day, shared.username())
        except HotlineError as error:
            flash(_("The count is kept, but the run failed: %(why)s", why=in_words(error)), "error")
            return redirect(url_for("check.page", date=day.isoformat()))
    flash(_("The display's count is kept."))
    return redirect(url_for("check.page", date=day.isoformat()))


# --- what the routes ask ---------------------------------------------------------------------------------------------


def _day() -> date:
    """The date asked for; without one the newest that waits, else the newest that was reconciled, else today."""
    asked = request.args.get("date", "")
    if asked:
        return shared.day_asked(asked)
    waiting = undecided_by_day(shared.session())
    return next(iter(waiting), None) or newest_day_reconciled(shared.session()) or shared.day_asked("")


def _lines(findings: Sequence[FindingRow]) -> list[FindingLine]:
    """The findings with what is behind them, in a fixed number of queries."""
    session = shared.session()
    names = [finding.call for finding in findings if finding.call]
    calls = calls_found(session, names)
    missed = [calls[f.call] for f in findings if f.kind == "missed_call" and f.call in calls]
    numbers = [call.number.number for call in missed if call.number and call.number.number]
    since = min((call.arrived_at for call in missed), default=shared.now())
    behind = Behind(
        calls=calls,
        pbx=pbx_calls_found(session, names),
        forms=forms_found(session, [finding.form for finding in findings]),
        callbacks=callbacks_of_numbers(session, [call.number_id for call in missed if call.number_id]),
        calls_out=seen_calls_out(session, numbers, since),
    )
    return lines_of(findings, behind)


def _is_wanted(line: FindingLine) -> bool:
    """The tab and the filters of the address."""
    tab, finding = request.args.get("tab", "open"), line.finding
    kinds = {kind for value in request.args.getlist("kind") for kind in value.split(",") if kind}
    person, slot = request.args.get("person", ""), request.args.get("slot", "")
    of_tab = tab == "all" or line.is_undecided == (tab != "done")
    return (
        of_tab
        and (not kinds or finding.kind in kinds)
        and (not person or finding.person == person)
        and (not slot or slot in (finding.slot, line.form.slot_name if line.form else ""))
    )


def _choices(lines: Iterable[FindingLine]) -> dict[str, Any]:
    lines = list(lines)
    return {
        "tab": request.args.get("tab", "open"),
        "kinds": sorted({line.finding.kind for line in lines}),
        "people": sorted({line.finding.person for line in lines if line.finding.person}),
        "asked_kind": request.args.get("kind", ""),
        "asked_person": request.args.get("person", ""),
        "asked_slot": request.args.get("slot", ""),
    }


def _tools(slots: Sequence[SlotLine], blind: Sequence[tuple[BlindIntervalRow, int]] = ()) -> dict[str, Any]:
    known = shared.settings()
    names = {
        **names_of_users(shared.session()),
        **{by: str(word) for by, word in words.RUNS.items()},
        **shared.names(),
    }
    telling = SentenceTerms(
        names=names,
        now=shared.now(),
        form_minutes=known.form_minutes,
        lacks=_lacks,
        slots={slot.name: slot for slot in slots},
        blind=[(row.started_at, row.ended_at) for row, _put_in in blind],
    )
    return {
        "tell": lambda line: sentence(line, telling),
        "who": telling.name,
        "blind": blind,
        "mask": mask,
        "may_act": shared.may("check.take_step"),
        "may_count": shared.may("check.display"),
        "of_count": OF_COUNT,
        "is_closed": is_closed,
        "failure_of": _failure_of,
        "link": _link,
    }


def _lacks(line: FindingLine) -> Sequence[str]:
    if line.form is None:
        return ()
    fields = (FIELDS[key] for key in lacking(line.form, shared.settings().form))
    return [field.label.render(shown_language()) for field in fields]


def _failure_of(run: ReconcileRunRow | None, good: ReconcileRunRow | None) -> str:
    """Why the newest run failed; "" if it went well."""
    if run is None or not run.failure or (good is not None and good.id > run.id):
        return ""
    return run.failure


def _link(**changed: object) -> str:
    """This page with other filters."""
    values = {**request.args.to_dict(), **{key: str(value) for key, value in changed.items()}}
    return f"{url_for('check.page')}?{urlencode({key: value for key, value in values.items() if value})}"


def _back(fragment: str) -> str:
    """Where a decision was made, with its filters; never elsewhere."""
    asked = request.form.get("query", "")[:500]
    is_plain = fragment.replace("-", "").isalnum() and fragment.isascii()
    query = urlencode(parse_qsl(asked))  # written anew: what a browser sends goes into no header as it is
    return f"{url_for('check.page')}{f'?{query}' if query else ''}{f'#{fragment}' if is_plain else ''}"
