"""What the clock and the plan bring that is no rule of the desk. May live here: reading day state, office and clock.

A suspension with an end ends, presence goes back to where a day starts when a person's last slot is over, a talk is
warned of its end and marked when it is too long (R18). Each comes out as a letter or a fact for the journal, so that a
replay needs none of this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from router.core import inputs
from router.core.errors import Refusal
from router.core.model import Office
from router.core.words import CallId, Millis, PersonId
from router.engine.day_state import OFF, DayState, Talk
from router.engine.ports import Letter
from router.store.follow.events import FactKind
from router.wire.errors import RefusedError
from router.wire.observation import Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRules:
    """The site's choices for these. `initial` None: presence is never set back."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    initial: str | None = None
    max_talk_ms: Millis = 180_000
    max_other_talk_ms: Millis = 120_000
    warn_before_ms: Millis = 15_000


def next_due(day: DayState, rules: DayRules) -> Millis | None:
    """When time alone brings something next (ms); 0: at once."""
    if day.ended:
        return 0
    times = [*day.until.values(), *(at for talk in day.talks.values() for at in _times(talk, rules))]
    return min(times, default=None)


def due(day: DayState, office: Office, rules: DayRules, now: Millis) -> Iterator[Letter | Observation]:
    """What is due by `now`; each comes once, whatever becomes of it."""
    for person, until in list(day.until.items()):
        if until <= now:
            del day.until[person]
            yield Letter(input=inputs.Resumed(person=person, why="until"), source="timer")
    ended, day.ended = day.ended, {}
    for person, at in ended.items():
        if rules.initial is not None and _day_is_over(office, rules, person, at):
            yield Letter(input=inputs.PresenceChanged(person=person, presence=rules.initial), source="plan")
    for call, talk in list(day.talks.items()):
        yield from _of_talk(call, talk, rules, now)


def _day_is_over(office: Office, rules: DayRules, person: PersonId, at: Millis) -> bool:
    """Whether no slot of that day is still to come, or running, with the person on it."""
    if person not in office.people:
        return False
    day = _day(rules, at - 1)  # a slot that ends at midnight is of the day before
    on_sheets = any(person in sheet.turns for sheet in office.running_sheets())
    if on_sheets and office.slot is not None and _day(rules, office.slot.start) == day:
        return False
    coming = (slot for slot in office.plan if _day(rules, slot.start) == day)
    return not any(person in (*slot.call, *slot.reception) for slot in coming)


def _day(rules: DayRules, at: Millis) -> date:
    return datetime.fromtimestamp(at / 1000, rules.zone).date()


# --- talks (R18) ------------------------------------------------------------------------------------------------------


def limit_of(talk: Talk, rules: DayRules) -> Millis:
    """The moment at which the talk has taken too long: hotline calls 3 minutes, other business 2 from its mark."""
    if talk.other_since is None:
        return talk.since + rules.max_talk_ms
    return talk.other_since + rules.max_other_talk_ms


def _times(talk: Talk, rules: DayRules) -> Iterator[Millis]:
    limit = limit_of(talk, rules)
    if not is_warned(talk):
        yield limit - rules.warn_before_ms
    if not talk.overtime:
        yield limit


def is_warned(talk: Talk) -> bool:
    """Whether the talk was warned of the limit that counts for it now."""
    return talk.overtime or ("talk" if talk.other_since is None else "other") in talk.warned


def _of_talk(call: CallId, talk: Talk, rules: DayRules, now: Millis) -> Iterator[Observation]:
    limit = limit_of(talk, rules)
    if not is_warned(talk) and limit - rules.warn_before_ms <= now:
        yield Observation(what=FactKind.WARNED, call=call, person=talk.person, source="timer")
    if not talk.overtime and limit <= now:
        yield Observation(what=FactKind.OVERTIME, call=call, person=talk.person, source="timer")


# --- checks and facts of what is asked --------------------------------------------------------------------------------


def check_version(day: DayState, told: inputs.Input, facts: Mapping[str, str]) -> None:
    """Refuse an edit of an order that has changed since it was seen; raises `RefusedError`."""
    seen = facts.get("version", "")
    if not seen or not isinstance(told, inputs.RosterEdited | inputs.TurnHandedOut | inputs.TurnTakenAway):
        return
    known = day.versions.get(told.group)
    if known is not None and str(known.number) != seen:
        raise RefusedError(Refusal("sheet-changed", {"seen": seen, "now": str(known.number)}))


def check_in(day: DayState, rules: DayRules, told: inputs.Input, at: Millis) -> dict[str, str]:
    """Facts of a check-in: that it is one, and how late (ms) after the shift began; where everyone starts off."""
    is_one = isinstance(told, inputs.PresenceChanged) and told.presence != OFF and told.person not in day.checked_in
    if not is_one or rules.initial != OFF or not isinstance(told, inputs.PresenceChanged):
        return {}
    expected = day.expected.get(told.person) if told.person in day.on_duty else None
    late = {} if expected is None or at <= expected else {"late_ms": str(at - expected)}
    return {"checked_in": "1", **late}


def check_observation(day: DayState, seen: Observation) -> None:
    """A consultant can mark only the talk that they are in; raises `RefusedError`."""
    talk = day.talks.get(seen.call)
    if seen.what is FactKind.OTHER and (talk is None or talk.person != seen.person):
        raise RefusedError(Refusal("not-on-that-call", {"person": seen.person, "call": seen.call}))


def is_known(day: DayState, seen: Observation) -> bool:
    """Whether the call is marked so already: pressing `*7` again changes nothing."""
    talk = day.talks.get(seen.call)
    return seen.what is FactKind.OTHER and talk is not None and talk.other_since is not None
