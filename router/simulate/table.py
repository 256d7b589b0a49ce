"""A case's trace as people read it: time, what, who, why, rules. May live here: that table and the one of differences.

Words are those of the calls page (`store.explain`), so that a scenario and a real call read alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from rich.table import Table

from router.simulate.compare import fits
from router.simulate.model import Case
from router.simulate.play import Result
from router.store.calls.explain import DEFAULT_RULES, FORFEIT_RULES, RESTORE_RULES, STAGE_RULES
from router.store.calls.words import REASONS, STAGES, USES, sheet_name, word
from router.texts import Language, Listing, Message, Rendered, _, _p

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
    for kind, (named, describe) in KINDS.items():
        if kind in item:
            who, why, rules = describe(item)
            subject = "" if kind in OF_A_PERSON else f" {item[kind]}"
            return TraceLine(
                time=clock(item["at"]),
                what=named.render(language) + subject,
                who=who.render(language),
                why=why.render(language),
                rules=" ".join(rules),
            )
    raise KeyError(f"no such trace item: {dict(item)}")


def clock(seconds: float) -> str:
    """Seconds from the start as h:mm:ss, with the milliseconds if there are any.

    >>> clock(15), clock(3725.5)
    ('0:00:15', '1:02:05.500')
    """
    millis = round(seconds * 1000)
    whole = f"{millis // 3_600_000}:{millis // 60_000 % 60:02}:{millis // 1000 % 60:02}"
    return whole + (f".{millis % 1000:03}" if millis % 1000 else "")


Described = tuple[Rendered, Rendered, Sequence[str]]
NOTHING = Message("")


def _as_is(text: str) -> Message:
    return Message("%(text)s", {"text": text})


def _joined(*parts: Message) -> Listing:
    return Listing((part for part in parts if part is not NOTHING), between=Message(" · "))


def _sheet(item: Item) -> Message:
    return sheet_name(item["sheet"]) if item.get("sheet") else NOTHING


def _ring(item: Item) -> Described:
    stage = item["stage"]
    return Listing(item["who"]), _joined(word(STAGES, stage), _sheet(item)), STAGE_RULES[stage]


def _connect(item: Item) -> Described:
    turn = word(USES, item["turn"])
    if item["late"]:
        return _as_is(item["who"]), _("%(turn)s, late", turn=turn), ("R6", "R20")
    return _as_is(item["who"]), turn, ("R6",)


def _missed(item: Item) -> Described:
    owed = _as_is(item["callback"]) if item["callback"] else _p("of a trace", "nobody yet")
    return owed, _("%(why)s; owes the call back", why=word(REASONS, item["why"])), ("R15",)


def _turn(rules: Sequence[str]) -> Callable[[Item], Described]:
    def describe(item: Item) -> Described:
        kind = next(key for key in OF_A_PERSON if key in item)
        why = word(REASONS, item["why"]) if "why" in item else NOTHING
        also = {"forfeit": FORFEIT_RULES, "restore": RESTORE_RULES}.get(kind, {}).get(item.get("why", ""), rules)
        return _as_is(item[kind]), _joined(why, _sheet(item)), also

    return describe


def _hand_over(item: Item) -> Described:
    return _as_is(item["who"]), _("from %(giver)s", giver=item["from"]), DEFAULT_RULES["HandOver"]


def _wait(_item: Item) -> Described:
    return NOTHING, _p("of a trace", "nobody can be rung"), ("R14",)


def _owned(item: Item) -> Described:
    return _as_is(item["who"]) if item["who"] else _("nobody"), NOTHING, DEFAULT_RULES["Own"]


OF_A_PERSON = ("pass", "forfeit", "lapse", "restore")
KINDS: Mapping[str, tuple[Message, Callable[[Item], Described]]] = MappingProxyType(
    {
        "ring": (_("ring"), _ring),
        "connect": (_("connect"), _connect),
        "handover": (_("hand-over"), _hand_over),
        "wait": (_("wait"), _wait),
        "missed": (_p("of a trace", "missed"), _missed),
        "pass": (_("passed"), _turn(DEFAULT_RULES["Passed"])),
        "forfeit": (_("forfeit"), _turn(DEFAULT_RULES["Forfeit"])),
        "lapse": (_("lapse"), _turn(DEFAULT_RULES["Lapse"])),
        "restore": (_("turn back"), _turn(DEFAULT_RULES["Restore"])),
        "round": (_("round"), lambda item: (NOTHING, _sheet(item), DEFAULT_RULES["Round"])),
        "own": (_("owner of"), _owned),
    }
)
TIME = _("time")
HEADS = (TIME, _p("of a trace", "what"), _("who"), _("why"), _("rules"))


def trace_table(result: Result, language: Language) -> Table:
    """The whole trace of a played case."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in HEADS:
        table.add_column(head.render(language), overflow="fold", justify="right" if head is TIME else "left")
    for item in result.trace:
        told = line(item, language)
        table.add_row(told.time, told.what, told.who, told.why, told.rules)
    return table


def diff_table(case: Case, result: Result, language: Language) -> Table:
    """Expected beside actual: every trace item with what was expected of it, and what was expected in vain."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in ("", *(text.render(language) for text in (_("expected"), _("actual")))):
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
