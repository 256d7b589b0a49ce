"""报表 · 轮次公平: the counts of some days, the rounds, the picture. Routes only parse, call and render."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from router.store.calls.words import REASONS
from router.store.fairness.queries import Fairness, fairness
from router.store.fairness.words import COSTS_NO_TURN, WHY
from router.web import words
from router.web.fairness.picture import Captions, rounds_picture
from router.web.language import shown_language
from router.web.shared import day_asked, names, session, settings, zone

fairness_pages = Blueprint("fairness", __name__, template_folder="templates")

DAYS_AT_MOST = 92


@fairness_pages.get("/reports/fairness")
def page() -> ResponseReturnValue:
    """What became of every turn that was due, what is unexplained first; then who was offered and answered what."""
    first, last = _period()
    counted = _counted(first, last)
    language = shown_language()
    reasons = {key: message.render(language) for key, message in {**REASONS, **WHY}.items()}
    return render_template(
        "fairness/page.html",
        fair=counted,
        first=first,
        last=last,
        reasons=reasons,
        no_turn={kind: message.render(language) for kind, message in COSTS_NO_TURN.items()},
    )


@fairness_pages.get("/reports/fairness.svg")
def picture() -> ResponseReturnValue:
    """Rounds × people, as a picture."""
    counted = _counted(*_period())
    response = Response(rounds_picture(counted.sheets, names(), _captions()), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "no-store"
    return response


def _captions() -> Captions:
    return Captions(
        groups={group: str(word) for group, word in words.GROUP.items()},
        marks={mark: str(word.text) for mark, word in words.ROUND.items()},
        nothing=_("No turns on these days."),
    )


def _counted(first: date, last: date) -> Fairness:
    three_rings = timedelta(seconds=settings().three_rings_seconds)
    return fairness(session(), first, last, zone(), three_rings=three_rings)


def _period() -> tuple[date, date]:
    """The days asked for, else today; no more than a quarter of a year is counted."""
    last = day_asked(request.args.get("to", ""))
    first = min(day_asked(request.args.get("from", ""), otherwise=last), last)
    return max(first, last - timedelta(days=DAYS_AT_MOST - 1)), last
