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
from router.store.tables.calls import CallRow, TrailRow

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


REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "suspended": ("停接", "suspended"),
        "offered": ("正在派接另一来电", "being offered another call"),
        "break": ("小休（个人）", "on a break (personal)"),
        "off": ("未到岗（个人）", "off (personal)"),
        "absent": ("话机离线（个人）", "phone absent (personal)"),
        "receiving": ("接待中（客观）", "with a visitor (objective)"),
        "meeting": ("开会（客观）", "in a meeting (objective)"),
        "errand": ("外出（客观）", "on an errand (objective)"),
        "blocked": ("号码已拦截", "the number is blocked"),
        "inside": ("内线拨打", "dialled on a phone of the office"),
        "busy": ("占线（客观）", "busy (objective)"),
        "wrap_up": ("话后整理（客观）", "in wrap-up (objective)"),
        "out": ("已拒接或话机故障", "declined it, or the phone failed"),
        "no_answer": ("三声未接", "rang out"),
        "declined": ("拒接", "declined"),
        "abandoned": ("客户先挂", "the caller gave up"),
        "max_wait": ("等待超时", "waited too long"),
        "closed": ("非接听时段", "closed"),
        "answered_by_other": ("他人接听", "somebody else answered"),
        "substitute": ("代接不占轮次", "a substitute keeps the turn"),
        "device": ("话机或线路故障", "the phone or line failed"),
        "other": ("其他事务", "other business"),
        "asked_for": ("客户点名", "the customer asked for somebody"),
        "supervisor": ("主管决定", "the supervisor's decision"),
    }
)
TURNS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "due": ("待接", "due"),
        "offered": ("派接中", "offered"),
        "done": ("已接", "done"),
        "forfeited": ("轮空", "forfeited"),
    }
)
FORMS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"purchase": ("购房", "purchase"), "other": ("其他事务", "other business"), "message": ("留言", "a message")}
)
STAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "rotation": ("轮到的下一位", "next in line"),
        "owner": ("原置业顾问", "the customer's own consultant"),
        "substitute": ("代接", "as a substitute"),
        "everyone": ("满三声，人人可接", "three rings are over, everyone rings"),
    }
)
USES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "used": ("用掉本轮", "uses the turn"),
        "kept": ("轮次保留", "keeps the turn"),
        "none": ("不占轮次", "costs no turn"),
    }
)
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


def explain(trail: Sequence[TrailRow], names: Names, language: str) -> list[Told]:
    """A call's steps in words; what only the machine needs is left out."""
    began = _clock_began(trail)
    told = []
    for row in trail:
        text = in_words(row.kind, row.body, names, language)
        if not text:
            continue
        if row.refused:
            text += _Speaker(names, language).say(
                "（已不可能，未生效）", " (not possible any more: nothing came of it)"
            )
        told.append(
            Told(
                at=row.at,
                text=text,
                rules=tuple(row.rules or _rules(row)),
                clock_ms=_since(began, row.at),
                seen=_seen(row.body, _Speaker(names, language)) if row.kind == "Decision" else (),
            )
        )
    return told


def _clock_began(trail: Sequence[TrailRow]) -> datetime | None:
    """When the first phone rang for the call (R11); an answer that came sooner counts as a ring."""
    return next((row.at for row in trail if row.kind in ("PhoneRang", "Connected") and not row.refused), None)


def _since(began: datetime | None, at: datetime) -> int | None:
    return round((at - began).total_seconds() * 1000) if began is not None and at >= began else None


def _seen(body: Mapping[str, Any], s: _Speaker) -> tuple[SeenThen, ...]:
    places: dict[str, int] = {}
    lines = []
    for one in body["seen"]:
        place = places[one["sheet"]] = places.get(one["sheet"], 0) + 1
        owed = s.say("，补1次", ", 1 owed") if one["owed"] else ""
        lines.append(
            SeenThen(
                sheet=s.sheet(one["sheet"]),
                place=place,
                person=s.name(one["person"]),
                turn=s.word(TURNS, one["turn"]) + owed,
                state=s.word(REASONS, one["why"]) if one["why"] else s.say("可接", "available"),
                is_available=one["why"] is None,
            )
        )
    return tuple(lines)


