"""The example site with something changed, and what is said of it. Test help only.

A line that a mistake is expected at has a comment beginning with `#!`.
"""

from __future__ import annotations

from pathlib import Path

from router.config.load import Mistake, Review, review_site

SITE = Path(__file__).with_name("site.toml")
MARK = "#!"


def changed(*edits: tuple[str, str]) -> str:
    """The example site's text after the edits; each old text must be there, and its first place is changed."""
    text = SITE.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def marked_lines(text: str) -> list[int]:
    """The lines, from 1, with the mark."""
    return [number for number, line in enumerate(text.splitlines(), 1) if MARK in line]


def reviewed(folder: Path, text: str) -> Review:
    """What is found in a site file with this text."""
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return review_site(path)


def as_pairs(mistakes: tuple[Mistake, ...]) -> list[tuple[str, int]]:
    """Id and line of each."""
    return [(mistake.id, mistake.line) for mistake in mistakes]
