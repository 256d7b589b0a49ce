"""The rules by example: every scenario file plays as it says, the published long ones item by item."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from router.simulate.compare import differences
from router.simulate.files import cases
from router.simulate.model import Case
from router.simulate.play import play

ROOT = Path(__file__).resolve().parents[2]
OWN = sorted((ROOT / "tests" / "scenarios").glob("*.yaml"))
SHARED = ROOT.parent / "shared" / "cases"  # beside the checkout, where the rules are kept
LONG = sorted((SHARED / "random").glob("*.yaml"))


@pytest.mark.parametrize("path", [*OWN, *sorted(SHARED.glob("*.yaml"))], ids=lambda path: path.name)
def test_the_rules_by_example(path: Path) -> None:
    for name, case in cases(path):
        assert isinstance(case, Case), f"{name}: {case}"
        assert differences(case, play(case)) == [], name


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value), parse_int=float)


@pytest.mark.parametrize("path", LONG, ids=lambda path: path.name)
def test_long_scenarios_equal_in_full(path: Path) -> None:
    wanted = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"), parse_int=float)
    for (name, case), want in zip(cases(path), wanted, strict=True):
        assert isinstance(case, Case), f"{name}: {case}"
        assert _plain(play(case).as_json()) == want, name
