"""What can be wrong with a row of a file, and what mends it. May live here: the ids, and the words for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from router.reading.errors import TableFileError
from router.reading.tables import TableRead, TableRow
from router.texts import Message, _


@dataclass(frozen=True, slots=True, kw_only=True)
class BadCell:
    """A row that can't be taken: its line in the file, the column ("" for the whole row), and what is wrong."""

    line: int
    column: str
    fault: str


FAULT: Mapping[str, Message] = MappingProxyType(
    {
        "missing": _("missing: fill it in"),
        "too-long": _("too long: shorten it"),
        "not-a-choice": _("not one of the list: write it as the office's settings have it"),
        "not-yes-no": _("write yes or no"),
        "not-a-number": _("no telephone number: write its digits, several with ; between them"),
        "rounded": _(
            "the spreadsheet rounded this number, digits are lost: take it from where the list came from, "
            "format the column as text, and only then enter it"
        ),
        "not-a-time": _("no date or time: write it like 2026-11-24 09:05"),
        "ambiguous-date": _("may be several dates or times: write it like 2026-11-24 09:05"),
        "day-number": _("a spreadsheet's day number: format the column as a date, and save it anew"),
        "in-the-future": _("has not come yet: correct the date"),
        "unknown-person": _("nobody here has that name or id, or several have: write the id"),
        "twice": _("an earlier row has the same: keep one of them"),
        "two-customers": _("the numbers are two customers' on record: merge them first"),
        "other-form-there": _(
            "another form of this call is on record or in an earlier row: correct that one on its page"
        ),
        "day-closed": _("the day is closed: say why it is changed"),
        "no-such-slot": _("the plan of that date has no such slot: write its name, or closed"),
        "not-a-count": _("not a count: write a whole number from 0 up"),
        "unreadable": _("holds what can't be read (a NUL, a broken character, a spreadsheet's error): type it anew"),
        "too-many-cells": _("has more cells than there are titles: put a text that has a comma into quotation marks"),
    }
)


def faults_of_file(rows: Iterable[TableRow]) -> list[BadCell]:
    """What the reading of a file found wrong with its rows."""
    return [BadCell(line=row.number, column=key, fault=fault) for row in rows for key, fault in row.faults.items()]


def check_rows(table: TableRead) -> None:
    """Raises `TableFileError` for a table without a row: taking nothing would look as if all were well."""
    if not table.rows:
        raise TableFileError(_("the table has no rows"), cure=_("fill them in below its titles"))


def code_of(*shown: object) -> str:
    """A short sum of what a preview showed: what is taken later can be held against it."""
    return hashlib.sha256(repr(shown).encode("utf-8", "surrogatepass")).hexdigest()[:12]
