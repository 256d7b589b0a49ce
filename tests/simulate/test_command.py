"""`hotline simulate` as its user meets it: exit statuses, messages, JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from router.cli.main import cli

GOOD = """
- case: one call
  groups: {call: [A], reception: []}
  events:
    - {at: 0, call: c1, from: "13900000001"}
  expect:
    - {at: 0, ring: c1, who: [A]}
"""


def _simulate(tmp_path: Path, text: str, *options: str) -> Result:
    path = tmp_path / "day.yaml"
    path.write_text(text, encoding="utf-8")
    return CliRunner().invoke(cli, ["simulate", *options, str(path)])


def test_all_as_expected_ends_with_status_0(tmp_path: Path) -> None:
    result = _simulate(tmp_path, GOOD)
    assert result.exit_code == 0
    assert "1 of 1 cases as expected" in result.output


def test_a_difference_ends_with_status_1_and_is_named(tmp_path: Path) -> None:
    result = _simulate(tmp_path, GOOD.replace("who: [A]", "who: [B]"))
    assert result.exit_code == 1
    assert "'who': ['B']" in result.output


def test_the_json_result_has_every_part(tmp_path: Path) -> None:
    result = _simulate(tmp_path, GOOD, "--json")
    assert json.loads(result.output) == [
        {
            "case": "one call",
            "error": None,
            "trace": [{"at": 0, "ring": "c1", "who": ["A"], "stage": "rotation", "sheet": "call"}],
            "sheets": {
                "call": {"round": 1, "turns": {"A": "offered"}, "owed": []},
                "reception": {"round": 1, "turns": {}, "owed": []},
            },
            "owners": {"13900000001": None},
            "callbacks": {},
        }
    ]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("{at: 1, answer: c1, by: B}", "does not ring"),
        ("{at: 1, answer: c9, by: A}", "unknown call 'c9'"),
        ("{at: 1, presence: A, is: asleep}", "unknown presence 'asleep'"),
        ("{at: 1, presence: Z, is: present}", "unknown person 'Z'"),
        ("{at: -1, tick: }", "time goes back"),
        ("{at: 1, form: c1, kind: purchase}", "was not answered"),
        ("{at: 1, take: c1, by: B}", "not open to everyone"),
        ("{at: 1, transfer: c1, to: B}", "nobody talks"),
        ("{at: 1, roster: call, order: [A, A]}", "named twice"),
        ("{at: 1, jump: c1}", "exactly one of"),
        ("{at: soon, tick: }", "not a time"),
    ],
)
def test_an_impossible_event_is_an_error_of_its_case_alone(tmp_path: Path, event: str, words: str) -> None:
    broken = GOOD.replace("one call", "broken").replace("[A], reception: []", "[A], reception: [B]")
    broken = broken.replace("  expect:\n    - {at: 0, ring: c1, who: [A]}\n", f"    - {event}\n")
    result = _simulate(tmp_path, broken + GOOD, "--json")
    first, second = json.loads(result.output)
    assert words in first["error"]
    assert "broken" in first["error"]
    assert (first["trace"], first["sheets"], first["owners"], first["callbacks"]) == ([], {}, {}, {})
    assert second["error"] is None
    assert second["trace"]
    assert result.exit_code == 1


@pytest.mark.parametrize(
    "part", ["expect: [5]", "owners: [1]", "sheets: [call]", "sheets: {call: 5}", "callbacks: 5", "people: [[A]]"]
)
def test_a_malformed_case_is_an_error_of_its_own(tmp_path: Path, part: str) -> None:
    result = _simulate(tmp_path, f"- case: bad\n  {part}\n{GOOD}", "--json")
    bad, good = json.loads(result.output)
    assert bad["error"]
    assert good["error"] is None


@pytest.mark.parametrize("text", ["- case: [", "just words", "{a: 1}"])
def test_an_unusable_file_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    result = _simulate(tmp_path, text)
    assert isinstance(result.exception, Exception)
    assert "day.yaml" in str(result.exception)
