"""The engine: one thread owns the desk. May live here: the mailbox, the one loop, and its order of work.

A step takes the letters that wait, lets the desk decide, commits them to the journal in one transaction, and only then
has the actions carried out, answers who asked, and shows the board. So nothing is done that was not written down, and
deciding never waits for the database. When the journal can't be written the engine ends: it starts again from what
was written.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from router.core.actions import Action, Trail
from router.core.desk import Desk
from router.core.errors import DeskError, IllegalTransitionError
from router.core.inputs import Answered, HungUp, Input, PresenceChanged, Taken, Tick
from router.core.policy import PRESENT, Policy
from router.core.words import Number
from router.engine import daily
from router.engine.board import board
from router.engine.customer_standing import standing_after
from router.engine.daily import DayRules
from router.engine.day_state import DayState
from router.engine.journal import Entry, Journal
from router.engine.log_lines import Facts, States, lines
from router.engine.mailbox import Delivery, Outcome, answer_all, fail_all
from router.engine.ports import Letter, Switchboard, Warn
from router.engine.preview import preview
from router.engine.quarantine import cure
from router.engine.snapshot import VERSION, recover_all, rename_number, state_of
from router.errors import RequestError
from router.logs import logger, state
from router.store.follow.events import FactKind
from router.wire.codec import answer_to_json, input_to_json, to_json
from router.wire.errors import JournalError
from router.wire.observation import Observation

log = logger(__name__)

BATCH = 200  # letters a step; more wait for the next
SNAPSHOT_WHEN_QUIET = 5_000  # entries after which one is written as soon as no caller waits: it takes a moment
SNAPSHOT_AT_LATEST = 50_000  # entries: replaying them takes some 3 s
RECENT = 8  # trail lines on the board
SHOW_EVERY_SECONDS = 0.05
OFF = "off"
SHOWN_AS_RECENT = frozenset(
    {"Rang", "Connected", "HandOver", "Waits", "Missed", "Passed", "Forfeit", "Lapse", "Restore", "Round", "Act"}
)


class Engine:
    """The one writer. `put`, `ask` and `erase` may be called from any thread, the rest from the engine's own."""

    def __init__(
        self,
        desk: Desk,
        journal: Journal,
        switchboard: Switchboard,
        clock: Callable[[], int],
        *,
        day: DayState | None = None,
        rules: DayRules | None = None,
    ) -> None:
        self.desk = desk
        self.day = day or DayState()
        self.rules = rules or DayRules()
        self._journal = journal
        self._switchboard = switchboard
        self._clock = clock
        self._mail: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        self._entries: list[Entry] = []  # decided, not yet written
        self._requests: dict[str, Outcome] = {}  # among them, by key
        self._seq = journal.last_seq
        self._snapshot_at = journal.last_seq
        self._actions: list[Action | Warn] = []
        self._said: list[list[Action | Trail]] = []  # decided, not yet in the log
        self._states = States()
        self._states.changes(desk.office)
        self._changed: list[tuple[str, str, Facts]] = []  # states, not yet in the log
        self._recent: deque[dict[str, Any]] = deque(maxlen=RECENT)
        self.beside: Callable[[], Mapping[str, Any]] = dict
        """What the board shows beside the desk: how the PBX and the database stand."""
        self.reread: Callable[[], list[str]] = list
        """Reads the office anew from the database (whoever runs the engine knows how); called from any thread.

        Returns what needs a new start of the service all the same.
        """
        self._watchers: list[Callable[[dict[str, Any]], None]] = []
        self._committed: list[Callable[[], None]] = []
        self._is_shown = True
        self._shown_at = float("-inf")

    # --- from any thread -------------------------------------------------------------------------------------------

    def put(self, letter: Letter) -> None:
        """Hand in a letter (`Mailbox`)."""
        self._mail.put(Delivery(letter))

    def ask(self, letter: Letter) -> Future[int]:
        """Hand in a request; the future gives its sequence number once recorded, or `RefusedError`."""
        done: Future[int] = Future()
        self._mail.put(Delivery(letter, done))
        return done

    def observe(self, seen: Observation) -> Future[int]:
        """Have a fact of a call noted; the future gives its sequence number, or `RefusedError`."""
        done: Future[int] = Future()
        self._mail.put(Delivery(None, done, seen=seen))
        return done

    def preview(self, told: Input) -> Future[dict[str, Any]]:
        """What an input would bring if it came now (`router.engine.preview`); nothing is done or recorded."""
        done: Future[dict[str, Any]] = Future()
        self._mail.put(Delivery(None, done, trial=told))
        return done

    def erase(self, number: Number, by: str = "") -> Future[int]:
        """Have a number erased from the journal, the desk and (by the writer, later) the database."""
        done: Future[int] = Future()
        self._mail.put(Delivery(None, done, number, by))
        return done

    def change_policy(self, policy: Policy) -> Future[int]:
        """Have everything from now on decided under `policy`; calls under way keep their clocks."""
        done: Future[int] = Future()
        self._mail.put(Delivery(None, done, policy=policy))
        return done

    def watch(self, watcher: Callable[[dict[str, Any]], None]) -> None:
        """Show the board to `watcher` as it changes, from the engine's thread: it must not wait."""
        self._watchers.append(watcher)

    def when_committed(self, told: Callable[[], None]) -> None:
        """Call `told` after each commit, from the engine's thread: the database's writer has something to read."""
        self._committed.append(told)

    # --- the engine's thread ---------------------------------------------------------------------------------------

    def start(self, policy: Policy) -> None:
        """Begin under `policy`, with a snapshot, so that the next recovery starts here."""
        if policy != self.desk.office.policy or self._seq == 0:
            self._set_policy(policy)
        self._take_snapshot()
        self._commit()

    def run(self, over: threading.Event) -> None:
        """Work until `over` is set, then leave a snapshot. Raises `JournalError`: what was decided can't be kept."""
        while not over.is_set():
            self.step(0.5)
        self.close()

    def close(self) -> None:
        """Leave a snapshot, so that the next start has nothing to replay. The journal is not ours to close."""
        if self._seq != self._snapshot_at:
            self._take_snapshot()
        self._commit()

    def step(self, longest: float = 1.0) -> bool:
        """One unit of work: the letters that wait, or what time brings, within `longest` seconds. False: nothing."""
        deliveries = self._take(longest)
        outcomes: list[tuple[Delivery, Outcome]] = []
        try:
            self._pass_time(self._now())
            outcomes = [(delivery, self._deal_with(delivery)) for delivery in deliveries]
            is_work = bool(self._entries or outcomes or self._actions)
            if is_work:
                self._snapshot_if_due()
                self._commit()
        except JournalError as error:
            fail_all(deliveries, error)
            raise
        if is_work:
            self._act()
            self._log()  # callers do not wait for it
            self._is_shown = False
        if any(delivery.done for delivery in deliveries):
            self._shown_at = float("-inf")  # who asked must find it on the board when the answer comes
        self._show_if_due()
        answer_all(outcomes)
        return is_work

    def _take(self, longest: float) -> list[Delivery]:
        patience = self._patience(longest)
        taken: list[Delivery] = []
        try:
            taken.append(self._mail.get(timeout=patience) if patience > 0 else self._mail.get_nowait())
            while len(taken) < BATCH:
                taken.append(self._mail.get_nowait())
        except queue.Empty:
            pass
        return taken

    def _patience(self, longest: float) -> float:
        """Seconds until there is something to do without a letter."""
        for deadline in (self.desk.next_deadline, daily.next_due(self.day, self.rules)):
            if deadline is not None:
                longest = min(longest, (deadline - self._clock()) / 1000)
        if not self._is_shown and self._watchers:
            longest = min(longest, self._shown_at + SHOW_EVERY_SECONDS - time.monotonic())
        return longest

    def _now(self) -> int:
        """The clock, which for the desk never goes back."""
        return max(self._clock(), self.desk.office.now)

    def _pass_time(self, now: int) -> None:
        while (error := self._failure_until(now)) is not None:
            self._quarantine(now, error)
        for item in daily.due(self.day, self.desk.office, self.rules, now):
            if isinstance(item, Letter):
                self._tell(item, now)
            else:
                self._observe(item, now)

    def _failure_until(self, now: int) -> Exception | None:
        """Let time pass to `now`; or what failed on the way."""
        try:
            for at, answer in self.desk.until(now):
                self._note("input", at, Letter(input=Tick(), source="timer"), answer)
        except Exception as error:
            return error
        return None

    def _quarantine(self, now: int, error: Exception) -> None:
        """A timer failed, and would fail again at every start: the office goes on without the call it belongs to."""
        why = f"{type(error).__name__}: {error}"
        log.error("alarm", alarm="desk-timer-failed", why=why, exc_info=error)
        self._commit()
        desk, self.day = recover_all(self._journal, self.desk.office.policy)
        cured = cure(desk.office, now)
        self.desk.office = cured.office
        for call, answer in cured.ended:
            log.error("alarm", call=call, alarm="quarantined", served="fallback", cure="report this log")
            self._note("input", cured.office.now, Letter(input=HungUp(call=call), source="quarantine"), answer)
        self._take_snapshot()  # a start must not come by that timer again
        self._commit()
        self._switchboard.leave_to_fallback([call for call, _ in cured.ended])

    def _deal_with(self, delivery: Delivery) -> Outcome:
        letter = delivery.letter
        if delivery.policy is not None:
            return self._change_policy(delivery.policy)
        if delivery.trial is not None:
            return self._try(delivery.trial)
        if delivery.seen is not None:
            return self._observe(delivery.seen, self._now())
        if letter is None:
            return self._erase(delivery.erase, delivery.by)
        if not letter.key:
            return self._decide(letter)
        known = self._known(letter.key)
        if known is None:
            known = self._requests[letter.key] = self._decide(letter)
        return known

    def _known(self, key: str) -> Outcome | None:
        if key in self._requests:
            return self._requests[key]
        recorded = self._journal.request(key)
        return Outcome(*recorded) if recorded else None

    def _decide(self, letter: Letter) -> Outcome:
        """Tell the desk at one and the same moment: what time brings first, then the input."""
        now = self._now()
        self._pass_time(now)
        return self._tell(letter, now)

    def _tell(self, letter: Letter, now: int) -> Outcome:
        try:
            daily.check_version(self.day, letter.input, letter.facts)
            answer = self.desk.handle(letter.input, now)
        except RequestError as error:
            self._note("stale", now, letter, [], str(error))  # the desk never saw it, so a replay must not tell it
            return Outcome(self._seq, str(error))
        except IllegalTransitionError as error:  # a mistake of ours: the state may be half changed
            return self._mend(letter, now, error)
        except DeskError as error:
            if self.desk.office.out:  # something was said before it was refused: the same
                return self._mend(letter, now, error)
            return self._refuse(letter, now, error)
        except Exception as error:  # whatever it was, the office must go on
            return self._mend(letter, now, error)
        self._note("input", now, letter, answer)
        return Outcome(self._seq)

    def _try(self, told: Input) -> Outcome:
        try:
            return Outcome(self._seq, trial=preview(self.desk.office, told))
        except Exception as error:  # it is only a trial: whatever it was, the office must go on
            log.exception("trial failed", input=type(told).__name__)
            return Outcome(self._seq, f"{type(error).__name__}: {error}")

    def _observe(self, seen: Observation, now: int) -> Outcome:
        """Write a fact down; a warning is heard by the one who talks (R18)."""
        try:
            daily.check_observation(self.day, seen)
        except RequestError as error:
            return Outcome(self._seq, str(error))
        if daily.is_known(self.day, seen):
            return Outcome(self._seq)
        body = {"what": seen.what.value, "call": seen.call, "person": seen.person, "by": seen.by}
        self._write_down("fact", body, at=now, source=seen.source, facts=seen.facts)
        self.day.observe(seen.what, seen.call, now)
        log.info("fact", call=seen.call, what=seen.what, person=seen.person, source=seen.source)
        if seen.what is FactKind.WARNED:
            self._actions.append(Warn(call=seen.call, person=seen.person))
        return Outcome(self._seq)

    def _refuse(self, letter: Letter, now: int, error: DeskError) -> Outcome:
        """Record a refused input; an answer that the PBX has connected already is a fact all the same."""
        self._note("refused", now, letter, [], str(error))
        told = letter.input
        if isinstance(told, Answered):
            fact = Taken(call=told.call, person=told.person, fact=True)
            call = self.desk.office.calls.get(told.call)
            if call is not None and call.unanswered:
                return self._decide(Letter(input=fact, source=letter.source, facts=letter.facts))
        return Outcome(self._seq, str(error))

    def _mend(self, letter: Letter, now: int, error: Exception) -> Outcome:
        """After an error of ours: the desk is made anew from what was written, without the input at hand."""
        log.error("desk failed", source=letter.source, input=type(letter.input).__name__, exc_info=error)
        why = f"{type(error).__name__}: {error}"
        self._commit()
        desk, self.day = recover_all(self._journal, self.desk.office.policy)
        self.desk.office = desk.office
        self._note("failed", now, letter, [], why)
        return Outcome(self._seq, why)

    def _erase(self, number: Number, by: str) -> Outcome:
        self._commit()
        if self._journal.key_of(number) is None:
            return Outcome(self._seq, "no call, customer or call back has that number")
        self._seq += 1
        now = self.desk.office.now
        instead = self._journal.erase(number, Entry(seq=self._seq, at_ms=now, kind="erasure", source=by, body={}))
        for was, name in instead.items():
            rename_number(self.desk.office, Number(was), Number(name))
        return Outcome(self._seq)

    def _change_policy(self, policy: Policy) -> Outcome:
        if policy != self.desk.office.policy:
            self._decide(Letter(input=Tick(), source="policy"))  # what time has brought was under the old one
            self._set_policy(policy)
        return Outcome(self._seq)

    def _set_policy(self, policy: Policy) -> None:
        """Go on under `policy`; whoever is in a presence that it has no longer is off (R3 knows no such reason)."""
        for person in list(self.desk.office.people.values()):
            if person.presence not in (PRESENT, *policy.presence):
                self._decide(Letter(input=PresenceChanged(person=person.id, presence=OFF), source="policy"))
        self.desk.office.policy = policy
        self._write_down("policy", to_json(policy))
        log.info("policy changed", rings=policy.rings, ring_ms=policy.ring_ms)

    def _note(self, kind: str, at: int, letter: Letter, answer: list[Action | Trail], why: str = "") -> None:
        known = {"refused": why} if why else daily.check_in(self.day, self.rules, letter.input, at)
        facts = {**letter.facts, **known}
        said = [answer_to_json(item) for item in answer]
        standing = [to_json(item) for item in standing_after(self.desk.office, letter.input, answer) if not why]
        self._write_down(
            kind,
            input_to_json(letter.input),
            at=at,
            source=letter.source,
            key=letter.key or None,
            facts=facts,
            answer=said,
            standing=standing,
        )
        if not why:
            self.day.after(self.desk.office, letter.input, at, letter.source, facts, answer)
        self._actions += [item for item in answer if isinstance(item, Action)]
        self._said.append(answer)
        self._changed += self._states.changes(self.desk.office)
        if why:
            log.warning("refused", source=letter.source, input=type(letter.input).__name__, why=why)
        self._recent.extend({"at": at, **item} for item in said if item["is"] in SHOWN_AS_RECENT)

    # --- keeping, doing, showing -----------------------------------------------------------------------------------

    def _write_down(self, kind: str, body: dict[str, Any], *, source: str = "", at: int = -1, **more: Any) -> None:
        self._seq += 1
        at = self.desk.office.now if at < 0 else at
        self._entries.append(Entry(seq=self._seq, at_ms=at, kind=kind, source=source, body=body, **more))

    def _take_snapshot(self) -> None:
        self._write_down("snapshot", state_of(self.desk.office), source=VERSION, facts={"notes": to_json(self.day)})
        self._snapshot_at = self._seq

    def _snapshot_if_due(self) -> None:
        since = self._seq - self._snapshot_at
        quiet = not self.desk.office.pending and self._mail.empty()
        if since >= (SNAPSHOT_WHEN_QUIET if quiet else SNAPSHOT_AT_LATEST):
            self._take_snapshot()

    def _commit(self) -> None:
        entries, self._entries = self._entries, []
        if not entries:
            return
        self._journal.write(entries)
        self._requests.clear()
        for told in self._committed:
            told()

    def _act(self) -> None:
        actions, self._actions = self._actions, []
        if not actions:
            return
        try:
            self._switchboard.perform(actions)
        except Exception:
            log.exception("switchboard failed", actions=[type(action).__name__ for action in actions])

    def _log(self) -> None:
        said, self._said = self._said, []
        changed, self._changed = self._changed, []
        for answer in said:
            for what, facts in lines(answer):
                log.info(what, **facts)
        for was, now, whose in changed:
            state(log, was, now, **whose)

    def _show_if_due(self) -> None:
        if self._is_shown or not self._watchers or time.monotonic() < self._shown_at + SHOW_EVERY_SECONDS:
            return
        self._is_shown, self._shown_at = True, time.monotonic()
        try:
            shown = self.shown()
            for watcher in self._watchers:
                watcher(shown)
        except Exception:  # who looks on must not end who decides
            log.exception("board failed")

    def shown(self) -> dict[str, Any]:
        """The board with its sequence number and the newest trail lines."""
        shown = daily.add_to(board(self.desk.office), self.day, self.rules)
        return {**shown, **self.beside(), "seq": self._seq, "recent": list(self._recent)}
