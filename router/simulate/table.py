"""A case's trace as people read it: time, what, who, why, rules. May live here: that table and the one of differences.

Words are those of the calls page (`store.explain`), so that a scenario and a real call read alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from rich.table import Table

from router.simulate.compare import fits
from router.simulate.model import Case
from router.simulate.play import Result
from router.store.calls.explain import DEFAULT_RULES, FORFEIT_RULES, REASONS, RESTORE_RULES, STAGE_RULES, STAGES, USES

Language = Literal["zh", "en"]
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceLine:
    """One trace item, in words."""

    time: str
    what: str
    who: str
    why: str
    rules: str


def line(item: Item, language: Language) -> TraceLine:
    """A trace item in words."""
    for kind, (zh, en, describe) in KINDS.items():
        if kind in item:
            who, why, rules = describe(item, _Words(language))
            subject = "" if kind in OF_A_PERSON else f" {item[kind]}"
            what = (zh if language == "zh" else en) + subject
            return TraceLine(time=clock(item["at"]), what=what, who=who, why=why, rules=" ".join(rules))
    raise KeyError(f"no such trace item: {dict(item)}")


def clock(seconds: float) -> str:
    """Seconds from the start as h:mm:ss, with the milliseconds if there are any.

    >>> clock(15), clock(3725.5)
    ('0:00:15', '1:02:05.500')
    """
    millis = round(seconds * 1000)
    whole = f"{millis // 3_600_000}:{millis // 60_000 % 60:02}:{millis // 1000 % 60:02}"
    return whole + (f".{millis % 1000:03}" if millis % 1000 else "")


class _Words:
    """Chooses the language."""

    def __init__(self, language: Language) -> None:
        self._place = 0 if language == "zh" else 1

    def of(self, table: Mapping[str, tuple[str, str]], key: str) -> str:
        return table.get(key, (key, key))[self._place]

    def say(self, zh: str, en: str) -> str:
        return (zh, en)[self._place]

    def sheet(self, item: Item) -> str:
        words = {"call": self.say("接电组", "call group"), "reception": self.say("接待组", "reception group")}
        return words.get(item.get("sheet", ""), "")


Described = tuple[str, str, Sequence[str]]


def _ring(item: Item, w: _Words) -> Described:
    why = " · ".join(part for part in (w.of(STAGES, item["stage"]), w.sheet(item)) if part)
    return "、".join(item["who"]) if w.say("zh", "") else ", ".join(item["who"]), why, STAGE_RULES[item["stage"]]


def _connect(item: Item, w: _Words) -> Described:
    late = w.say("，迟接", ", late") if item["late"] else ""
    return item["who"], w.of(USES, item["turn"]) + late, ("R6", "R20") if item["late"] else ("R6",)


def _missed(item: Item, w: _Words) -> Described:
    owed = item["callback"] or w.say("待指派", "nobody yet")
    return owed, w.of(REASONS, item["why"]) + w.say("；由其回拨", "; owes the call back"), ("R15",)


def _turn(rules: Sequence[str]) -> Callable[[Item, _Words], Described]:
    def describe(item: Item, w: _Words) -> Described:
        kind = next(key for key in OF_A_PERSON if key in item)
        why = w.of(REASONS, item["why"]) if "why" in item else ""
        also = {"forfeit": FORFEIT_RULES, "restore": RESTORE_RULES}.get(kind, {}).get(item.get("why", ""), rules)
        return item[kind], " · ".join(part for part in (why, w.sheet(item)) if part), also

    return describe


OF_A_PERSON = ("pass", "forfeit", "lapse", "restore")
KINDS: Mapping[str, tuple[str, str, Callable[[Item, _Words], Described]]] = MappingProxyType(
    {
        "ring": ("响铃", "ring", _ring),
        "connect": ("接听", "connect", _connect),
        "handover": (
            "转交",
            "hand-over",
            lambda i, w: (i["who"], w.say("自 ", "from ") + i["from"], DEFAULT_RULES["HandOver"]),
        ),
        "wait": ("等待", "wait", lambda _i, w: ("", w.say("暂无人可响", "nobody can be rung"), ("R14",))),
        "missed": ("未接", "missed", _missed),
        "pass": ("待补接", "passed", _turn(DEFAULT_RULES["Passed"])),
        "forfeit": ("轮空", "forfeit", _turn(DEFAULT_RULES["Forfeit"])),
        "lapse": ("过轮未补", "lapse", _turn(DEFAULT_RULES["Lapse"])),
        "restore": ("退轮", "turn back", _turn(DEFAULT_RULES["Restore"])),
        "round": ("新一轮", "round", lambda i, w: ("", w.sheet(i), DEFAULT_RULES["Round"])),
        "own": (
            "客户归属",
            "owner of",
            lambda i, w: (i["who"] or w.say("无人", "nobody"), "", DEFAULT_RULES["Own"]),
        ),
    }
)
HEADS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"zh": ("时间", "经过", "谁", "为什么", "规则"), "en": ("time", "what", "who", "why", "rules")}
)


def trace_table(result: Result, language: Language) -> Table:
    """The whole trace of a played case."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in HEADS[language]:
        table.add_column(head, overflow="fold", justify="right" if head in ("时间", "time") else "left")
    for item in result.trace:
        told = line(item, language)
        table.add_row(told.time, told.what, told.who, told.why, told.rules)
    return table


def diff_table(case: Case, result: Result, language: Language) -> Table:
    """Expected beside actual: every trace item with what was expected of it, and what was expected in vain."""
    zh = language == "zh"
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in ("", "预期" if zh else "expected", "实际" if zh else "actual"):
        table.add_column(head, overflow="fold")
    for mark, wanted, got in [*_aligned(case, result), *_state(case, result)]:
        table.add_row(mark, wanted, got)
    return table


def _aligned(case: Case, result: Result) -> list[tuple[str, str, str]]:
    """Each expectation beside the item that meets it (DOMAIN 10: in this order, somewhere in the trace)."""
    rows: list[tuple[str, str, str]] = []
    place = 0
    for wanted in case.expect:
        found = next((i for i in range(place, len(result.trace)) if fits(wanted, result.trace[i])), None)
        if found is None:
            rows.append(("✗", plain(wanted), ""))
            continue
        rows += [("", "", plain(item)) for item in result.trace[place:found]]
        rows.append(("✓", plain(wanted), plain(result.trace[found])))
        place = found + 1
    return rows + [("", "", plain(item)) for item in result.trace[place:]]


def _state(case: Case, result: Result) -> list[tuple[str, str, str]]:
    pairs = [
        (f"sheets.{group}.{key}", value, result.sheets.get(group, {}).get(key))
        for group, sheet in case.sheets.items()
        for key, value in sheet.items()
    ]
    pairs += [(f"owners.{number}", who, result.owners.get(number)) for number, who in case.owners.items()]
    if case.callbacks is not None:
        pairs.append(("callbacks", dict(case.callbacks), result.callbacks))
    return [
        ("✓" if wanted == got else "✗", f"{where}: {plain(wanted)}", f"{where}: {plain(got)}")
        for where, wanted, got in pairs
    ]


def plain(value: object) -> str:
    """A value of a scenario file as it would be written there, without quotes."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {plain(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return "[" + ", ".join(plain(item) for item in value) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
