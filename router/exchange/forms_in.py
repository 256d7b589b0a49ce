"""Call forms from a CSV or XLSX file: looked through first, then filed all together or not at all.

May live here: which columns are understood, which rows are on record already, and what is said of a row that can't be
taken. A form that is there already, by its call or word for word, is not filed again: the same file twice does no harm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache

from sqlalchemy.orm import Session

from router.config.form import FIELDS, FieldKind, as_kept
from router.exchange.faults import BadCell, check_rows, code_of
from router.exchange.forms_out import ABOUT, KINDS, YES_NO, TableTerms
from router.reading.errors import TableFileError
from router.reading.moments import MomentError, read_moment
from router.reading.tables import Heads, TableRead, TableRow, as_compared
from router.store.forms.changes import Filing, FormError, FormWriting, check_day, check_filing, day_of, file_form
from router.store.forms.queries import calls_with_forms, forms_taken_at
from router.store.tables.forms import FormRow
from router.texts import LANGUAGES, Message, _

FURTHER_TITLES: Mapping[str, tuple[str, ...]] = {
    "name": ("姓名", "客户", "客户名称", "客户名"),
    "number": ("手机", "手机号", "手机号码", "联系电话", "电话号码", "号码", "联系方式", "移动电话", "座机", "phone"),
    "consultant": ("顾问", "接电人", "接听人", "销售顾问"),
    "taken_at": ("接电时间", "来电日期", "来访时间", "日期时间", "taken at"),
    "media": ("来源", "渠道", "媒体渠道"),
    "intent": ("意向等级", "客户等级"),
    "remarks": ("说明", "备注信息"),
}


YES = frozenset({"yes", "y", "true", "是", "√", "✓", "有"})
NO = frozenset({"no", "n", "false", "否", "×", "✗", "无"})

Said = tuple[object, ...]
"""Everything that a form says, for comparing."""


@cache
def heads() -> Heads:
    """The columns that are understood: those of `export forms` in either language, and what others call them."""
    titles = {title.id: title for title in ABOUT} | {one.key: one.label for one in FIELDS.values()}
    return Heads(
        titles={
            key: (*(title.render(language) for language in LANGUAGES), *FURTHER_TITLES.get(key, ()))
            for key, title in titles.items()
        },
        needed=("consultant",),
        several=frozenset({"number"}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FormsPreview:
    """What a file would do: forms to file with their lines, rows that are there already, rows that can't be taken."""

    filings: tuple[Filing, ...]
    lines: tuple[int, ...] = ()
    known: tuple[int, ...]
    bad: tuple[BadCell, ...]
    unknown: tuple[str, ...] = ()  # titles that nobody understands: these columns are left out

    @property
    def code(self) -> str:
        """Tells this preview from any other."""
        return code_of(*((_said_by(one), one.entered) for one in self.filings), self.known, self.bad, self.unknown)


def look_through(
    session: Session, table: TableRead, terms: TableTerms, writing: FormWriting, *, why: str = ""
) -> FormsPreview:
    """Read every row, changing nothing; forms of closed days need a reason."""
    check_rows(table)
    look = _Look(session, terms, writing, why)
    found = [(row, filing) for row in table.rows if (filing := look.filing_of(row)) is not None]
    look.know([filing for _row, filing in found])
    for row, filing in found:
        look.sort(row, filing)
    look.bad.sort(key=lambda cell: cell.line)
    return FormsPreview(
        filings=tuple(filing for _line, filing in look.new),
        lines=tuple(line for line, _filing in look.new),
        known=tuple(look.known),
        bad=tuple(look.bad),
        unknown=table.unknown,
    )


def file_all(session: Session, preview: FormsPreview, writing: FormWriting, *, why: str = "") -> int:
    """File what was looked through, all in the caller's transaction; returns how many.

    Raises `TableFileError` when a row is bad: nothing is half-imported.
    """
    if preview.bad:
        raise TableFileError(
            _("%(bad)s rows can't be taken", bad=len(preview.bad)), cure=_("correct them, or leave them out")
        )
    for filing in preview.filings:
        file_form(session, filing, writing, why=why)
    return len(preview.filings)


