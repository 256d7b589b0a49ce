"""What is wrong at this moment: nobody on duty, a caller who waits long, router, PBX or machine in trouble (B4).

May live here: reading the board for it. Each trouble is told once, when it begins; it must be over before it is told
again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from router.errors import HotlineError, StoreError
from router.jobs.aside import Aside
from router.jobs.record_look import DATABASE_SECONDS, RecordLook
from router.jobs.telling import Telling
from router.logs import logger
from router.store.locks import hold_lock
from router.store.notices.changes import Notice
from router.store.notices.queries import is_told
from router.wire.board import OfficeBoard

log = logger(__name__)

LONG_WAIT_MS = 30_000
BLIND_AFTER = timedelta(seconds=10)  # a restart of the engine takes less
TWO_LOOKS = timedelta(seconds=4)  # so far apart two processes see the same trouble begin


class ShowsBoard(Protocol):
    """The engine, as far as the watch needs it."""

    def board(self) -> OfficeBoard:
        """The board now; raises a `HotlineError` when the engine is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that is wrong now: `name` tells it from others of its kind; `patience`: how long it may last untold."""

    name: str
    what: str
    details: Mapping[str, str]
    patience: timedelta = BLIND_AFTER
    call_id: str | None = None

    def notice(self, since: datetime) -> Notice:
        """What is told of it."""
        key = self.name if self.call_id else f"{self.name}:{since.isoformat()}"
        return Notice(key=key, what=self.what, call_id=self.call_id, at=since, details=self.details)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The job: look at the board."""

    desk: ShowsBoard
    telling: Telling
    clock: Callable[[], datetime]
    machine: Callable[[], Iterable[tuple[str, dict[str, str]]]] = tuple  # what is wrong with it (`Machine.troubles`)
    name: str = "watch"
    _record: RecordLook = field(default_factory=RecordLook)
    _writing: Aside[None] = field(default_factory=lambda: Aside(DATABASE_SECONDS))
    _since: dict[str, datetime] = field(default_factory=dict)  # trouble -> since when, as long as it lasts
    _told: set[str] = field(default_factory=set)

    def look(self) -> bool:
        """Tell of each trouble that has begun."""
        now = self.clock()
        found = {trouble.name: trouble for trouble in self._troubles(now)}
        for name in [one for one in self._since if one not in found]:
            del self._since[name]
            self._told.discard(name)
        for name, trouble in found.items():
            since = self._since.setdefault(name, now)
            if name not in self._told and now - since >= trouble.patience:
                self._tell(trouble, since)
                self._told.add(name)
        return True

    def _tell(self, trouble: Trouble, since: datetime) -> None:
        """Tell of it; where the database does not take it, at least those who are told by robots or mail."""
        try:
            self._writing.ask(lambda: self._put_on_the_page(trouble, since))
        except (SQLAlchemyError, StoreError, OSError) as error:
            log.error("alarm", alarm=trouble.what, page="not written", why=error)  # noqa: TRY400  (no slip of ours)
            self.telling.tell_past_the_database(trouble.notice(since))

    def _put_on_the_page(self, trouble: Trouble, since: datetime) -> None:
        """Unless another process has seen it begin, too."""
        with hold_lock(self.telling.database, "watch", wait_seconds=5), Session(self.telling.database) as session:
            together = max(trouble.patience, TWO_LOOKS)
            if not is_told(session, f"{trouble.name}:", since - together, since + together):
                self.telling.tell(session, trouble.notice(since))
            session.commit()

    def _troubles(self, now: datetime) -> Iterator[Trouble]:
        for what, details in self.machine():
            name = f"{what}:{details['seconds']}" if "seconds" in details else what  # each step of the clock
            yield Trouble(name=name, what=what, details=details, patience=timedelta(0))
        try:
            board = self.desk.board()
        except HotlineError:
            yield Trouble(name="router_blind", what="router_blind", details={"what": "router"})
            return
        yield from self._of_the_record(board, now)
        if board.standby_stale:
            yield Trouble(name="fallback_stale", what="fallback_stale", details={})
        if not board.pbx:
            yield Trouble(name="pbx_blind", what="router_blind", details={"what": "pbx"})
        if board.slot is not None and _nobody_on_duty(board):
            yield Trouble(name="nobody_on_duty", what="nobody_on_duty", details={"slot": board.slot.name})
        for call in board.calls:
            waited = round(now.timestamp() * 1000) - call.arrived
            if call.state == "waiting" and waited >= LONG_WAIT_MS:
                details = {"number": call.number, "seconds": str(waited // 1000)}
                name = f"long_wait:{call.id}"
                yield Trouble(name=name, what="long_wait", details=details, patience=timedelta(0), call_id=call.id)

    def _of_the_record(self, board: OfficeBoard, now: datetime) -> Iterator[Trouble]:
        """Whether the database follows the journal: nobody would miss it until the evening."""
        behind = self._record.behind(self.telling.database, board.journal, board.to_record, now)
        if behind is not None:
            yield Trouble(name="record_behind", what="record_behind", details={"why": behind}, patience=timedelta(0))


def _nobody_on_duty(board: OfficeBoard) -> bool:
    """Whether none of those on a sheet that runs can be rung; where one of them talks it is busy, not empty."""
    on_duty = {turn.person for sheet in board.sheets if sheet.running for turn in sheet.turns}
    can_ring = any(board.people[person].why_not is None for person in on_duty if person in board.people)
    talks = any(call.state == "talking" and call.on_it in on_duty for call in board.calls)
    return not can_ring and not talks
