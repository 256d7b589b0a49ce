"""Who tells the desk: each input at its moment, written down with what the desk said of it. May live here: that order.

Time comes first: what it brings until now is decided before the input is. An input that the desk can't take is
recorded and changes nothing; after a mistake of ours the desk is made anew from what was written.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from router.core.actions import Action, Trail
from router.core.desk import Desk
from router.core.errors import DeskError, IllegalTransitionError, Refusal
from router.core.inputs import (
    Answered,
    CallArrived,
    ClockStepped,
    HandedOver,
    HungUp,
    Input,
    PresenceChanged,
    Taken,
    Tick,
)
from router.core.policy import PRESENT, Policy
from router.core.words import CallId, CallState, Millis, Number
from router.engine import daily
from router.engine.customer_standing import standing_after
from router.engine.daily import DayRules
from router.engine.day_state import OFF, DayState
from router.engine.hold import HELD_LOOK_SECONDS, StandStill
from router.engine.journal_keeper import JournalKeeper
from router.engine.log_lines import Facts, States
from router.engine.mailbox import Post, PostOutcome, ToChangeRules, ToDesk, ToErase, ToObserve, ToTry
from router.engine.ports import Clock, Letter, Warn
from router.engine.preview import preview
from router.engine.quarantine import cure
from router.engine.snapshot import recover_all, rename_number
from router.logs import logger, state
from router.store.follow.events import FactKind
from router.wire.codec import answer_to_json, input_to_json, to_json
from router.wire.errors import RefusedError
from router.wire.observation import Observation

log = logger(__name__)


@dataclass(slots=True)
class Decided:
    """What came of it, and is to be done once it is written: actions, calls for the fallback, lines for the log."""

    actions: list[Action | Warn] = field(default_factory=list)
    left: list[CallId] = field(default_factory=list)
    answers: list[tuple[Millis, list[Action | Trail]]] = field(default_factory=list)
    changed: list[tuple[str, str, Facts]] = field(default_factory=list)


class DeskKeeper:
    """The desk with what is kept beside it. The `desk` object stays the same; others read it."""

    def __init__(
        self,
        desk: Desk,
        journal: JournalKeeper,
        clock: Clock,
        *,
        day: DayState,
        rules: DayRules,
        on_clock_step: Callable[[], None] = lambda: None,
        is_abreast: Callable[[], bool] = lambda: True,
    ) -> None:
        """`on_clock_step` is called when the wall clock was set: the day's slots are to be looked at anew.

        `is_abreast`: whether the switchboard has told all that happened there.
        """
        self.desk = desk
        self.day = day
        self.rules = rules
        self._journal = journal
        self._clock = clock
        self._on_clock_step = on_clock_step
        self._hold = StandStill(is_abreast)
        self._decided = Decided()
        self._states = States()
        self._states.changes(desk.office)
        self._is_unseen = False  # the desk may have changed since its states were looked at

    def take_decided(self) -> Decided:
        """What has come of it since the last time; `see_changes` of the last input are still to come."""
        decided, self._decided = self._decided, Decided()
        return decided

    def see_changes(self) -> list[tuple[str, str, Facts]]:
        """What the last input changed, for the log: asked for after the actions, for which a caller waits."""
        is_unseen, self._is_unseen = self._is_unseen, False
        return self._states.changes(self.desk.office) if is_unseen else []

    def _see_changes_of_before(self) -> None:
        """Before the next one changes them again."""
        self._decided.changed += self.see_changes()

    def seconds_left(self) -> float | None:
        """Until time alone brings something; None: never."""
        deadlines = (self.desk.next_deadline, daily.next_due(self.day, self.rules))
        due = min((deadline for deadline in deadlines if deadline is not None), default=None)
        if due is None:
            return None
        left = (due - self._clock()) / 1000
        return max(left, HELD_LOOK_SECONDS) if self._hold.holds else left

    def look(self) -> None:
        """At the beginning of a step, before the post is taken: whether the desk has to stand still for it."""
        self._hold.look(is_needed=bool(self.desk.office.pending))

    def has_dealt(self, *, with_all: bool) -> None:
        """At its end; `with_all`: no post was left for the next step."""
        if with_all:
            self._hold.end_if_over()

    def deal_with(self, post: Post) -> PostOutcome:
        """Whatever came with the post."""
        match post:
            case ToDesk(letter=letter):
                return self._tell_once(letter)
            case ToObserve(seen=seen):
                return self._observe(seen, self._now())
            case ToTry(told=told):
                return self._try(told)
            case ToErase(number=number, by=by):
                return self._erase(number, by)
            case ToChangeRules(policy=policy, rules=rules):
                self.rules = rules
                return self._change_policy(policy)

    # --- time

    def _now(self) -> int:
        """The clock, which for the desk never goes back; while it stands still, the last moment that was."""
        now = self.desk.office.now
        return now if self._hold.holds else max(self._clock(), now)

    def pass_time(self) -> None:
        """Let everything happen that is due by now; and when the wall clock was set, go by it from now on."""
        self._pass_time(self._now())
        by = self._clock.take_step()
        if by:
            state(log, "set", "followed", of="clock", by_seconds=by // 1000, level=logging.WARNING)
            self._tell(Letter(input=ClockStepped(by_ms=by), source="timer"), self.desk.office.now)
            self._pass_time(self._now())
            self._on_clock_step()

    def _pass_time(self, now: int) -> None:
        self._see_changes_of_before()
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
                self._see_changes_of_before()
        except Exception as error:
            return error
        return None

    # --- inputs

    def _tell_once(self, letter: Letter) -> PostOutcome:
        if not letter.key:
            return self._decide(letter)
        known = self._journal.outcome_of(letter.key)
        return known or self._journal.keep_outcome(letter.key, self._decide(letter))

    def _decide(self, letter: Letter) -> PostOutcome:
        """Tell the desk at one and the same moment: what time brings first, then the input."""
        if isinstance(letter.input, CallArrived):
            self._hold.end()  # it comes now; whoever was called before has been told of
        now = self._now()
        self._pass_time(now)
        return self._tell(letter, now)

    def _tell(self, letter: Letter, now: int) -> PostOutcome:
        self._see_changes_of_before()
        try:
            daily.check_version(self.day, letter.input, letter.facts)
            answer = self.desk.handle(letter.input, now)
        except RefusedError as error:
            self._note(
                "stale", now, letter, [], str(error.refusal)
            )  # the desk never saw it, so a replay must not tell it
            return PostOutcome(self._journal.seq, str(error.refusal))
        except IllegalTransitionError as error:  # a mistake of ours: the state may be half changed
            return self._mend(letter, now, error)
        except DeskError as error:
            if self.desk.office.out:  # something was said before it was refused: the same
                return self._mend(letter, now, error)
            return self._refuse(letter, now, error)
        except Exception as error:  # whatever it was, the office must go on
            return self._mend(letter, now, error)
        self._note("input", now, letter, answer)
        return PostOutcome(self._journal.seq)

    def _refuse(self, letter: Letter, now: int, error: DeskError) -> PostOutcome:
        """Record a refused input; an answer that the PBX has connected already is a fact all the same."""
        self._note("refused", now, letter, [], str(error))
        fact = self._as_fact(letter.input)
        if fact is not None:
            return self._decide(Letter(input=fact, source=letter.source, facts=letter.facts))
        return PostOutcome(self._journal.seq, str(error))

    def _as_fact(self, told: Input) -> Input | None:
        """What Asterisk has done already, and the desk would have refused: who is on the call is on it all the same."""
        if not isinstance(told, Answered | HandedOver) or getattr(told, "fact", False):
            return None
        call = self.desk.office.calls.get(told.call)
        if call is None or told.person not in self.desk.office.people:
            return None
        if isinstance(told, Answered):
            return Taken(call=told.call, person=told.person, fact=True) if call.unanswered else None
        is_on = call.state is CallState.TALKING and call.last_on_it != told.person
        return replace(told, fact=True) if call.unanswered or is_on else None

    def _note(self, kind: str, at: int, letter: Letter, answer: list[Action | Trail], why: str = "") -> None:
        known = {"refused": why} if why else daily.check_in(self.day, self.rules, letter.input, at)
        facts = {**letter.facts, **known}
        standing = [to_json(item) for item in standing_after(self.desk.office, letter.input, answer) if not why]
        self._journal.write_down(
            kind,
            input_to_json(letter.input),
            at=at,
            source=letter.source,
            key=letter.key or None,
            facts=facts,
            answer=[answer_to_json(item) for item in answer],
            standing=standing,
        )
        if why:
            log.warning("refused", source=letter.source, input=type(letter.input).__name__, why=why)
        else:
            self.day.after(self.desk.office, letter.input, at, letter.source, facts, answer)
        self._decided.actions += [item for item in answer if isinstance(item, Action)]
        self._decided.answers.append((at, answer))
        self._is_unseen = True

    # --- mistakes of ours

    def _mend(self, letter: Letter, now: int, error: Exception) -> PostOutcome:
        """After an error of ours: the desk is made anew from what was written, without the input at hand."""
        log.error("desk failed", source=letter.source, input=type(letter.input).__name__, exc_info=error)
        why = str(Refusal("failed", {"error": type(error).__name__}))
        self._make_anew()
        self._note("failed", now, letter, [], why)
        call = getattr(letter.input, "call", None)
        if call is not None:
            self._let_go(CallId(call), now)
        return PostOutcome(self._journal.seq, why)

    def _let_go(self, call: CallId, now: int) -> None:
        """What becomes of the call can't be decided: it leaves the desk unanswered, and Asterisk rings for it."""
        known = self.desk.office.calls.get(call)
        if known is not None and not known.unanswered:
            return  # somebody talks
        self._decided.left.append(call)
        if known is None:
            return
        log.error("alarm", call=call, alarm="quarantined", served="fallback", cure="report this log")
        try:
            answer = self.desk.handle(HungUp(call=call), now)
        except Exception:  # it can't even end: time takes it out (R15)
            log.exception("call not ended", call=call)
            self._make_anew()
        else:
            self._note("input", now, Letter(input=HungUp(call=call), source="quarantine"), answer)

    def _make_anew(self) -> None:
        self._journal.commit()
        desk, self.day = recover_all(self._journal.journal, self.desk.office.policy)
        self.desk.office = desk.office

    def _quarantine(self, now: int, error: Exception) -> None:
        """A timer failed, and would fail again at every start: the office goes on without the call it belongs to."""
        why = f"{type(error).__name__}: {error}"
        log.error("alarm", alarm="desk-timer-failed", why=why, exc_info=error)
        self._make_anew()
        cured = cure(self.desk.office, now)
        self.desk.office = cured.office
        for call, answer in cured.ended:
            log.error("alarm", call=call, alarm="quarantined", served="fallback", cure="report this log")
            self._note("input", cured.office.now, Letter(input=HungUp(call=call), source="quarantine"), answer)
        self._journal.snapshot(self.desk.office, self.day)  # a start must not come by that timer again
        self._decided.left += [call for call, _ in cured.ended]

    # --- what is no input of the desk

    def _try(self, told: Input) -> PostOutcome:
        try:
            return PostOutcome(self._journal.seq, trial=preview(self.desk.office, told))
        except Exception as error:  # it is only a trial: whatever it was, the office must go on
            log.exception("trial failed", input=type(told).__name__)
            return PostOutcome(self._journal.seq, str(Refusal("failed", {"error": type(error).__name__})))

    def _observe(self, seen: Observation, now: int) -> PostOutcome:
        """Write a fact down; a warning is heard by the one who talks (R18)."""
        try:
            daily.check_observation(self.day, seen)
        except RefusedError as error:
            return PostOutcome(self._journal.seq, str(error.refusal))
        if daily.is_known(self.day, seen):
            return PostOutcome(self._journal.seq)
        body = {"what": seen.what.value, "call": seen.call, "person": seen.person, "by": seen.by}
        self._journal.write_down("fact", body, at=now, source=seen.source, facts=seen.facts)
        self.day.observe(seen.what, seen.call, now)
        log.info("fact", call=seen.call, what=seen.what, person=seen.person, source=seen.source)
        if seen.what is FactKind.WARNED:
            self._decided.actions.append(Warn(call=seen.call, person=seen.person))
        return PostOutcome(self._journal.seq)

    def _erase(self, number: Number, by: str) -> PostOutcome:
        instead = self._journal.erase(number, by, self.desk.office.now)
        if instead is None:
            return PostOutcome(self._journal.seq, str(Refusal("number-unknown")))
        for was, name in instead.items():
            rename_number(self.desk.office, Number(was), Number(name))
        return PostOutcome(self._journal.seq)

    def _change_policy(self, policy: Policy) -> PostOutcome:
        if policy != self.desk.office.policy:
            self._decide(Letter(input=Tick(), source="policy"))  # what time has brought was under the old one
            self.set_policy(policy)
        return PostOutcome(self._journal.seq)

    def set_policy(self, policy: Policy) -> None:
        """Go on under `policy`; whoever is in a presence that it has no longer is off (R3 knows no such reason)."""
        for person in list(self.desk.office.people.values()):
            if person.presence not in (PRESENT, *policy.presence):
                self._decide(Letter(input=PresenceChanged(person=person.id, presence=OFF), source="policy"))
        self.desk.office.policy = policy
        self._journal.write_policy(policy, self.desk.office.now)
        log.info("policy changed", rings=policy.rings, ring_ms=policy.ring_ms)
