"""The rules by example: every scenario file plays as it says, the published long ones item by item."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from router.simulate.compare import differences
from router.simulate.files import cases
from router.simulate.model import NOT_THE_DESKS, POLICY, Case
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


def test_every_rule_of_the_desk_and_every_policy_has_a_scenario_of_its_own() -> None:
    names = [name for path in OWN for name, _ in cases(path)]
    for rule in range(1, 18):
        assert any(re.match(rf"R{rule}[ .\[]", name) for name in names), f"R{rule}"
    for policy in (*POLICY, *NOT_THE_DESKS):
        assert any(f"policy {policy}" in name or f", {policy}" in name for name in names), policy
