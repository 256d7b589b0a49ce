"""A recorded day taken apart: what happens whatever the rules say, and how people and callers behave.

May live here: that reading of the journal, no model of another day. Arrivals, presence, phones, plans and the
supervisor's acts are facts. How long each phone took to ring, how each person reacted to each ring, how long callers
waited and talked, who was handed a call and what forms said is behaviour: `other_day` asks it about a day that was not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

from router.core import inputs
from router.core.actions import Action, Connected, Missed, Rang, StopRinging, Trail
from router.core.policy import Policy
from router.core.words import CallId, Millis, PersonId
from router.engine.journal_reader import JournalEntry
from router.simulate.outcomes import Outcomes
from router.wire.codec import answer_from_json, from_json, input_from_json

FALLBACK_ANSWER_MS = 5_000  # where nobody answered anything that day
FALLBACK_TALK_MS = 60_000
Kind = Literal["answer", "decline", "fail", "let_ring", "cut"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What somebody did when their phone rang at `at`, and after how long.

    `let_ring`: nothing within their own three rings; `cut`: the ring ended sooner without them, so what they would
    have done is unknown.
    """

    at: Millis
    kind: Kind
    after_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """An input that follows a call's answer by `after_ms`: a hand-over or a form."""

    after_ms: int
    told: inputs.HandedOver | inputs.FormFiled


@dataclass(slots=True)
class _Ring:
    told_at: Millis
    rang_at: Millis | None = None

    @property
    def since(self) -> Millis:
        return self.told_at if self.rang_at is None else self.rang_at


