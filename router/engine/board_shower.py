"""Who shows the board: to whoever looks on, not more often than they can follow. May live here: when, and to whom."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable

from router.core.actions import Action, Trail
from router.core.words import Millis
from router.engine.board import board
from router.engine.desk_keeper import DeskKeeper
from router.engine.journal_keeper import JournalKeeper
from router.logs import logger
from router.wire.board import Beside, BoardItem, OfficeBoard
from router.wire.codec import answer_to_json

log = logger(__name__)

RECENT = 8  # trail lines on the board
SHOW_EVERY_SECONDS = 0.05
SHOWN_AS_RECENT = frozenset(
    {"Rang", "Connected", "HandOver", "Waits", "Missed", "Passed", "Forfeit", "Lapse", "Restore", "Round", "Act"}
)


class BoardShower:
    """`beside`: what the board shows beside the desk, as how the PBX stands."""

    def __init__(self, desk: DeskKeeper, journal: JournalKeeper, *, beside: Callable[[], Beside] = Beside) -> None:
        self._desk = desk
        self._journal = journal
        self._beside = beside
        self._watchers: list[Callable[[OfficeBoard], None]] = []
        self._recent: deque[BoardItem] = deque(maxlen=RECENT)
        self._is_shown = True
        self._shown_at = float("-inf")

    def watch(self, watcher: Callable[[OfficeBoard], None]) -> None:
        """Show the board to `watcher` as it changes, from the engine's thread: it must not wait."""
        self._watchers.append(watcher)

    def has_changed(self, answers: Iterable[tuple[Millis, list[Action | Trail]]]) -> None:
        """The desk has decided something; these are what it said."""
        self._is_shown = False
        for at, answer in answers:
            shown = (item for item in answer if type(item).__name__ in SHOWN_AS_RECENT)
            self._recent.extend(
                BoardItem(at=at, what=type(item).__name__, details=answer_to_json(item)) for item in shown
            )

    def seconds_left(self) -> float | None:
        """Until the board is to be shown; None: there is nothing new."""
        if self._is_shown or not self._watchers:
            return None
        return self._shown_at + SHOW_EVERY_SECONDS - time.monotonic()

    def show_if_due(self, *, at_once: bool = False) -> None:
        """Show what is new; `at_once`: who asked must find it on the board when the answer comes."""
        left = self.seconds_left()
        if left is None or (left > 0 and not at_once):
            return
        self._is_shown, self._shown_at = True, time.monotonic()
        try:
            shown = self.shown()
            for watcher in self._watchers:
                watcher(shown)
        except Exception:  # who looks on must not end who decides
            log.exception("board failed")

    def shown(self) -> OfficeBoard:
        """The board with its sequence number and the newest trail lines."""
        return board(
            self._desk.desk.office,
            self._desk.day,
            self._desk.rules,
            beside=self._beside(),
            seq=self._journal.seq,
            journal=self._journal.journal.id,
            to_record=self._journal.to_record,
            recent=self._recent,
        )
