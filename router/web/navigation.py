"""Where one can go, and where one starts (WEB 2). May live here: the pages in their order, and their counts.

Who sees which is in the table of addresses (`router/web/access.py`). A page that is not served (a part of the product
that is not installed) is left out of the navigation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, request
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_security import current_user

from router.store.findings.queries import undecided_by_day
from router.store.forms.queries import forms_owed
from router.store.notices.queries import notices_unseen
from router.web import shared
from router.web.access import LEADERS, OFFICE, SCREENS
from router.web.security import lacks_second_step


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """A page of the navigation: its endpoint, its word, and how many things wait there."""

    endpoint: str
    text: LazyString
    count: Callable[[], int] = lambda: 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry as the page at hand shows it."""

    endpoint: str
    text: LazyString
    count: int
    is_current: bool


def findings_open() -> int:
    """How many findings wait for a decision; those are nobody's business but the office's."""
    return sum(undecided_by_day(shared.session()).values()) if shared.roles() & OFFICE else 0


def _own_forms_owed() -> int:
    person = shared.person()
    if person is None:
        return 0
    return len(forms_owed(shared.session(), since=shared.owed_since(), person=person))


def _notices_unseen() -> int:
    supervises = bool(shared.roles() & LEADERS)
    return notices_unseen(shared.session(), shared.person(), shared.username(), supervises=supervises)


ENTRIES = (
    MenuEntry(endpoint="board.page", text=_("Board")),
    MenuEntry(endpoint="check.page", text=_("Check"), count=findings_open),
    MenuEntry(endpoint="calls.day", text=_("Calls")),
    MenuEntry(endpoint="me.page", text=_("Me")),
    MenuEntry(endpoint="forms.all_forms", text=_("Call forms"), count=_own_forms_owed),
    MenuEntry(endpoint="customers.page", text=_("Customers")),
    MenuEntry(endpoint="callbacks.page", text=_("Call-backs")),
    MenuEntry(endpoint="day.page", text=_("Day")),
    MenuEntry(endpoint="fairness.page", text=_("Reports")),
    MenuEntry(endpoint="acts.day", text=_("Turns and acts")),
    MenuEntry(endpoint="notices.page", text=_("Notices"), count=_notices_unseen),
)


def navigation() -> list[Link]:
    """The links of who is signed in; none before they may use the pages."""
    if not current_user.is_authenticated or current_user.must_change_password or lacks_second_step():
        return []
    seen = [one for one in ENTRIES if shared.may(one.endpoint) and one.endpoint in current_app.view_functions]
    if shared.person() is None:
        seen = [entry for entry in seen if entry.endpoint != "me.page"]
    return [
        Link(endpoint=entry.endpoint, text=entry.text, count=entry.count(), is_current=_is_current(entry))
        for entry in seen
    ]


def home() -> str:
    """The endpoint of the page one starts on (WEB 2)."""
    roles = shared.roles() if current_user.is_authenticated else set()
    if roles & (LEADERS | SCREENS) or not roles:
        return "board.page"
    if "secretary" in roles:
        return "day.page"
    return "me.page" if shared.person() else "calls.day"


def _is_current(entry: MenuEntry) -> bool:
    """The page itself, or one below it; dialogs of acts belong to the board."""
    if request.endpoint == "acts.day" or entry.endpoint == "acts.day":
        return request.endpoint == entry.endpoint
    below = "board" if request.blueprint == "acts" else request.blueprint
    return entry.endpoint.partition(".")[0] == below
