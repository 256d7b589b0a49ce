"""docs/security.md: every requirement of ASVS 4.0.3 level 1 has its line, and each test that it names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
LEVEL_1 = re.findall(
    r"[\d.]+",
    """
    2.1.1 2.1.2 2.1.3 2.1.4 2.1.5 2.1.6 2.1.7 2.1.8 2.1.9 2.1.10 2.1.11 2.1.12 2.2.1 2.2.2 2.2.3 2.3.1 2.5.1 2.5.2
    2.5.3 2.5.4 2.5.5 2.5.6 2.7.1 2.7.2 2.7.3 2.7.4 2.8.1 3.1.1 3.2.1 3.2.2 3.2.3 3.3.1 3.3.2 3.4.1 3.4.2 3.4.3
    3.4.4 3.4.5 3.7.1 4.1.1 4.1.2 4.1.3 4.1.5 4.2.1 4.2.2 4.3.1 4.3.2 5.1.1 5.1.2 5.1.3 5.1.4 5.1.5 5.2.1 5.2.2
    5.2.3 5.2.4 5.2.5 5.2.6 5.2.7 5.2.8 5.3.1 5.3.2 5.3.3 5.3.4 5.3.5 5.3.6 5.3.7 5.3.8 5.3.9 5.3.10 5.5.1 5.5.2
    5.5.3 5.5.4 6.2.1 7.1.1 7.1.2 7.4.1 8.2.1 8.2.2 8.2.3 8.3.1 8.3.2 8.3.3 8.3.4 9.1.1 9.1.2 9.1.3 10.3.1 10.3.2
    10.3.3 11.1.1 11.1.2 11.1.3 11.1.4 11.1.5 12.1.1 12.3.1 12.3.2 12.3.3 12.3.4 12.3.5 12.4.1 12.4.2 12.5.1
    12.5.2 12.6.1 13.1.1 13.1.3 13.2.1 13.2.2 13.2.3 13.3.1 14.2.1 14.2.2 14.2.3 14.3.2 14.3.3 14.4.1 14.4.2
    14.4.3 14.4.4 14.4.5 14.4.6 14.4.7 14.5.1 14.5.2 14.5.3
    """,
)
LINE = re.compile(r"(?m)^\| ([\d.]+) \| (.+?) \| ([✓–△]) \| (.+?) \| (.*?) ?\|$")


def test_every_requirement_of_level_1_has_its_line() -> None:
    assert [found[0] for found in LINE.findall(PAGE)] == LEVEL_1


def test_what_is_met_names_a_test_that_is_there() -> None:
    for number, _asked, state, how, test in LINE.findall(PAGE):
        if state == "–":
            assert how
            continue
        found = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", test)
        assert found is not None, number
        assert found[2] in _tests_in(found[1]), number


@cache
def _tests_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
