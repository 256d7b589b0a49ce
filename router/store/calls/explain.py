"""Why did it ring there? A call's trail in plain words, Chinese or English (R17). May live here: that wording.

One text for page and command line. Each step says when, what, and the rules by which it happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from router.store.calls.rings import PhoneRing, rang_out
from router.store.calls.words import (
    ACTS,
    FACTS,
    FORMS,
    LET_GO,
    REASONS,
    STAGES,
    THEN_TOOK,
    TURNS,
    USES,
    sheet_name,
    word,
)
from router.store.tables.calls import CallRow, TrailRow
from router.texts import Language, Listing, Message, _, _p

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenThen:
    """A person on a sheet as a decision saw them: place, turn and state, in words (R17)."""

    sheet: str
    place: int
    person: str
    turn: str
    state: str
    is_available: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One step as people read it; `clock_ms`: since the caller's clock began, None before (R11)."""

    at: datetime
    text: str
    rules: tuple[str, ...]
    clock_ms: int | None = None
    seen: tuple[SeenThen, ...] = ()

    @property
    def clock(self) -> str:
        """The caller's clock as people read it: `+00:05.0`; "" before it began."""
        if self.clock_ms is None:
            return ""
        return f"+{self.clock_ms // 60_000:02}:{self.clock_ms // 1000 % 60:02}.{self.clock_ms // 100 % 10}"


STAGE_RULES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"rotation": ("R2", "R10"), "owner": ("R12",), "substitute": ("R13",), "everyone": ("R11",)}
)
DEFAULT_RULES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "CallArrived": ("R9",),
        "Connected": ("R6", "R16"),
        "Declined": ("R11",),
        "Failed": ("R11",),
        "FormFiled": ("R7", "R16"),
        "HandOver": ("R16",),
        "PhoneRang": ("R6", "R11"),
        "Taken": ("R11",),
        "TellOwner": ("R13",),
        "Waits": ("R14",),
        "Missed": ("R15",),
        "Passed": ("R3", "R4"),
        "Forfeit": ("R3", "R4", "R5"),
        "Lapse": ("R5",),
        "Restore": ("R6",),
        "Round": ("R5",),
        "Own": ("R16",),
    }
)
FORFEIT_RULES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"no_answer": ("R6", "R11"), "declined": ("R6",), "supervisor": ("R8",)}
)  # any other reason is a personal one of R3, passed over (R4) or at a round's end (R5)
RESTORE_RULES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"other": ("R6", "R7"), "asked_for": ("R6", "R16"), "substitute": ("R6", "R13"), "supervisor": ("R8",)}
)


def explain(trail: Sequence[TrailRow], names: Names, language: Language) -> list[Told]:
    """A call's steps in words; what only the machine needs is left out."""
    began = _clock_began(trail)
    told = []
    for row in trail:
        text = _step(row.kind, row.body, names)
        if text is None:
            continue
        if row.refused:
            text = _("%(step)s (not possible any more: nothing came of it)", step=text)
        told.append(
            Told(
                at=row.at,
                text=text.render(language),
                rules=tuple(row.rules or _rules(row)),
                clock_ms=_since(began, row.at),
                seen=_seen(row.body, _People(names), language) if row.kind == "Decision" else (),
            )
        )
    return told


def _clock_began(trail: Sequence[TrailRow]) -> datetime | None:
    """When the first phone rang for the call (R11); an answer that came sooner counts as a ring."""
    return next((row.at for row in trail if row.kind in ("PhoneRang", "Connected") and not row.refused), None)


def _since(began: datetime | None, at: datetime) -> int | None:
    return round((at - began).total_seconds() * 1000) if began is not None and at >= began else None


def _seen(body: Mapping[str, Any], people: _People, language: Language) -> tuple[SeenThen, ...]:
    places: dict[str, int] = {}
    lines = []
    for one in body["seen"]:
        place = places[one["sheet"]] = places.get(one["sheet"], 0) + 1
        turn = word(TURNS, one["turn"])
        turn = _("%(turn)s, 1 owed", turn=turn) if one["owed"] else turn
        lines.append(
            SeenThen(
                sheet=sheet_name(one["sheet"]).render(language),
                place=place,
                person=people.name(one["person"]).render(language),
                turn=turn.render(language),
                state=_availability(one["why"]).render(language),
                is_available=one["why"] is None,
            )
        )
    return tuple(lines)


