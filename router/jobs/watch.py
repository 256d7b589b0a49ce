"""What is wrong at this moment: nobody on duty, a caller who waits long, router, PBX or machine in trouble (B4).

May live here: reading the board for it. Each trouble is told once, when it begins; it must be over before it is told
again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from router.errors import HotlineError
from router.jobs.telling import Telling
from router.store.notices.changes import Notice
from router.wire.board import OfficeBoard

LONG_WAIT_MS = 30_000
BLIND_AFTER = timedelta(seconds=10)  # a restart of the engine takes less


class ShowsBoard(Protocol):
    """The engine, as far as the watch needs it."""

    def board(self) -> OfficeBoard:
        """The board now; raises a `HotlineError` when the engine is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The job: look at the board."""

    desk: ShowsBoard
    telling: Telling
    clock: Callable[[], datetime]
    machine: Callable[[], Iterable[tuple[str, dict[str, str]]]] = tuple  # what is wrong with it (`Machine.troubles`)
    name: str = "watch"
    _since: dict[str, datetime] = field(default_factory=dict)  # trouble -> since when, as long as it lasts
    _told: set[str] = field(default_factory=set)

    def look(self) -> bool:
        """Tell of each trouble that has begun."""
        now = self.clock()
        found = dict(self._troubles(now))
        for trouble in [one for one in self._since if one not in found]:
            del self._since[trouble]
            self._told.discard(trouble)
        for trouble, (notice_of, patience) in found.items():
            since = self._since.setdefault(trouble, now)
            if trouble not in self._told and now - since >= patience:
                self._told.add(trouble)
                with Session(self.telling.database) as session:
                    self.telling.tell(session, notice_of(since))
                    session.commit()
        return True

    def _troubles(self, now: datetime) -> Iterator[tuple[str, tuple[Callable[[datetime], Notice], timedelta]]]:
        for what, details in self.machine():
            yield what, (_notice(what, details), timedelta(0))
        try:
            board = self.desk.board()
        except HotlineError:
            yield "router_blind", (_notice("router_blind", {"what": "router"}), BLIND_AFTER)
            return
        if not board.pbx:
            yield "pbx_blind", (_notice("router_blind", {"what": "pbx"}), BLIND_AFTER)
        if board.slot is not None and _nobody_on_duty(board):
            yield "nobody_on_duty", (_notice("nobody_on_duty", {"slot": board.slot.name}), BLIND_AFTER)
        for call in board.calls:
            waited = round(now.timestamp() * 1000) - call.arrived
            if call.state == "waiting" and waited >= LONG_WAIT_MS:
                details = {"number": call.number, "seconds": str(waited // 1000)}
                notice = _notice("long_wait", details, call_id=call.id)
                yield f"long_wait:{call.id}", (notice, timedelta(0))


def _nobody_on_duty(board: OfficeBoard) -> bool:
    """Whether none of those on a sheet that runs can be rung; where one of them talks it is busy, not empty."""
    on_duty = {turn.person for sheet in board.sheets if sheet.running for turn in sheet.turns}
    can_ring = any(board.people[person].why_not is None for person in on_duty if person in board.people)
    talks = any(call.state == "talking" and call.on_it in on_duty for call in board.calls)
    return not can_ring and not talks


def _notice(what: str, details: dict[str, str], *, call_id: str | None = None) -> Callable[[datetime], Notice]:
    def at(since: datetime) -> Notice:
        key = f"{what}:{call_id or since.isoformat()}"
        return Notice(key=key, what=what, call_id=call_id, at=since, details=details)

    return at
