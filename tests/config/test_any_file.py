"""Whatever stands in a site file, it is either a site or named line by line; nothing else ever happens."""

from __future__ import annotations

import copy
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import toml_rs
from hypothesis import given, settings
from hypothesis import strategies as st

from router.config.load import Review, load_site
from router.config.mistakes import MISTAKES
from tests.config.changed import SITE, reviewed

EXAMPLE = tomllib.loads(SITE.read_text(encoding="utf-8"))
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
SCALARS = st.one_of(TEXT, st.integers(-(2**31), 2**31), st.booleans(), st.floats(), st.dates(), st.times())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=6,
)


def _review(text: str) -> Review:
    with tempfile.TemporaryDirectory() as folder:
        return reviewed(Path(folder), text)


def _holds(review: Review, text: str) -> None:
    assert (review.site is None) == bool(review.mistakes)
    for one in (*review.mistakes, *review.warnings):
        assert one.id in MISTAKES
        assert one.id != "wrong-value", one
        assert 1 <= one.line <= max(1, text.count("\n") + 1)
        assert one.what
        assert one.cure
        assert "\n" not in str(one)


@settings(max_examples=150, deadline=None)
@given(text=st.text(st.sampled_from("[]{}=\"'.,#\n -ab01\\"), max_size=60))
def test_any_text_is_read_or_named(text: str) -> None:
    _holds(_review(text), text)


def _places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place, *(below for key, child in inner for below in _places(child, (*place, key)))]


PLACES = [place for place in _places(EXAMPLE) if place]


def _with(raw: dict[str, Any], place: tuple[Any, ...], new: Any) -> None:
    value: Any = raw
    for part in place[:-1]:
        value = value[part]
    value[place[-1]] = new


@settings(max_examples=200, deadline=None)
@given(place=st.sampled_from(PLACES), new=VALUES)
def test_any_value_in_any_place_is_read_or_named(place: tuple[Any, ...], new: Any) -> None:
    raw = copy.deepcopy(EXAMPLE)
    _with(raw, place, new)
    text = toml_rs.dumps(raw)
    _holds(_review(text), text)


@settings(max_examples=150, deadline=None)
@given(table=st.sampled_from([place for place in PLACES if isinstance(place[-1], int) or len(place) == 1]), key=TEXT)
def test_any_further_key_is_named(table: tuple[Any, ...], key: str) -> None:
    raw = copy.deepcopy(EXAMPLE)
    value: Any = raw
    for part in table:
        value = value[part]
    if not isinstance(value, dict):
        return
    key = f"no_{key}"
    value[key] = 1
    text = toml_rs.dumps(raw)
    review = _review(text)
    _holds(review, text)
    assert [one.id for one in review.mistakes] == ["unknown-key"]


WRONG = [
    (("site", "zone"), "nowhere"), (("web", "bind"), "x"), (("pbx", "rtp_ports"), "1-2"), (("trunk", 0, "lines"), 0),
    (("hotline", 0, "trunk"), "nobody"), (("hotline", 0, "number"), "x"),
    (("consultant", 1, "phone", "account"), "101"), (("consultant", 2, "extension"), "x"),
    (("consultant", 3, "name"), ""), (("plan", 0, "slots", 0, "call", 0), "Z"),
    (("plan", 0, "slots", 1, "from"), "11:00"), (("plan", 0, "slots", 1, "continues"), 1),
    (("presence", "initial"), "x"), (("policy", "makeup"), "x"), (("policy", "rings"), 0), (("reconcile", "at"), "x"),
]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(chosen=st.lists(st.sampled_from(range(len(WRONG))), min_size=1, max_size=8, unique=True))
def test_no_mistake_hides_another(chosen: list[int]) -> None:
    alone = {number: {(one.id, one.path) for one in _changed_review([number]).mistakes} for number in chosen}
    together = {(one.id, one.path) for one in _changed_review(chosen).mistakes}
    assert together == set().union(*alone.values())


def _changed_review(numbers: list[int]) -> Review:
    raw = copy.deepcopy(EXAMPLE)
    for number in numbers:
        _with(raw, *WRONG[number])
    return _review(toml_rs.dumps(raw))


def test_the_example_written_by_a_machine_is_the_same_site() -> None:
    review = _review(toml_rs.dumps(EXAMPLE))
    assert review.site == load_site(SITE)