@dataclass(slots=True)
class _Look:
    """One looking through a file."""

    session: Session
    terms: TableTerms
    writing: FormWriting
    why: str
    new: list[tuple[int, Filing]] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    bad: list[BadCell] = field(default_factory=list)
    closed: dict[date, FormError | None] = field(default_factory=dict)  # each day asked for once
    said: set[Said] = field(default_factory=set)  # by forms on record, and by earlier rows
    calls: set[str] = field(default_factory=set)  # which have their form

    def filing_of(self, row: TableRow) -> Filing | None:
        """What the row would file; None where it can't, which is noted."""
        faults = dict(row.faults)
        filing = _filing(row.cells, self.terms, faults)
        try:
            check_filing(filing, self.writing)
            self._check_day(filing)
        except FormError as error:
            faults = error.faults | faults
        self.bad += [BadCell(line=row.number, column=column, fault=fault) for column, fault in faults.items()]
        return None if faults else filing

    def _check_day(self, filing: Filing) -> None:
        day = day_of(filing, self.writing)
        if day not in self.closed:
            self.closed[day] = None
            try:
                check_day(self.session, filing, self.writing, self.why)
            except FormError as error:
                self.closed[day] = error
        closed = self.closed[day]
        if closed is not None:
            raise closed

    def know(self, filings: Sequence[Filing]) -> None:
        """Ask what is on record of these forms' calls and times."""
        self.calls |= calls_with_forms(self.session, {one.call_id for one in filings if one.call_id})
        for form in forms_taken_at(self.session, {one.taken_at for one in filings}):
            self.said |= _said_ever(form)

    def sort(self, row: TableRow, filing: Filing) -> None:
        """Where the form belongs: new, there already, or in the way of another."""
        said = _said_by(filing)
        if said in self.said or (filing.call_id and filing.call_id in self.calls):
            self.known.append(row.number)
            return
        if filing.call_id and any(one.call_id == filing.call_id for _line, one in self.new):
            self.bad.append(BadCell(line=row.number, column="call_id", fault="other-form-there"))
            return
        self.said.add(said)
        self.new.append((row.number, filing))


def _said_by(filing: Filing) -> Said:
    at = filing.taken_at.astimezone(UTC) if filing.taken_at else None
    values = {"kind": filing.kind, "consultant": filing.consultant, "asked_for": filing.asked_for, **filing.fields}
    return (filing.call_id, at, filing.slot_name, *_values(values))


def _said_ever(form: FormRow) -> set[Said]:
    """What a form says and ever said: a corrected form is filed by the old file no second time."""
    at = form.taken_at.astimezone(UTC) if form.taken_at else None
    return {(form.call_id, at, form.slot_name, *_values(one.values)) for one in form.revisions}


def _values(values: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    return sorted((key, str(value)) for key, value in values.items() if value)


def _filing(cells: Mapping[str, str], terms: TableTerms, faults: dict[str, str]) -> Filing:
    fields = {key: _value(key, cells.get(key, "")) for key in FIELDS}
    return Filing(
        call_id=cells.get("call_id") or None,
        consultant=_person("consultant", cells, terms, faults),
        kind=_key_of(KINDS, cells.get("kind") or "purchase"),
        fields=as_kept({key: value for key, value in fields.items() if value}, terms.zone),
        asked_for=_person("asked_for", cells, terms, faults) or None,
        taken_at=_moment("taken_at", cells, terms, faults),
        slot_name=cells.get("slot", "")[:80],
        entered="import",
    )


def _person(column: str, cells: Mapping[str, str], terms: TableTerms, faults: dict[str, str]) -> str:
    """By id, or by name where only one has it."""
    cell = cells.get(column, "")
    person = person_named(cell, terms.names)
    if cell and person is None:
        faults[column] = "unknown-person"
    return person or ""


def person_named(cell: str, names: Mapping[str, str]) -> str | None:
    """Who is meant by an id or a name, written with or without spaces; None: nobody, or several."""
    if cell in names:
        return cell
    wanted = as_compared(cell)
    named: Collection[str] = [person for person, name in names.items() if wanted == as_compared(name)]
    ids = named or [person for person in names if wanted == as_compared(person)]
    return next(iter(ids)) if len(ids) == 1 and wanted else None


def _value(key: str, cell: str) -> str:
    if FIELDS[key].kind is not FieldKind.YES_NO:
        return cell
    said = cell.casefold()
    return "yes" if said in YES else "no" if said in NO else _key_of(YES_NO, cell)


def _key_of(words: Mapping[str, Message], cell: str) -> str:
    """The key that stands for a word of either language; what is none stays, and is refused with its column."""
    return next((key for key, word in words.items() if cell in map(word.render, LANGUAGES)), cell)


def _moment(column: str, cells: Mapping[str, str], terms: TableTerms, faults: dict[str, str]) -> datetime | None:
    if not cells.get(column):
        return None
    try:
        return read_moment(cells[column], terms.zone).at
    except MomentError as error:
        faults[column] = error.fault
        return None