LET_GO: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"declined": ("拒接此来电", "declined the call"), "rang_out": ("三声未接此来电", "let the call ring out")}
)
THEN_TOOK: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "form": ("后来填了来电表", "later filed its form"),
        "rang_number": ("后来联系了该客户", "later rang its number"),
        "handed_over": ("后来被转交该客户", "later was handed the customer"),
        "asked_for": ("后来客户归其名下", "later had the customer moved to them"),
    }
)


def in_words_let_ring(person: str, let_go: str, how: str, names: Names, language: str) -> str:
    """疑抢客户 in words: what was seen, for the supervisor to judge (DOMAIN 7)."""
    s = _Speaker(names, language)
    what = s.word(LET_GO, let_go) + s.say("，", ", ") + s.word(THEN_TOOK, how)
    return s.say("疑抢客户：", "Let ring, then took: ") + f"{s.name(person)} {what}"


def summary(call: CallRow, rings: Sequence[PhoneRing], names: Names, language: str) -> str:
    """What became of the call, for the caller and for each phone: the two are not the same (R15, R20)."""
    s = _Speaker(names, language)
    if call.answered_at is not None:
        said = s.say("已接：", "answered by ") + s.name(call.answerer)
        if call.person != call.answerer:
            said += s.say("，转交 ", ", handed over to ") + s.name(call.person)
    elif call.missed_why is not None and not call.is_missed:
        said = s.say("不派接：", "turned away: ") + s.word(REASONS, call.missed_why)
    elif call.missed_why is not None:
        said = s.say("未接（无人与客户通话）：", "missed (nobody spoke with the caller): ") + s.word(
            REASONS, call.missed_why
        )
    else:
        said = s.say("尚未接听", "not answered yet")
    out = rang_out(rings)
    if out:
        said += s.say("。三声未接：", ". Rang out: ") + s.people(out)
    declined = [ring.person for ring in rings if ring.end == "declined"]
    if declined:
        said += s.say("。拒接：", ". Declined: ") + s.people(declined)
    return said


def in_words(kind: str, body: Mapping[str, Any], names: Names, language: str) -> str:
    """One step in words; "" for what only the machine needs."""
    wording = WORDING.get(kind)
    return wording(body, _Speaker(names, language)) if wording else ""


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


class _Speaker:
    """Chooses the language, names people."""

    def __init__(self, names: Names, language: str) -> None:
        self._names = names
        self._zh = language == "zh"

    def say(self, zh: str, en: str) -> str:
        return zh if self._zh else en

    def name(self, person: str | None) -> str:
        return self._names.get(person, person) if person else self.say("无人", "nobody")

    def people(self, people: Sequence[str]) -> str:
        return self.say("、", ", ").join(self.name(person) for person in people)

    def word(self, table: Mapping[str, tuple[str, str]], key: str) -> str:
        return self.say(*table.get(key, (key, key)))

    def sheet(self, group: str) -> str:
        return self.say("接电组", "call group") if group == "call" else self.say("接待组", "reception group")


def _decision(body: Mapping[str, Any], s: _Speaker) -> str:
    if body["owner"]:
        why = s.word(REASONS, body["owner_why"]) if body["owner_why"] else s.say("可接", "available")
        return s.say("老客户，原置业顾问 ", "returning customer of ") + s.name(body["owner"]) + s.say("：", ": ") + why
    return s.say("新客户，无有效的原置业顾问", "new customer: nobody owns them now")


def _rang(body: Mapping[str, Any], s: _Speaker) -> str:
    return s.say("响铃 ", "rings ") + s.people(body["who"]) + s.say("：", ": ") + s.word(STAGES, body["stage"])


def _connected(body: Mapping[str, Any], s: _Speaker) -> str:
    late = s.say("，迟接", ", late") if body["late"] else ""
    return s.name(body["who"]) + s.say(" 接听，", " answers, ") + s.word(USES, body["turn"]) + late


def _missed(body: Mapping[str, Any], s: _Speaker) -> str:
    owed = s.say("，回拨：", ", call back by ") + s.name(body["callback"])
    return s.say("未接：", "missed: ") + s.word(REASONS, body["why"]) + owed


def _about_turn(zh: str, en: str) -> Callable[[Mapping[str, Any], _Speaker], str]:
    def wording(body: Mapping[str, Any], s: _Speaker) -> str:
        why = s.say("：", ": ") + s.word(REASONS, body["why"]) if body.get("why") else ""
        return f"{s.sheet(body['sheet'])} {s.name(body['person'])} {s.say(zh, en)}{why}"

    return wording


