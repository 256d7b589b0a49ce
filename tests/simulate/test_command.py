"""`hotline simulate` as its user meets it: exit statuses, messages, JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from router.cli.main import cli

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
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
        ("{at: 1, answer: c9, by: A}", "unknown call c9"),
        ("{at: 1, presence: A, is: asleep}", "no such presence: asleep"),
        ("{at: 1, presence: Z, is: present}", "no such person: Z"),
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


def test_the_table_says_when_what_who_why_and_by_which_rule(tmp_path: Path) -> None:
    result = _simulate(tmp_path, GOOD.replace("expect:", "expect:  # nothing more"))
    head, row = (line.split() for line in result.output.splitlines()[1:3])
    assert head == ["时间", "经过", "谁", "为什么", "规则"]
    assert row == ["0:00:00", "响铃", "c1", "A", "轮到的下一位", "·", "接电组", "R2", "R10"]
    english = _simulate(tmp_path, GOOD, "--language", "en").output
    assert "next in line · call group" in english


def test_every_kind_of_trace_item_has_words(tmp_path: Path) -> None:
    whole = "".join(path.read_text(encoding="utf-8") + "\n" for path in sorted(SCENARIOS.glob("*.yaml")))
    for language in ("zh", "en"):
        result = _simulate(tmp_path, whole, "--language", language)
        assert result.exit_code == 0, result.output[-2000:]
        assert "_" not in "".join(line for line in result.output.splitlines() if line.startswith(" ")), language


def test_the_difference_stands_beside_what_was_expected(tmp_path: Path) -> None:
    wrong = GOOD + "    - {at: 1, ring: c1, who: [B]}\n  owners: {'13900000001': A}\n"
    result = _simulate(tmp_path, wrong, "--diff")
    assert result.exit_code == 1
    lines = [line.split() for line in result.output.splitlines()]
    assert any(line[:1] == ["✓"] and "c1," in line for line in lines)
    assert any(line[:1] == ["✗"] and "[B]" in line for line in lines)
    assert any(line[:2] == ["✗", "owners.13900000001:"] and line[-1] == "null" for line in lines)


def test_quiet_says_only_how_each_case_went(tmp_path: Path) -> None:
    assert _simulate(tmp_path, GOOD, "-q").output == "ok   one call\n1 of 1 cases as expected\n"


def test_json_goes_with_no_other_way_of_showing(tmp_path: Path) -> None:
    assert _simulate(tmp_path, GOOD, "--json", "--diff").exit_code == 2


def test_a_watched_file_is_played_again_when_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "day.yaml"
    texts = iter([GOOD.replace("who: [A]", "who: [B]"), "- case: [", None])

    def between_two_looks(_seconds: float) -> None:
        text = next(texts)
        if text is None:
            raise KeyboardInterrupt
        path.write_text(text, encoding="utf-8")

    monkeypatch.setattr("router.cli.simulate.time.sleep", between_two_looks)
    result = _simulate(tmp_path, GOOD, "--watch")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines() if "one call" in line] == ["ok", "FAIL"]
    assert "not YAML" in result.stderr
