"""审计: what people did, newest first. Routes only parse, call and render; nothing here changes anything."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from router.store.people.audit import MOST, What, audited
from router.store.scope import day_bounds
from router.web import shared, words

audit_pages = Blueprint("audit", __name__, template_folder="templates")


@audit_pages.get("/audit")
def page() -> ResponseReturnValue:
    """Who did what? Of a day, of one kind, of one person, as asked."""
    day = shared.day_or_none(request.args.get("date", ""))
    since, until = day_bounds(day, shared.zone()) if day else (None, None)
    what, who = request.args.get("what", ""), request.args.get("who", "").strip()[:80]
    rows = audited(
        shared.session(),
        since=since,
        until=until,
        what=what if what in set(What) else "",
        who=who,
        before=request.args.get("before", type=int),
    )
    return render_template(
        "audit/page.html",
        rows=rows,
        day=day,
        what=what,
        who=who,
        kinds={str(kind): words.AUDITED[kind] for kind in What},
        older=rows[-1].id if len(rows) == MOST else None,
    )
