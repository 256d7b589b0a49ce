"""Call forms from a CSV or XLSX file: looked through first, then filed all together or not at all.

May live here: which columns are understood, and what is said of a row that can't be taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from router.config.form import FIELDS, FieldKind
from router.exchange.forms_out import ABOUT, KINDS, YES_NO, TableTerms
from router.exchange.reading import TableFileError, TableRow
from router.store.forms.changes import Filing, FormError, Writing, check_day, check_filing, file_form
from router.store.forms.queries import form_of_call
from router.texts import LANGUAGES, Message

NEEDED = ("consultant",)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadCell:
    """A row that can't be taken: its line in the file, the column, and what is wrong (`config.form.FAULTS`, ...)."""

    line: int
    column: str
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormsPreview:
    """What a file would do: forms to file, rows that are there already, rows that can't be taken."""

    filings: tuple[Filing, ...]
    known: tuple[int, ...]
    bad: tuple[BadCell, ...]


def look_through(
    session: Session, lines: Iterable[TableRow], terms: TableTerms, writing: Writing, *, why: str = ""
) -> FormsPreview:
    """Read every row, changing nothing; forms of closed days need a reason.

    Raises `TableFileError` where a needed column is missing.
    """
    lines = list(lines)
    titles = _titles(lines)
    filings, known, bad = list[Filing](), list[int](), list[BadCell]()
    for line in lines:
        cells = {titles[title]: cell for title, cell in line.cells.items() if title in titles}
        try:
            filing = _filing(cells, terms)
            check_filing(filing, writing)
            check_day(session, filing, writing, why)
        except FormError as error:
            bad += [BadCell(line=line.number, column=column, fault=fault) for column, fault in error.faults.items()]
            continue
        if filing.call_id and form_of_call(session, filing.call_id) is not None:
            known.append(line.number)
        else:
            filings.append(filing)
    return FormsPreview(filings=tuple(filings), known=tuple(known), bad=tuple(bad))


def file_all(session: Session, preview: FormsPreview, writing: Writing, *, why: str = "") -> int:
    """File what was looked through, all in the caller's transaction; returns how many.

    Raises `TableFileError` when a row is bad: nothing is half-imported.
    """
    if preview.bad:
        raise TableFileError(f"{len(preview.bad)} rows can't be taken", cure="correct them, or leave them out")
    for filing in preview.filings:
        file_form(session, filing, writing, why=why)
    return len(preview.filings)


def _titles(lines: list[TableRow]) -> dict[str, str]:
    """What each column of the file is: its Chinese or English title, or its key."""
    known = {title.render(language): title.id for title in ABOUT for language in LANGUAGES}
    for one in FIELDS.values():
        known |= dict.fromkeys((one.key, *(one.label.render(language) for language in LANGUAGES)), one.key)
    found = {title: known[title] for title in (lines[0].cells if lines else {}) if title in known}
    missing = set(NEEDED) - set(found.values())
    if lines and missing:
        raise TableFileError(
            f"columns are missing: {', '.join(sorted(missing))}", cure="export a day: that shows the columns"
        )
    return found


def _filing(cells: Mapping[str, str], terms: TableTerms) -> Filing:
    ids = {name: person for person, name in terms.names.items()}
    fields = {key: _value(key, cells.get(key, "")) for key in FIELDS}
    return Filing(
        call_id=cells.get("call_id") or None,
        consultant=ids.get(cells.get("consultant", ""), cells.get("consultant", "")),
        kind=_key_of(KINDS, cells.get("kind") or "purchase"),
        fields={key: value for key, value in fields.items() if value},
        asked_for=ids.get(cells.get("asked_for", ""), cells.get("asked_for", "")) or None,
        taken_at=_moment("taken_at", cells.get("taken_at", ""), terms.zone),
        slot_name=cells.get("slot", ""),
        entered="import",
    )


def _value(key: str, cell: str) -> str:
    kind = FIELDS[key].kind
    if kind is FieldKind.YES_NO:
        return _key_of(YES_NO, cell)
    return cell.replace(" ", "T", 1) if kind is FieldKind.MOMENT else cell


def _key_of(words: Mapping[str, Message], cell: str) -> str:
    """The key that stands for a word of either language; what is none stays, and is refused with its column."""
    return next((key for key, word in words.items() if cell in map(word.render, LANGUAGES)), cell)


def _moment(column: str, cell: str, zone: ZoneInfo) -> datetime | None:
    if not cell:
        return None
    try:
        moment = datetime.fromisoformat(cell.replace("/", "-"))
    except ValueError as error:
        raise FormError({column: "not-a-time"}) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