def in_words_let_ring(person: str, let_go: str, how: str, names: Names, language: Language) -> str:
    """疑抢客户 in words: what was seen, for the supervisor to judge (DOMAIN 7)."""
    told = _("Let ring, then took: %(person)s %(let_go)s, %(then)s")
    who = _People(names).name(person)
    return told.fill(person=who, let_go=word(LET_GO, let_go), then=word(THEN_TOOK, how)).render(language)


def summary(call: CallRow, rings: Sequence[PhoneRing], names: Names, language: Language) -> str:
    """What became of the call, for the caller and for each phone: the two are not the same (R15, R20)."""
    people = _People(names)
    parts = [_outcome(call, people)]
    out = rang_out(rings)
    if out:
        parts.append(_("Rang out: %(people)s", people=people.all(out)))
    declined = [ring.person for ring in rings if ring.end == "declined"]
    if declined:
        parts.append(_("Declined: %(people)s", people=people.all(declined)))
    return Listing(parts, between=_(". ")).render(language)


def _outcome(call: CallRow, people: _People) -> Message:
    if call.answered_at is not None:
        answerer = people.name(call.answerer)
        if call.person == call.answerer:
            return _("answered by %(answerer)s", answerer=answerer)
        handed = _("answered by %(answerer)s, handed over to %(person)s")
        return handed.fill(answerer=answerer, person=people.name(call.person))
    if call.missed_why is None:
        return _("not answered yet")
    why = word(REASONS, call.missed_why)
    if call.is_missed:
        return _("missed (nobody spoke with the caller): %(why)s", why=why)
    return _("turned away: %(why)s", why=why)


def in_words(kind: str, body: Mapping[str, Any], names: Names, language: Language) -> str:
    """One step in words; "" for what only the machine needs."""
    step = _step(kind, body, names)
    return step.render(language) if step is not None else ""


def _step(kind: str, body: Mapping[str, Any], names: Names) -> Message | None:
    wording = WORDING.get(kind)
    return wording(body, _People(names)) if wording else None


def _rules(row: TrailRow) -> tuple[str, ...]:
    if row.kind == "Rang":
        return STAGE_RULES.get(row.body["stage"], ())
    if row.kind == "Forfeit" and row.body["why"] in FORFEIT_RULES:
        return FORFEIT_RULES[row.body["why"]]
    if row.kind == "Restore" and row.body["why"] in RESTORE_RULES:
        return RESTORE_RULES[row.body["why"]]
    if row.kind == "Connected" and row.body["late"]:
        return (*DEFAULT_RULES["Connected"], "R11", "R20")
    return DEFAULT_RULES.get(row.kind, ())


