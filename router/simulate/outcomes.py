"""What became of each call and what each person got of a day. May live here: that reading of a day's trail items."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from router.core.actions import Action, Connected, Forfeit, HandOver, Missed, Passed, Rang, Trail
from router.core.words import CallId, Millis, PersonId, Stage, TurnUse


@dataclass(slots=True, kw_only=True)
class CallOutcome:
    """A call's end; `person` was last on it, None: missed, or still under way."""

    arrived: Millis
    person: PersonId | None = None
    answerer: PersonId | None = None
    stage: str = ""
    turn: str = ""
    is_late: bool = False
    missed: str = ""
    waited_ms: int | None = None

    @property
    def words(self) -> str:
        """Who had it, or why nobody had."""
        return self.person or self.missed or "-"


@dataclass(slots=True, kw_only=True)
class Share:
    """What a person got of the day."""

    offers: int = 0
    answered: int = 0
    turns_used: int = 0
    takeovers: int = 0
    substitutions: int = 0
    forfeits: int = 0
    passed: int = 0


@dataclass(slots=True)
class Outcomes:
    """A day as it went in one world."""

    calls: dict[CallId, CallOutcome] = field(default_factory=dict)
    people: dict[PersonId, Share] = field(default_factory=dict)
    _stage: dict[tuple[CallId, PersonId], Stage] = field(default_factory=dict)

    def arrived(self, call: CallId, at: Millis) -> None:
        """A call has come in."""
        self.calls[call] = CallOutcome(arrived=at)

    def note(self, at: Millis, items: Iterable[Action | Trail]) -> None:
        """Count what the desk said; calls that arrived on another day count for people alone."""
        for item in items:
            match item:
                case Rang(call=call, who=who, stage=stage):
                    self._rang(call, who, stage)
                case Connected():
                    self._connected(at, item)
                case HandOver(call=call, who=person) if call in self.calls:
                    self.calls[call].person = person
                case Missed(call=call, why=why) if call in self.calls:
                    self.calls[call].missed = why.value
                case Forfeit(person=person):
                    self.share(person).forfeits += 1
                case Passed(person=person):
                    self.share(person).passed += 1
                case _:
                    pass

    def share(self, person: PersonId) -> Share:
        """The person's share, begun if there is none yet."""
        return self.people.setdefault(person, Share())

    def _rang(self, call: CallId, who: Iterable[PersonId], stage: Stage) -> None:
        for person in who:
            self._stage[call, person] = stage
            if stage in (Stage.ROTATION, Stage.SUBSTITUTE):
                self.share(person).offers += 1

    def _connected(self, at: Millis, item: Connected) -> None:
        stage = self._stage.get((item.call, item.who), Stage.EVERYONE)  # who takes an open call was never rung for it
        share = self.share(item.who)
        share.answered += 1
        share.turns_used += item.turn is TurnUse.USED
        share.substitutions += item.turn is TurnUse.KEPT
        share.takeovers += stage is Stage.EVERYONE and item.turn is TurnUse.NONE
        outcome = self.calls.get(item.call)
        if outcome is not None:
            outcome.person = outcome.answerer = item.who
            outcome.stage, outcome.turn, outcome.is_late = stage.value, item.turn.value, item.late
            outcome.waited_ms = at - outcome.arrived

    def as_json(self) -> dict[str, Any]:
        """Calls and people as plain data."""
        return {
            "calls": {call: asdict(outcome) for call, outcome in self.calls.items()},
            "people": {person: asdict(share) for person, share in sorted(self.people.items())},
        }
