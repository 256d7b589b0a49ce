"""通知 Notices: what the owner and the supervisors were told at once. Routes only parse, call and render."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from router.store.follow.queries import failed_events, journal_trouble
from router.store.notices.changes import see_notices
from router.store.notices.queries import messages_failing, notices_for, notices_seen
from router.store.notices.words import notice_words
from router.store.tables.notices import NoticeRow
from router.web import shared
from router.web.access import LEADERS
from router.web.language import shown_language

notice_pages = Blueprint("notices", __name__, template_folder="templates")


@notice_pages.get("/notices")
def page() -> ResponseReturnValue:
    """A person's own notices, and for supervisors those for all of them; what is not on record, and targets away."""
    rows, session = _mine(), shared.session()
    has_seen = notices_seen(shared.session(), rows, shared.username())
    failing = messages_failing(session) if _supervises() else []
    unrecorded = failed_events(session) if _supervises() else []
    trouble = journal_trouble(session) if _supervises() else ""
    said = [(row, *notice_words(row.what, row.details, shown_language())) for row in rows]
    return render_template(
        "notices/page.html",
        said=said,
        failing=failing,
        has_seen=has_seen,
        unrecorded=unrecorded,
        journal_trouble=trouble,
    )


@notice_pages.post("/notices/seen")
def seen() -> ResponseReturnValue:
    """Take note of those that the page showed: what has come since was not seen by anybody."""
    shown = {int(one) for one in request.form.get("shown", "").split(",") if one.isdecimal()}
    see_notices(shared.session(), [row for row in _mine() if row.id in shown], shared.username(), shared.now())
    shared.session().commit()
    return redirect(url_for("notices.page"))


def _supervises() -> bool:
    return bool(shared.roles() & LEADERS)


def _mine() -> list[NoticeRow]:
    return list(notices_for(shared.session(), shared.person(), supervises=_supervises()))
