"""Why did it ring there? A call's trail in plain words, Chinese or English (R17). May live here: that wording.

One text for page and command line. Each step says when, what, and the rules by which it happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from router.store.calls import TrailRow

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One step as people read it."""

    at: datetime
    text: str
    rules: tuple[str, ...]


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
        "Connected": ("R6",),
        "HandOver": ("R16",),
        "Waits": ("R14",),
        "Missed": ("R15",),
        "Passed": ("R4",),
        "Forfeit": ("R4", "R6"),
        "Lapse": ("R5",),
        "Restore": ("R6",),
        "Round": ("R5",),
        "Own": ("R16",),
    }
)


def explain(trail: Sequence[TrailRow], names: Names, language: str) -> list[Told]:
    """A call's steps in words; what only the machine needs is left out."""
    return [
        Told(at=row.at, text=text, rules=tuple(row.rules or _rules(row)))
        for row in trail
        if (text := in_words(row.kind, row.body, names, language))
    ]


def in_words(kind: str, body: Mapping[str, Any], names: Names, language: str) -> str:
    """One step in words; "" for what only the machine needs."""
    wording = WORDING.get(kind)
    return wording(body, _Speaker(names, language)) if wording else ""


def _rules(row: TrailRow) -> tuple[str, ...]:
    if row.kind == "Rang":
        return STAGE_RULES.get(row.body["stage"], ())
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
    seen = s.say("；", "; ").join(
        f"{s.name(one['person'])} {s.word(REASONS, one['why']) if one['why'] else s.say('可接', 'available')}"
        for one in body["seen"]
    )
    if body["owner"]:
        why = s.word(REASONS, body["owner_why"]) if body["owner_why"] else s.say("可接", "available")
        customer = s.say("老客户，原置业顾问", "returning, owner ") + s.name(body["owner"]) + s.say("：", ": ") + why
    else:
        customer = s.say("新客户", "new customer")
    return f"{customer}{s.say('。当时：', '. At that moment: ')}{seen}"


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


def _hand_over(body: Mapping[str, Any], s: _Speaker) -> str:
    return s.name(body["giver"]) + s.say(" 转交 ", " hands over to ") + s.name(body["who"])


FACTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "other": ("标为其他事务", "marks it as other business"),
        "warned": ("被提醒：通话快超时", "is warned: the time is nearly up"),
        "overtime": ("通话超时", "talks for too long"),
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
        "Act": _act,
        "Fact": _fact,
        "HungUp": lambda _b, s: s.say("通话结束", "the call ends"),
    }
)
