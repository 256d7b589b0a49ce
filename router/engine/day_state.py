"""What the engine keeps beside the desk. May live here: that state, and how each thing that happened changes it.

None of it decides who is rung: who set a presence and when, until when somebody is suspended, who was expected when,
which version of an order stands, how long a talk may take. It follows from the journal alone, as the desk's state does,
and stands in the same snapshot; what time makes of it (`daily.py`) comes back as inputs and facts of the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from router.core import inputs
from router.core.actions import Action, Connected, HandOver, SlotChanged, Trail
from router.core.model import Office
from router.core.words import CallId, Group, Millis, PersonId
from router.store.follow.events import FactKind

OFF = "off"


@dataclass(slots=True)
class WhoChanged:
    """Who changed something, when, by what way (`ami`, `web`, `cli`, `plan`, `timer`), and why."""

    at: Millis
    by: str
    source: str
    why: str = ""


@dataclass(slots=True)
class Version:
    """Which edit of a group's order and turns stands (R8), so that nobody edits what they have not seen."""

    number: int
    last: WhoChanged


@dataclass(slots=True)
class Talk:
    """One consultant on one call (R18); a hand-over begins a talk of its own."""

    person: PersonId
    since: Millis
    other_since: Millis | None = None  # other business: its own, shorter time runs from here
    warned: list[str] = field(default_factory=list)  # of which limit: talk, other
    overtime: bool = False


@dataclass(slots=True)
class DayState:
    """The whole of it."""

    presence: dict[PersonId, WhoChanged] = field(default_factory=dict)
    suspended: dict[PersonId, WhoChanged] = field(default_factory=dict)
    until: dict[PersonId, Millis] = field(default_factory=dict)  # suspended until
    on_duty: list[PersonId] = field(default_factory=list)  # on the sheets that run
    expected: dict[PersonId, Millis] = field(default_factory=dict)  # since when, in this shift
    checked_in: dict[PersonId, Millis] = field(default_factory=dict)
    ended: dict[PersonId, Millis] = field(default_factory=dict)  # whose slot has ended: was it the day's last?
    versions: dict[Group, Version] = field(default_factory=dict)
    talks: dict[CallId, Talk] = field(default_factory=dict)
    owners_of: str = ""  # the journal that was told whose the customers are (R16), all of them
    clock_step: Millis = 0  # by how much the wall clock was set last, and when
    clock_stepped_at: Millis = 0

    def after(
        self,
        office: Office,
        told: inputs.Input,
        at: Millis,
        source: str,
        facts: Mapping[str, str],
        answer: Iterable[Action | Trail],
    ) -> None:
        """Take note of an input that the desk took, and of what came of it."""
        change = WhoChanged(at, str(facts.get("by") or getattr(told, "by", "")), source, _why(told, facts))
        for item in answer:
            if isinstance(item, SlotChanged):
                self._slot_changed(office, item, change)
            elif isinstance(item, Connected):
                self.talks[item.call] = Talk(item.who, at)
            elif isinstance(item, HandOver):
                self._handed_over(item, at)
        self._told(office, told, change, facts)

    def _told(self, office: Office, told: inputs.Input, change: WhoChanged, facts: Mapping[str, str]) -> None:
        match told:
            case inputs.PresenceChanged():
                self._presence(told, change, facts)
            case inputs.Suspended(person=person):
                self.suspended[person] = change
                self.until.pop(person, None)
                if facts.get("until", "").isdigit():
                    self.until[person] = int(facts["until"])
            case inputs.Resumed(person=person):
                self.suspended.pop(person, None)
                self.until.pop(person, None)
            case (
                inputs.RosterEdited(group=group) | inputs.TurnHandedOut(group=group) | inputs.TurnTakenAway(group=group)
            ):
                self._edited(group, change)
                self._now_on(office, change.at)
            case inputs.PlanSet():
                self._plan_set(office, change)
            case inputs.ClockStepped(by_ms=by):
                self._clock_stepped(by, office.now)
            case inputs.HungUp(call=call):
                self.talks.pop(call, None)
            case inputs.Tick() if "owners" in facts:
                self.owners_of = facts["owners"]
            case _:
                pass

    def _presence(self, told: inputs.PresenceChanged, change: WhoChanged, facts: Mapping[str, str]) -> None:
        person = told.person
        self.presence[person] = change
        if "checked_in" in facts:
            self.checked_in[person] = change.at
        if change.source == "plan":  # the day's last slot is over
            for known in (self.checked_in, self.expected, self.ended):
                known.pop(person, None)
        elif told.presence == OFF and person not in self.on_duty:
            self.checked_in.pop(person, None)

    def _slot_changed(self, office: Office, item: SlotChanged, change: WhoChanged) -> None:
        before = self.on_duty
        self._now_on(office, change.at)
        if change.at != self.clock_stepped_at:  # a slot that a set of the clock ends is nobody's end of the day
            self.ended |= {p: change.at for p in before if not (item.goes_on and p in self.on_duty)}
        if item.name is not None:
            for group in Group:
                self._edited(group, change)

    def _now_on(self, office: Office, at: Millis) -> None:
        self.on_duty = [person for sheet in office.running_sheets() for person in sheet.turns]
        for person in self.on_duty:
            self.expected.setdefault(person, at)

    def _plan_set(self, office: Office, change: WhoChanged) -> None:
        before = self.on_duty
        self._now_on(office, change.at)
        if self.on_duty != before and office.slot is not None:
            for group in Group:
                self._edited(group, change)

    def _clock_stepped(self, by: Millis, at: Millis) -> None:
        self.clock_step, self.clock_stepped_at = by, at
        for talk in self.talks.values():
            talk.since += by
            talk.other_since = None if talk.other_since is None else talk.other_since + by

    def _edited(self, group: Group, change: WhoChanged) -> None:
        known = self.versions.get(group)
        self.versions[group] = Version(known.number + 1 if known else 1, change)

    def _handed_over(self, item: HandOver, at: Millis) -> None:
        known = self.talks.get(item.call)
        is_other = known is not None and known.other_since is not None
        self.talks[item.call] = Talk(item.who, at, other_since=at if is_other else None)

    def observe(self, kind: FactKind, call: CallId, at: Millis) -> None:
        """Take note of a fact of a talk; of a talk that is over nothing is to be kept."""
        talk = self.talks.get(call)
        if talk is None:
            return
        if kind is FactKind.OTHER:
            talk.other_since = at if talk.other_since is None else talk.other_since
        elif kind is FactKind.WARNED:
            talk.warned.append("talk" if talk.other_since is None else "other")
        elif kind is FactKind.OVERTIME:
            talk.overtime = True


def _why(told: inputs.Input, facts: Mapping[str, str]) -> str:
    return str(getattr(told, "why", "") or facts.get("why", ""))
