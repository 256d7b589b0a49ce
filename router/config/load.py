"""Reading a site file: every mistake at once, with file, line, what and cure. May live here: reading, and its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from router.config import checks
from router.config.document import Document, Place, TomlSyntaxError, read_document
from router.config.mending import read_site
from router.config.mistakes import MISTAKES
from router.config.model import Site
from router.config.problems import Problem
from router.config.words import plain
from router.errors import ConfigurationError
from router.texts import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing wrong with the file, or worth a look; `line` counts from 1, `path` is the setting (`trunk[1].match`).

    `id` is stable; `what` and `cure` are in the site's language, in Chinese and English where that is not known.
    """

    file: Path
    line: int
    path: str
    what: str
    cure: str
    id: str

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}: {where}{self.what} — {self.cure}"


class SiteFileError(ConfigurationError):
    """The site file can't be used; `mistakes` are all that are wrong with it, by line."""

    id = "site-file"

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A site file looked through: the site if it can be used, all mistakes, and what is worth a look."""

    site: Site | None
    language: Language | None
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[Mistake, ...] = ()


def load_site(path: Path) -> Site:
    """The site that the file describes; raises `SiteFileError` with every mistake."""
    review = review_site(path)
    if review.site is None:
        raise SiteFileError(review.mistakes)
    return review.site


def review_site(path: Path) -> Review:
    """Look through a site file; never raises for what is in it."""
    try:
        document = read_toml(path)
    except SiteFileError as error:
        return Review(site=None, language=None, mistakes=tuple(error.mistakes))
    return _review(path, document)


def read_toml(path: Path, language: Language | None = None) -> Document:
    """A TOML file's values with their lines; raises `SiteFileError` where it can't be read."""
    text = _text(path)
    if isinstance(text, Mistake):
        raise SiteFileError([text])
    try:
        return read_document(text)
    except TomlSyntaxError as error:
        problem = Problem(id="not-toml", place=(), values={"detail": error.detail})
        raise SiteFileError([_mistake(path, error.line, problem, language)]) from error


def _review(path: Path, document: Document) -> Review:
    language = _language(document.value)
    reading = read_site(document.value, path.absolute().parent)
    problems, remarks = list(reading.problems), list[Problem]()
    if reading.site is not None:
        known = checks.Known.of(document.value)
        across = [one for one in checks.mistakes(reading.site, known) if not one.rests_on(reading.broken)]
        remarks = [one for one in checks.remarks(reading.site, path) if not one.rests_on(reading.broken)]
        problems += across
    return Review(
        site=None if problems else reading.site,
        language=language,
        mistakes=_said(path, document, problems, language),
        warnings=_said(path, document, remarks, language),
    )


def _language(raw: Mapping[str, Any]) -> Language | None:
    table = raw.get("site", {})
    language = table.get("language", "zh") if isinstance(table, Mapping) else None
    return language if language in ("zh", "en") else None


def _text(path: Path) -> str | Mistake:
    """The file's text, or why it can't be had."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problem = Problem(id="file-missing", place=())
    except IsADirectoryError:
        problem = Problem(id="file-is-folder", place=())
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return _mistake(path, line, Problem(id="not-utf8", place=()), None)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = Problem(id="file-unreadable", place=(), values={"reason": reason})
    return _mistake(path, 1, problem, None)


def _said(
    path: Path, document: Document, problems: Iterable[Problem], language: Language | None
) -> tuple[Mistake, ...]:
    said = [mistake_in(path, document, one, language) for one in problems]
    return tuple(sorted(dict.fromkeys(said), key=lambda mistake: (mistake.line, mistake.path, mistake.id)))


def mistake_in(path: Path, document: Document, problem: Problem, language: Language | None) -> Mistake:
    """A problem as it is said of a file, with the line where it stands."""
    return _mistake(path, document.line_of(problem.place), problem, language, document)


def _mistake(
    path: Path, line: int, problem: Problem, language: Language | None, document: Document | None = None
) -> Mistake:
    values = dict(problem.values)
    if document is not None and problem.other is not None:
        values["line"] = document.line_of(problem.other)
    what, cure = (text.fill(**values).render(language) for text in MISTAKES[problem.id])
    return Mistake(file=path, line=line, path=_dotted(problem.place), what=what, cure=cure, id=problem.id)


def said_of(problem: Problem, language: Language) -> str:
    """A problem of a site that stands in no file, in a line."""
    what, cure = (text.fill(**{"line": "–", **problem.values}).render(language) for text in MISTAKES[problem.id])
    return f"{_dotted(problem.place)}: {what} — {cure}"


def _dotted(place: Place) -> str:
    """The place as people write it; the first of several has the number 1."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{plain(part)}" for part in place).lstrip(".")
