"""What the routes of every page ask of the application at hand. May live here: these short questions.

A route parses, asks, calls one function and renders; who is signed in and what they may do is asked here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Response, abort, current_app, request, stream_with_context
from flask_security import current_user
from sqlalchemy.orm import Session

from router.core.policy import PRESENCE, PRESENT
from router.masking import mask
from router.store.tables.customers import HasNumber, number_of
from router.web.access import ROUTES, Open
from router.web.live import BoardSource, LiveBoard
from router.web.live_settings import LiveSettings
from router.web.security import session_digest
from router.web.settings import WebSettings
from router.web.streams import Streams
from router.web.today import Figures, Today
from router.wire.board import OfficeBoard

NAME_LETTERS = 40
OWED_DAYS = 7  # forms older than that are the reconciliation's
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)  # dates with a day before and after them


class Names(dict[str, str]):
    """Names of people by id; an id without a name is shown as it is."""

    def __missing__(self, key: str) -> str:
        return key


def session() -> Session:
    """The request's database session; it ends with the request."""
    made: Session = current_app.extensions["hotline"]["sessions"]()
    return made


def settings() -> WebSettings:
    """What the pages know of the site, as it is now."""
    live: LiveSettings = current_app.extensions["hotline"]["settings"]
    return live.now()


def names() -> Names:
    """Names of people by id, as pages and sentences show them: short enough for a row (WEB 7)."""
    known = settings().names.items()
    return Names({code: f"{name[: NAME_LETTERS - 1]}…" if len(name) > NAME_LETTERS else name for code, name in known})


def engine() -> BoardSource:
    """The engine's socket."""
    source: BoardSource = current_app.extensions["hotline"]["engine"]
    return source


def figures() -> Figures | None:
    """Today's figures; None while the database does not answer."""
    today: Today = current_app.extensions["hotline"]["today"]
    return today.figures(now().astimezone(zone()).date(), zone())


def live() -> LiveBoard:
    """The newest board; listening begins with the first page that asks, after the server has forked."""
    board: LiveBoard = current_app.extensions["hotline"]["live"]
    board.start()
    return board


def _streams() -> Streams:
    kept: Streams = current_app.extensions["hotline"]["streams"]
    return kept


def live_stream(message: Callable[[str, OfficeBoard | None], str]) -> Response:
    """Server-sent events: a page's live part whenever the board changes, and at least every 5 s.

    `message` makes the HTML of a link state and a board. The stream holds no database session.
    """
    board, streams, mark, digest = live(), _streams(), str(current_user.fs_uniquifier), session_digest()
    if not streams.opened(mark, digest):
        abort(429)
    current_app.extensions["hotline"]["sessions"].remove()

    def messages() -> Iterator[str]:
        serial, link, newest = board.newest()
        while streams.may_go_on(mark, digest):
            lines = "".join(f"data: {line}\n" for line in message(link, newest).splitlines() if line.strip())
            yield f"id: {serial}\n{lines}\n"
            serial, link, newest = board.wait(serial)

    response = Response(stream_with_context(messages()), mimetype="text/event-stream")
    response.call_on_close(lambda: streams.closed(mark, digest))
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def zone() -> ZoneInfo:
    """The site's zone."""
    return ZoneInfo(settings().zone)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def owed_since() -> datetime:
    """From when on a form that is missing is owed by the page, and no finding yet."""
    return now() - timedelta(days=OWED_DAYS)


def day_asked(text: str | None = None, otherwise: date | None = None) -> date:
    """The date of a text, else of the query's `date`; where that is none, `otherwise`, else today at the site."""
    asked = request.args.get("date", "") if text is None else text
    return day_or_none(asked) or otherwise or now().astimezone(zone()).date()


def day_or_none(text: str) -> date | None:
    """The date of a text; None for what is none, or lies where no office has a day (year 1, 9999)."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def local(moment: datetime | None, form: str = "%H:%M") -> str:
    """A moment as the site's clocks show it; 「—」 for one that is not known (WEB 1.5)."""
    return "—" if moment is None else moment.astimezone(zone()).strftime(form)


def at_ms(moment: int | None, form: str = "%H:%M") -> str:
    """The same of the engine's milliseconds."""
    return "—" if moment is None else local(datetime.fromtimestamp(moment / 1000, UTC), form)


def masked(row: HasNumber) -> str:
    """The number of a row as pages show it; "" where it was withheld or erased."""
    return mask(number_of(row))


def kind_of(presence: str) -> str:
    """Kind of reason of a presence (R3): objective, personal, or "" for present."""
    known = PRESENCE.get(presence)
    return known.value if known else settings().presence.get(presence, "")


def presences() -> list[str]:
    """Every presence that can be set, in the order of the buttons."""
    return [PRESENT, "receiving", "meeting", "errand", "break", *settings().presence, "off"]


def roles() -> set[str]:
    """The roles of who is signed in."""
    return {role.name for role in current_user.roles}


def person() -> str | None:
    """The consultant that who is signed in is; None for others."""
    code: str | None = current_user.person
    return code


def whose() -> str | None:
    """Whose things one sees: None for everybody's; a consultant sees their own, without a person nobody's."""
    return None if roles() - {"consultant"} else (person() or "-")


def username() -> str:
    """Who is signed in, as records name them."""
    return str(current_user.username)


def may(endpoint: str) -> bool:
    """Whether the table lets who is signed in use an address; pages offer what it does."""
    who = ROUTES.get(endpoint)
    return isinstance(who, Open) or (isinstance(who, frozenset) and bool(roles() & who))
