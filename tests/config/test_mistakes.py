"""Each mistake that a site file can have: found, at its line, with a cure, in the site's language."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.config.load import review_site
from router.config.mistakes import MISTAKES
from tests.config.cases import B_PHONE, C_PHONE, ONE_TABLE, ONE_VALUE, TOGETHER, TRUNK, WORTH_A_LOOK, ZONE
from tests.config.changed import as_pairs, changed, marked_lines, reviewed

# tested below, each in its own way
BY_THEMSELVES = {
    "file-missing",
    "file-is-folder",
    "file-unreadable",
    "not-utf8",
    "not-toml",
    "wrong-value",
    "file-readable",
    "nobody",
    "no-hotline",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with secret files of all kinds."""
    for name, text, mode in (
        ("ami.secret", "x", 0o600),
        ("s", "x", 0o600),
        ("empty.secret", "\n", 0o600),
        ("open.secret", "x", 0o644),
    ):
        path = tmp_path / name
        path.write_text(text, encoding="ascii")
        path.chmod(mode)
    return tmp_path


@pytest.mark.parametrize(("mistake", "edits", "word"), ONE_VALUE + ONE_TABLE + TOGETHER)
def test_a_mistake_is_named_with_its_line_and_cure(
    folder: Path, mistake: str, edits: list[tuple[str, str]], word: str
) -> None:
    text = changed(*edits)
    review = reviewed(folder, text)
    assert review.site is None
    said = [one for one in review.mistakes if one.id == mistake]
    assert said, [str(one) for one in review.mistakes]
    assert [one.line for one in said] == marked_lines(text), [str(one) for one in review.mistakes]
    assert any(word in f"{one.what} {one.cure}" for one in said), str(said[0])
    assert all(one.cure and "{" not in one.what.replace("= {", "") for one in said)


@pytest.mark.parametrize(("mistake", "edits", "word"), ONE_VALUE + ONE_TABLE + TOGETHER)
def test_nothing_else_is_said_than_what_is_wrong(
    folder: Path, mistake: str, edits: list[tuple[str, str]], word: str
) -> None:
    assert {one.id for one in reviewed(folder, changed(*edits)).mistakes} <= {mistake, *_follows(edits)}, word


def _follows(edits: list[tuple[str, str]]) -> set[str]:
    """What a change brings along by itself: the edits of some cases are two mistakes."""
    text = " ".join(new for _, new in edits)
    follows = {"needs-private"} if "existing" in text else set()
    if "form =" in text or "[webb]" in text or "[pbx.x]" in text:
        follows |= {"unknown-key", "missing-key"}
    return follows


@pytest.mark.parametrize(("mistake", "edits", "word"), WORTH_A_LOOK)
def test_what_is_worth_a_look_is_said_and_refuses_nothing(
    folder: Path, mistake: str, edits: list[tuple[str, str]], word: str
) -> None:
    text = changed(*edits)
    review = reviewed(folder, text)
    assert review.site is not None, [str(one) for one in review.mistakes]
    said = [one for one in review.warnings if one.id == mistake]
    assert [one.line for one in said] == marked_lines(text), [str(one) for one in review.warnings]
    assert word in f"{said[0].what} {said[0].cure}"


def test_every_message_has_a_test() -> None:
    shown = {case[0] for case in ONE_VALUE + ONE_TABLE + TOGETHER + WORTH_A_LOOK}
    assert shown | BY_THEMSELVES == set(MISTAKES)
    assert not shown & BY_THEMSELVES


def test_a_wrong_secret_is_never_shown(folder: Path) -> None:
    text = changed(
        ('secret = "change-me-101"', 'secret = "my geheim"'),
        ('secret = "change-me-102"', 'secret = ["geheim"]'),
        ('url = "sqlite"', 'url = "mysql://root:geheim@db/x"'),
        (C_PHONE, 'phone = ["geheim"]'),
    )
    review = reviewed(folder, text)
    assert len(review.mistakes) == 4
    assert "geheim" not in " ".join(str(one) for one in review.mistakes)