@dataclass(slots=True)
class RecordedDay:
    """A day as it was. `three_rings_ms` is that of the policy in force when each ring ended."""

    policy: Policy
    facts: list[tuple[Millis, int, inputs.Input | Policy]] = field(default_factory=list)  # when, in which place, what
    places: dict[inputs.Input, int] = field(default_factory=dict)  # of behaviour: the order within one instant
    count: int = 0
    outcomes: Outcomes = field(default_factory=Outcomes)
    reactions: dict[tuple[CallId, PersonId], Reaction] = field(default_factory=dict)
    ring_delays: dict[tuple[CallId, PersonId], int] = field(default_factory=dict)
    patience: dict[CallId, int] = field(default_factory=dict)  # arrival to hang-up, of callers who gave up
    talks: dict[CallId, int] = field(default_factory=dict)  # answer to hang-up
    takes: dict[CallId, list[tuple[int, inputs.Taken]]] = field(default_factory=lambda: defaultdict(list))
    later: dict[CallId, list[Later]] = field(default_factory=lambda: defaultdict(list))
    silent: dict[tuple[CallId, PersonId], int] = field(default_factory=dict)  # told to ring, for so long, and never did
    _rings_of: dict[PersonId, list[Reaction]] = field(default_factory=lambda: defaultdict(list))
    _delays_of: dict[PersonId, list[int]] = field(default_factory=lambda: defaultdict(list))
    _ringing: dict[CallId, dict[PersonId, _Ring]] = field(default_factory=lambda: defaultdict(dict))
    _answered: dict[CallId, Millis] = field(default_factory=dict)

    # --- reading

    def read(self, entries: Iterable[JournalEntry]) -> None:
        """Take the day's entries in; refused inputs changed nothing and count for nothing."""
        last = 0
        for entry in entries:
            last = entry.at_ms
            self.count += 1
            if entry.kind == "policy":
                self.policy = from_json(Policy, entry.body)
                self.facts.append((entry.at_ms, self.count, self.policy))
            elif entry.kind == "input":
                answer = [answer_from_json(item) for item in entry.answer]
                self._take(entry.at_ms, input_from_json(entry.body), answer)

        for call, ringing in self._ringing.items():
            self._silence(last, call, list(ringing))  # still ringing when the day ended

    def _take(self, at: Millis, told: inputs.Input, answer: Sequence[Action | Trail]) -> None:
        if isinstance(told, inputs.CallArrived):
            self.outcomes.arrived(told.call, at)
        call: CallId | None = getattr(told, "call", None)
        if isinstance(told, inputs.CallArrived) or call is None or call not in self.outcomes.calls:
            if not isinstance(told, inputs.Tick):
                self.facts.append((at, self.count, told))  # an input about a call of the day before is a fact, too
        else:
            self.places[told] = self.count
            self._behaviour(at, call, told)
        self._heard(at, answer)
        self.outcomes.note(at, answer)

    def _behaviour(self, at: Millis, call: CallId, told: inputs.Input) -> None:
        arrived = self.outcomes.calls[call].arrived
        match told:
            case inputs.PhoneRang(person=person) if person in self._ringing[call]:
                ring = self._ringing[call][person]
                ring.rang_at = at
                self.ring_delays[call, person] = at - ring.told_at
                self._delays_of[person].append(at - ring.told_at)
            case inputs.Answered(person=person):
                self._reacts(at, call, person, "answer")
            case inputs.Declined(person=person):
                self._reacts(at, call, person, "decline")
            case inputs.Failed(person=person):
                self._reacts(at, call, person, "fail")
            case inputs.Taken():
                self.takes[call].append((at - arrived, told))
            case inputs.HungUp() if call in self._answered:
                self.talks[call] = at - self._answered[call]
            case inputs.HungUp():
                self.patience[call] = at - arrived
            case inputs.HandedOver() | inputs.FormFiled() if call in self._answered:
                self.later[call].append(Later(after_ms=at - self._answered[call], told=told))
            case _:
                pass

    def _reacts(self, at: Millis, call: CallId, person: PersonId, kind: Kind) -> None:
        ring = self._ringing[call].pop(person, None)
        if ring is not None:
            if ring.rang_at is None:
                self.silent[call, person] = at - ring.told_at
            reaction = Reaction(at=ring.since, kind=kind, after_ms=at - ring.since)
            self.reactions[call, person] = reaction
            if kind not in ("cut", "fail"):
                self._rings_of[person].append(reaction)

    def _heard(self, at: Millis, answer: Iterable[Action | Trail]) -> None:
        for item in answer:
            match item:
                case Rang(call=call, who=who):
                    self._ringing[call].update({person: _Ring(at) for person in who})
                case Connected(call=call):
                    self._answered[call] = at
                    self._silence(at, call, list(self._ringing[call]))
                case Missed(call=call):
                    self._silence(at, call, list(self._ringing[call]))
                case StopRinging(call=call, person=person):
                    self._silence(at, call, [person])
                case _:
                    pass

    def _silence(self, at: Millis, call: CallId, people: Iterable[PersonId]) -> None:
        """The ring ended without them."""
        for person in people:
            ring = self._ringing[call].get(person)
            if ring is not None:
                kind: Kind = "let_ring" if at - ring.since >= self.policy.three_rings_ms else "cut"
                self._reacts(at, call, person, kind)

    # --- asking

    def reaction(self, call: CallId, person: PersonId, at: Millis) -> Reaction:
        """What the person does when their phone begins to ring for the call at `at`.

        What they did with this very call that day; else what they did with the ring of theirs that was nearest in
        time; else they answer as fast as the others of that day did.
        """
        known = self.reactions.get((call, person))
        if known is not None and known.kind != "cut":
            return known
        least = known.after_ms + 1 if known is not None else 0  # for so long they are known to have done nothing
        nearest = min(self._rings_of.get(person, []), key=lambda one: abs(one.at - at), default=None)
        if nearest is None:
            nearest = Reaction(at=at, kind="answer", after_ms=self._usual_answer_ms())
        return Reaction(at=at, kind=nearest.kind, after_ms=max(nearest.after_ms, least))

    def before_it_rang(self, call: CallId, person: PersonId) -> Reaction | None:
        """What the person did with this call, if their phone was never heard to ring for it: counted from the order."""
        known = self.reactions.get((call, person))
        is_silent = (call, person) in self.silent and known is not None and known.kind not in ("cut", "let_ring")
        return known if is_silent else None

    def ring_delay(self, call: CallId, person: PersonId) -> int:
        """How long the person's phone takes to ring once told to: as for this call, else as usual for them (ms)."""
        if (call, person) in self.ring_delays:
            return self.ring_delays[call, person]
        delays = self._delays_of.get(person)
        usual = round(median(delays)) if delays else 0
        silent_for = self.silent.get((call, person))
        return usual if silent_for is None else max(usual, silent_for + 1)

    def talk(self, call: CallId) -> int | None:
        """How long the call is talked on: as it was, else as long as the day's calls usually were (ms).

        None: it was still talked on when the day ended.
        """
        if call in self._answered:
            return self.talks.get(call)
        return round(median(self.talks.values())) if self.talks else FALLBACK_TALK_MS

    def _usual_answer_ms(self) -> int:
        answers = [one.after_ms for rings in self._rings_of.values() for one in rings if one.kind == "answer"]
        return round(median(answers)) if answers else FALLBACK_ANSWER_MS
