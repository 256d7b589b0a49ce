"""The engine: one thread owns the desk. May live here: the mailbox, the one loop, and its order of work.

A step takes the letters that wait, lets the desk decide, commits them to the journal in one transaction, and only then
has the actions carried out, answers who asked, and shows the board. So nothing is done that was not written down, and
deciding never waits for the database. When the journal can't be written the engine ends: it starts again from what
was written.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from router.core.actions import Action, Trail
from router.core.desk import Desk
from router.core.errors import DeskError
from router.core.inputs import Answered, Taken, Tick
from router.core.policy import Policy
from router.engine.board import board
from router.engine.codec import answer_to_json, input_to_json
from router.engine.journal import Entry, Journal
from router.engine.ports import Letter, Switchboard
from router.engine.snapshot import VERSION, state_of
from router.errors import RequestError

log = logging.getLogger(__name__)

BATCH = 200  # letters a step; more wait for the next
SNAPSHOT_EVERY = 2000  # entries
RECENT = 8  # trail lines on the board


class RefusedError(RequestError):
    """The desk refused a request: it can't have happened, or may not happen now."""

    id = "refused"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter in the mailbox, and who waits for its being recorded."""

    letter: Letter
    done: Future[int] | None = None


class Engine:
    """The one writer. `put` and `ask` may be called from any thread, everything else from the engine's own."""

    def __init__(self, desk: Desk, journal: Journal, switchboard: Switchboard, clock: Callable[[], int]) -> None:
        self.desk = desk
        self._journal = journal
        self._switchboard = switchboard
        self._clock = clock
        self._mail: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        self._entries: list[Entry] = []
        self._seq = journal.last_seq
        self._snapshot_at = journal.last_seq
        self._actions: list[Action | Trail] = []
        self._recent: deque[dict[str, Any]] = deque(maxlen=RECENT)
        self._watchers: list[Callable[[dict[str, Any]], None]] = []

    # --- from any thread -------------------------------------------------------------------------------------------

    def put(self, letter: Letter) -> None:
        """Hand in a letter (`Mailbox`)."""
        self._mail.put(Delivery(letter))

    def ask(self, letter: Letter) -> Future[int]:
        """Hand in a request; the future gives its sequence number once recorded, or `RefusedError`."""
        done: Future[int] = Future()
        self._mail.put(Delivery(letter, done))
        return done

    def watch(self, watcher: Callable[[dict[str, Any]], None]) -> None:
        """Show the board to `watcher` after every step, from the engine's thread: it must not wait."""
        self._watchers.append(watcher)

    def start(self, policy: Policy) -> None:
        """Begin under `policy`, with a snapshot, so that the next recovery starts here."""
        self.desk.office.policy = policy
        self._seq += 1
        self._snapshot_at = self._seq
        self._journal.write([self._snapshot()])

    # --- the engine's thread ---------------------------------------------------------------------------------------

    def run(self, over: threading.Event) -> None:
        """Work until `over` is set. Raises `JournalError`: what was decided can't be kept."""
        while not over.is_set():
            self.step(0.5)

    def step(self, longest: float = 1.0) -> bool:
        """One unit of work: the letters that wait, or what time brings, within `longest` seconds. False: nothing."""
        deliveries = self._take(longest)
        waiting: list[tuple[Delivery, int, DeskError | None]] = []
        self._pass_time()
        for delivery in deliveries:
            waiting.append((delivery, *self._decide(delivery.letter)))
        if not self._entries and not waiting:
            return False
        self._commit()
        self._act(waiting)
        return True

    def _take(self, longest: float) -> list[Delivery]:
        deadline = self.desk.next_deadline
        patience = longest if deadline is None else min(longest, max(0.0, (deadline - self._clock()) / 1000))
        taken: list[Delivery] = []
        try:
            taken.append(self._mail.get(timeout=patience) if patience else self._mail.get_nowait())
            while len(taken) < BATCH:
                taken.append(self._mail.get_nowait())
        except queue.Empty:
            pass
        return taken

    def _now(self) -> int:
        """The clock, which for the desk never goes back."""
        return max(self._clock(), self.desk.office.now)

    def _pass_time(self) -> None:
        for at, answer in self.desk.until(self._now()):
            self._note("input", at, Letter(input=Tick(), source="timer"), answer)

    def _decide(self, letter: Letter) -> tuple[int, DeskError | None]:
        """Tell the desk; returns the sequence number and, if it refused, why."""
        if letter.key and self._is_known(letter.key):
            return self._seq, None
        self._pass_time()
        now = self._now()
        try:
            answer = self.desk.handle(letter.input, now)
        except DeskError as error:
            self._note("refused", now, letter, [], str(error))
            return self._seq, self._as_a_fact(letter, error)
        self._note("input", now, letter, answer)
        return self._seq, None

    def _is_known(self, key: str) -> bool:
        return any(entry.key == key for entry in self._entries) or self._journal.has_key(key)

    def _as_a_fact(self, letter: Letter, error: DeskError) -> DeskError | None:
        """An answer that the desk refuses, the PBX's word counts: they are talking (the stop crossed the answer)."""
        told = letter.input
        if not isinstance(told, Answered):
            return error
        fact = Letter(input=Taken(call=told.call, person=told.person, fact=True), source=letter.source)
        try:
            answer = self.desk.handle(fact.input, self._now())
        except DeskError:
            return error
        self._note("input", self.desk.office.now, fact, answer)
        return None

    def _note(self, kind: str, at: int, letter: Letter, answer: list[Action | Trail], why: str = "") -> None:
        self._seq += 1
        entry = Entry(
            seq=self._seq,
            at_ms=at,
            kind=kind,
            source=letter.source,
            key=letter.key or None,
            body=input_to_json(letter.input),
            facts={**letter.facts, **({"refused": why} if why else {})},
            answer=[answer_to_json(item) for item in answer],
        )
        self._entries.append(entry)
        self._actions += answer
        if why:
            log.warning("refused source=%s input=%s why=%r", letter.source, type(letter.input).__name__, why)
        self._recent.extend({"at": at, **item} for item in entry.answer if item["is"] in SHOWN_AS_RECENT)

    def _commit(self) -> None:
        if self._seq - self._snapshot_at >= SNAPSHOT_EVERY:
            self._seq += 1
            self._snapshot_at = self._seq
            self._entries.append(self._snapshot())
        entries, self._entries = self._entries, []
        if entries:
            self._journal.write(entries)

    def _snapshot(self) -> Entry:
        body = state_of(self.desk.office)
        now = self.desk.office.now
        return Entry(
            seq=self._seq, at_ms=now, kind="snapshot", source=VERSION, key=None, body=body, facts={}, answer=[]
        )

    def _act(self, waiting: list[tuple[Delivery, int, DeskError | None]]) -> None:
        actions, self._actions = self._actions, []
        self._switchboard.perform([item for item in actions if isinstance(item, Action)])
        for delivery, seq, error in waiting:
            if delivery.done is None:
                continue
            if error is None:
                delivery.done.set_result(seq)
            else:
                delivery.done.set_exception(RefusedError(str(error)))
        if self._watchers:
            shown = self.shown()
            for watcher in self._watchers:
                watcher(shown)

    def shown(self) -> dict[str, Any]:
        """The board with its sequence number and the newest trail lines."""
        return {**board(self.desk.office), "seq": self._seq, "recent": list(self._recent)}


SHOWN_AS_RECENT = frozenset(
    {"Rang", "Connected", "HandOver", "Waits", "Missed", "Passed", "Forfeit", "Lapse", "Restore", "Round"}
)