class _People:
    """Names people."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def name(self, person: str | None) -> Message:
        return Message("%(name)s", {"name": self._names.get(person, person)}) if person else _("nobody")

    def all(self, people: Sequence[str]) -> Listing:
        return Listing(self.name(person) for person in people)


def _availability(why: str | None) -> Message:
    return word(REASONS, why) if why else _("available")


def _decision(body: Mapping[str, Any], people: _People) -> Message:
    if not body["owner"]:
        return _("new customer: nobody owns them now")
    returning = _("returning customer of %(owner)s: %(why)s")
    return returning.fill(owner=people.name(body["owner"]), why=_availability(body["owner_why"]))


def _rang(body: Mapping[str, Any], people: _People) -> Message:
    return _("rings %(who)s: %(stage)s", who=people.all(body["who"]), stage=word(STAGES, body["stage"]))


def _connected(body: Mapping[str, Any], people: _People) -> Message:
    late = _("%(who)s answers, %(turn)s, late")
    answers = late if body["late"] else _("%(who)s answers, %(turn)s")
    return answers.fill(who=people.name(body["who"]), turn=word(USES, body["turn"]))


def _missed(body: Mapping[str, Any], people: _People) -> Message:
    missed = _("missed: %(why)s, call back by %(person)s")
    return missed.fill(why=word(REASONS, body["why"]), person=people.name(body["callback"]))


Wording = Callable[[Mapping[str, Any], _People], Message]


def _of_person(text: Message) -> Wording:
    return lambda body, people: text.fill(person=people.name(body["person"]))


def _of_turn(text: Message) -> Wording:
    def wording(body: Mapping[str, Any], people: _People) -> Message:
        what = text.fill(sheet=sheet_name(body["sheet"]), person=people.name(body["person"]))
        return _("%(what)s: %(why)s", what=what, why=word(REASONS, body["why"])) if body.get("why") else what

    return wording


def _own(body: Mapping[str, Any], people: _People) -> Message:
    return _("the customer is now that of %(who)s", who=people.name(body["who"]))


def _round(body: Mapping[str, Any], _people: _People) -> Message:
    return _("%(sheet)s round %(number)s begins", sheet=sheet_name(body["sheet"]), number=body["number"])


def _form(body: Mapping[str, Any], people: _People) -> Message:
    kind = word(FORMS, body["kind"])
    if not body.get("asked_for"):
        return _("call form: %(kind)s", kind=kind)
    return _("call form: %(kind)s, asked for %(who)s", kind=kind, who=people.name(body["asked_for"]))


def _the_end(body: Mapping[str, Any], _people: _People) -> Message:
    """The end of a call; `lost` is missing in what older versions wrote."""
    if body.get("lost"):
        return _("the call ends: given on, nobody took it, nor was it taken back; a call back is owed")
    return _("the call ends")


def _told_owner(body: Mapping[str, Any], people: _People) -> Message:
    owner = people.name(body["owner"])
    if body["substitute"] is None:
        return _("the owner %(owner)s is told: the call was missed", owner=owner)
    told = _("the owner %(owner)s is told: it went to %(substitute)s")
    return told.fill(owner=owner, substitute=people.name(body["substitute"]))


def _hand_over(body: Mapping[str, Any], people: _People) -> Message:
    handed = _("%(giver)s hands over to %(who)s")
    return handed.fill(giver=people.name(body["giver"]), who=people.name(body["who"]))


def _act(body: Mapping[str, Any], people: _People) -> Message:
    """R8: what a supervisor did, who and why; what ended by its time has neither."""
    subject = sheet_name(body["subject"]) if body["what"] == "roster" else people.name(body["subject"])
    act = Message("%(subject)s %(act)s", {"subject": subject, "act": word(ACTS, body["what"])})
    if body["why"] == "until":
        return _("%(act)s (its time was over)", act=act)
    named = [part for part in (body["by"], body["why"]) if part]
    return (
        Message("%(act)s · %(named)s", {"act": act, "named": Listing(named, between=_p("between who and why", ", "))})
        if named
        else act
    )


def _fact(body: Mapping[str, Any], people: _People) -> Message:
    fact = word(FACTS, body["what"])
    return Message("%(who)s %(fact)s", {"who": people.name(body["person"]), "fact": fact}) if body["person"] else fact


WORDING: Mapping[str, Wording] = MappingProxyType(
    {
        "CallArrived": lambda _body, _people: _("the call arrives"),
        "Decision": _decision,
        "Rang": _rang,
        "Connected": _connected,
        "HandOver": _hand_over,
        "Waits": lambda _body, _people: _("nobody can be rung, it waits"),
        "Missed": _missed,
        "Passed": _of_turn(_("%(sheet)s %(person)s is passed over and stays due")),
        "Forfeit": _of_turn(_("%(sheet)s %(person)s forfeits the turn")),
        "Lapse": _of_turn(_("%(sheet)s %(person)s lapses with the round")),
        "Restore": _of_turn(_("%(sheet)s %(person)s gets the turn back")),
        "Round": _round,
        "Own": _own,
        "Declined": _of_person(_("%(person)s declines")),
        "Failed": _of_person(_("%(person)s's phone or line fails")),
        "FormFiled": _form,
        "PhoneRang": _of_person(_("%(person)s's phone rings")),
        "Taken": _of_person(_("%(person)s takes the call")),
        "TellOwner": _told_owner,
        "Act": _act,
        "Fact": _fact,
        "HungUp": _the_end,
    }
)