def test_all_mistakes_of_a_file_are_said_at_once(folder: Path) -> None:
    text = changed(
        (ZONE, 'zone = "nowhere" #!'),
        ('region = "CN"', 'regoin = "CN" #!'),
        ('bind = "127.0.0.1:8080"', 'bind = "8080" #!'),
        ('"20000-20999"', '"20000-20001" #!'),
        (TRUNK, 'match = ["nobody"] #!'),
        ('number = "4008001234"', 'number = "400 800" #!'),
        ('trunk = "carrier"', 'trunk = "carier" #!'),  # the same hotline: one wrong value hides no other
        ('id = "B"', 'id = "A" #!'),
        ('reception = ["C", "D"] },', 'reception = ["C", "D"] }, #!'),  # it names B, who is gone now
        (B_PHONE, 'phone = { account = "101", secret = "x y" } #!'),
        ('from = "12:00", to = "24:00", call = ["B", "A"]', 'from = "11:00", to = "24:00", call = ["Z", "A"]'),
        ('reception = ["D", "C"] },', 'reception = ["D", "D"] }, #!'),
        ('initial = "off"', 'initial = "on" #!'),
        ('makeup = "round"', 'makeup = "square" #!'),
        ('at = "23:30"', 'at = "noon" #!'),
    )
    review = reviewed(folder, text)
    assert sorted({one.line for one in review.mistakes}) == marked_lines(text)
    assert {one.id for one in review.mistakes} == {
        "bad-zone", "unknown-key", "bad-address", "small-range", "bad-match", "bad-number", "unknown-trunk", "twice",
        "bad-secret", "unknown-consultant", "person-twice", "slots-overlap", "not-one-of", "bad-time",
    }  # fmt: skip


def test_mistakes_follow_the_lines_of_the_file(folder: Path) -> None:
    review = reviewed(folder, changed(("form_minutes = 30", "form_minutes = 0"), (ZONE, "zone = 8")))
    assert as_pairs(review.mistakes) == sorted(as_pairs(review.mistakes), key=lambda pair: pair[1])


def test_a_trunk_with_a_mistake_in_it_is_not_called_unknown(folder: Path) -> None:
    review = reviewed(folder, changed(("lines = 8", "lines = 0"), ('name = "carrier"', 'name = "the carrier"')))
    assert {one.id for one in review.mistakes} == {"out-of-bounds", "bad-id", "unknown-trunk"}
    review = reviewed(folder, changed(("lines = 8", "lines = 0")))
    assert {one.id for one in review.mistakes} == {"out-of-bounds"}


@pytest.mark.parametrize(
    ("language", "what"),
    [("zh", "没有 colour 这个设置"), ("en", "unknown key colour"), ("fr", "没有 colour 这个设置 · unknown key colour")],
)
def test_mistakes_are_told_in_the_sites_language_or_in_both(folder: Path, language: str, what: str) -> None:
    review = reviewed(folder, changed(('language = "zh"', f'colour = 1\nlanguage = "{language}"')))
    assert what in {one.what for one in review.mistakes}


def test_a_line_of_a_mistake_reads_file_line_what_cure(folder: Path) -> None:
    review = reviewed(folder, '[site]\nlanguage = "en"\n[policy]\nrings = 0\n')
    assert [str(one) for one in review.mistakes] == [
        f"{folder}/site.toml:4: policy.rings: 0 is out of bounds — write a number not below 1"
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[site]\nname = \n", 2),
        ("a = 1\na = 2\n", 2),
        ("[site\n", 1),
        ('x = "\n', 1),
        ("\n\nx = = 1", 3),
        ("x = [1,\n", 1),
    ],
)
def test_what_is_not_toml_is_named_with_its_line(folder: Path, text: str, line: int) -> None:
    assert as_pairs(reviewed(folder, text).mistakes) == [("not-toml", line)]


def test_an_empty_file_is_a_site_with_nobody_in_it(folder: Path) -> None:
    review = reviewed(folder, "")
    assert review.site is not None
    assert {one.id for one in review.warnings} == {"nobody", "no-hotline", "no-plan"}


def test_a_file_with_secrets_that_everybody_can_read_is_worth_a_look(folder: Path) -> None:
    path = folder / "site.toml"
    assert not any(one.id == "file-readable" for one in reviewed(folder, changed()).warnings)
    path.chmod(0o644)
    assert any(one.id == "file-readable" for one in review_site(path).warnings)
