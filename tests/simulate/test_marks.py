"""Each place where the core enforces a rule is tied to the scenarios that show it, checked both ways.

A mark is a comment, `# R6[abandoned]: why`, at the end of the line that enforces the rule, or above it. A scenario
names at the head of its title the marks that it shows: `R6[abandoned] the caller gives up before three rings ...`.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from router.core import inputs
from router.core.desk import Desk
from router.core.words import Group, PersonId
from router.simulate.files import cases
from router.simulate.model import Case
from router.simulate.play import play

ROOT = Path(__file__).resolve().parents[2]
CORE = sorted((ROOT / "router" / "core").glob("*.py"))
MARK = re.compile(r"R\d+(?:\.\d+)?\[[a-z-]+\]")
TITLE = re.compile(rf"((?:{MARK.pattern} )+)")
Line = tuple[str, int]  # file and number

A, B = PersonId("A"), PersonId("B")
GIVEN = inputs.TurnHandedOut(group=Group.CALL, person=A)
TAKEN = inputs.TurnTakenAway(group=Group.CALL, person=A)
ACTS: dict[str, tuple[tuple[inputs.Input, ...], tuple[str, bool]]] = {
    "R8[taken] R8[handed-out] a turn that was taken and given back is due": ((TAKEN, GIVEN), ("due", False)),
    "R8[taken] what is taken is the due turn": ((TAKEN,), ("forfeited", False)),
    "R8[owed-first] what is taken of two is the extra one": ((GIVEN, TAKEN), ("due", False)),
}
"""The supervisor's acts, which scenario files don't know: what is told, and how A's turn then stands (state, owed)."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario of our own: the marks that its title names, and the lines of the core that it ran."""

    title: str
    names: frozenset[str]
    ran: frozenset[Line]


def _comments(source: str) -> Iterator[tuple[int, str, bool]]:
    """Each comment: its line, its text, and whether it has the line to itself."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string, not token.line[: token.start[1]].strip()


def _statements(tree: ast.Module) -> list[tuple[int, int]]:
    """First and last line of each statement inside a function; of a compound one, of its head."""
    found = []
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for node in (one for one in ast.walk(function) if isinstance(one, ast.stmt) and one is not function):
            body = getattr(node, "body", None)
            found.append((node.lineno, body[0].lineno - 1 if body else node.end_lineno or node.lineno))
    return sorted(found)


def _marks_of(path: Path) -> Iterator[tuple[str, tuple[Line, ...]]]:
    source = path.read_text("utf-8")
    statements = _statements(ast.parse(source))
    for number, text, alone in _comments(source):
        mark = MARK.match(text.removeprefix("# "))
        if mark is None:
            continue
        inside = [(a, b) for a, b in statements if (a > number if alone else a <= number <= b)]
        first, last = (min(inside) if alone else max(inside)) if inside else (number, number)
        yield mark[0], tuple((str(path), line) for line in range(first, last + 1))


@cache
def marks() -> dict[str, tuple[Line, ...]]:
    """Each mark of the core, with the lines that it stands for."""
    found: dict[str, tuple[Line, ...]] = {}
    for path in CORE:
        for mark, lines in _marks_of(path):
            assert mark not in found, f"{mark} stands twice"
            found[mark] = lines
    return found


@cache
def scenarios() -> list[Scenario]:
    """Every scenario of our own, played with an eye on the lines of the core."""
    played: list[tuple[str, Callable[[], object]]] = [
        (name, partial(play, case))
        for path in sorted((ROOT / "tests" / "scenarios").glob("*.yaml"))
        for name, case in cases(path)
        if isinstance(case, Case)
    ]
    played += [(name, partial(_acted, told)) for name, (told, _turn) in ACTS.items()]
    return [Scenario(name, _named(name), _lines_run(playing)) for name, playing in played]


def _named(title: str) -> frozenset[str]:
    head = TITLE.match(title)
    return frozenset(MARK.findall(head[0])) if head else frozenset()


def _acted(told: tuple[inputs.Input, ...]) -> tuple[str, bool]:
    """How A's turn stands after the acts."""
    desk = Desk()
    desk.handle(inputs.PlanSet(slots=(inputs.Slot(start=0, end=None, name="", call=(A, B), reception=()),)), 0)
    for one in (inputs.Tick(), *told):
        desk.handle(one, 0)
    turn = desk.office.sheets[Group.CALL].turns[A]
    return turn.state, turn.owed


def _lines_run(playing: Callable[[], object]) -> frozenset[Line]:
    files, ran = {str(path) for path in CORE}, set()

    def line(frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            ran.add((frame.f_code.co_filename, frame.f_lineno))
        return line

    before = sys.gettrace()
    sys.settrace(lambda frame, _event, _argument: line if frame.f_code.co_filename in files else None)
    try:
        playing()
    finally:
        sys.settrace(before)
    return frozenset(ran)


def test_every_mark_is_reached_by_a_scenario_that_names_it() -> None:
    unseen = [
        mark
        for mark, lines in marks().items()
        if not any(mark in one.names and not one.ran.isdisjoint(lines) for one in scenarios())
    ]
    assert unseen == []


def test_what_a_scenario_names_stands_in_the_core_and_is_reached_by_it() -> None:
    for one in scenarios():
        for mark in one.names:
            assert mark in marks(), f"{one.title}: no such mark"
            assert not one.ran.isdisjoint(marks()[mark]), f"{one.title}: never comes to {mark}"


@pytest.mark.parametrize("rule", range(1, 18))
def test_every_rule_that_the_desk_enforces_is_marked(rule: int) -> None:
    assert any(re.match(rf"R{rule}[.\[]", mark) for mark in marks())


def test_a_comment_in_a_function_that_gives_a_rule_is_a_mark() -> None:
    for path in CORE:
        source = path.read_text("utf-8")
        inside = {line for first, last in _statements(ast.parse(source)) for line in range(first, last + 1)}
        for number, text, alone in _comments(source):
            if (number in inside or alone) and re.match(r"# R\d", text) and "presence -> kind" not in text:
                assert MARK.match(text[2:]), f"{path.name}:{number}: {text}"


def test_a_scenario_s_title_begins_with_its_rule_or_its_policy() -> None:
    for one in scenarios():
        assert re.match(r"R\d+(\.\d+)?[ \[]|policy ", one.title), one.title


@pytest.mark.parametrize("title", ACTS)
def test_the_supervisor_s_acts(title: str) -> None:
    told, turn = ACTS[title]
    assert _acted(told) == turn