def _own(body: Mapping[str, Any], s: _Speaker) -> str:
    return s.say("客户归 ", "the customer is now that of ") + s.name(body["who"])


def _round(body: Mapping[str, Any], s: _Speaker) -> str:
    number = body["number"]
    return f"{s.sheet(body['sheet'])} " + s.say(f"第{number}轮开始", f"round {number} begins")


def _form(body: Mapping[str, Any], s: _Speaker) -> str:
    asked = s.say("，客户点名 ", ", asked for ") + s.name(body["asked_for"]) if body.get("asked_for") else ""
    return s.say("来电表：", "call form: ") + s.word(FORMS, body["kind"]) + asked


def _told_owner(body: Mapping[str, Any], s: _Speaker) -> str:
    owner = s.say("告知原置业顾问 ", "the owner ") + s.name(body["owner"]) + s.say("：", " is told: ")
    if body["substitute"] is None:
        return owner + s.say("来电未接", "the call was missed")
    return owner + s.say("由 ", "it went to ") + s.name(body["substitute"]) + s.say(" 接听", "")


def _hand_over(body: Mapping[str, Any], s: _Speaker) -> str:
    return s.name(body["giver"]) + s.say(" 转交 ", " hands over to ") + s.name(body["who"])


FACTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "other": ("标为其他事务", "marks it as other business"),
        "warned": ("被提醒：通话快超时", "is warned: the time is nearly up"),
        "overtime": ("通话超时", "talks for too long"),
        "blocked": ("号码已拦截：不派接", "the number is blocked: nobody is rung"),
        "inside": ("内线拨打热线：不派接", "dialled on a phone of the office: nobody is rung"),
        "duty": ("值班电话接听", "answers on the duty phone"),
    }
)


ACTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "suspend": ("停接", "taken off calls"),
        "resume": ("恢复接电", "gets calls again"),
        "roster": ("调序", "reordered"),
        "hand_out": ("补轮", "is handed a turn"),
        "take_away": ("扣轮", "has a turn taken away"),
        "callback": ("回拨指派", "is to call back"),
    }
)


def _act(body: Mapping[str, Any], s: _Speaker) -> str:
    """R8: what a supervisor did, who and why; what ended by its time has neither."""
    subject = s.sheet(body["subject"]) if body["what"] == "roster" else s.name(body["subject"])
    why = s.say("（时间已到）", " (its time was over)") if body["why"] == "until" else ""
    named = s.say("，", ", ").join(part for part in (body["by"], body["why"]) if part)
    return f"{subject} {s.word(ACTS, body['what'])}" + (why or (f" · {named}" if named else ""))


def _fact(body: Mapping[str, Any], s: _Speaker) -> str:
    who = s.name(body["person"]) + " " if body["person"] else ""
    return who + s.word(FACTS, body["what"])


WORDING: Mapping[str, Callable[[Mapping[str, Any], _Speaker], str]] = MappingProxyType(
    {
        "CallArrived": lambda _b, s: s.say("来电", "the call arrives"),
        "Decision": _decision,
        "Rang": _rang,
        "Connected": _connected,
        "HandOver": _hand_over,
        "Waits": lambda _b, s: s.say("暂无人可响，等待", "nobody can be rung, it waits"),
        "Missed": _missed,
        "Passed": _about_turn("待补接", "is passed over and stays due"),
        "Forfeit": _about_turn("轮空", "forfeits the turn"),
        "Lapse": _about_turn("过轮未补", "lapses with the round"),
        "Restore": _about_turn("退轮", "gets the turn back"),
        "Round": _round,
        "Own": _own,
        "Declined": lambda b, s: s.name(b["person"]) + s.say(" 拒接", " declines"),
        "Failed": lambda b, s: s.name(b["person"]) + s.say(" 的话机或线路故障", "'s phone or line fails"),
        "FormFiled": _form,
        "PhoneRang": lambda b, s: s.name(b["person"]) + s.say(" 的话机响起", "'s phone rings"),
        "Taken": lambda b, s: s.name(b["person"]) + s.say(" 主动接替", " takes the call"),
        "TellOwner": _told_owner,
        "Act": _act,
        "Fact": _fact,
        "HungUp": lambda _b, s: s.say("通话结束", "the call ends"),
    }
)
