"""Three offices compared: as the file says, as the database has it, as the file was when it was last applied.

May live here: that comparison, key by key, and what an office is once some of the differences are settled; no I/O.

A key is `policy.rings`, or `consultant.A.name`; an entry that a side does not have at all is compared as a whole,
`consultant.A`. What differs between file and database was changed in the file, in the database (on a page), or in both:
then it is a conflict, which only a person can settle.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from router.config.office import ENTRIES, TABLES, Plain


class Absent:
    """There is no such key on this side."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


class Side(StrEnum):
    """Where a difference comes from."""

    FILE = "file"
    PAGE = "page"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDifference:
    """A key for which file and database differ; `before` is what the file said when it was last applied."""

    path: tuple[str, ...]
    file: Any
    database: Any
    before: Any

    @property
    def key(self) -> str:
        """The path as people write it."""
        return ".".join(self.path)

    @property
    def changed_in(self) -> Side:
        """Who changed it since: the file, a page, or both."""
        if self.database == self.before:
            return Side.FILE
        return Side.PAGE if self.file == self.before else Side.BOTH


def differences(file: Plain, database: Plain, before: Plain | None) -> list[KeyDifference]:
    """Every difference between file and database, table by table; without `before` each is a conflict."""
    return [one for table in (*TABLES, *ENTRIES) for one in _of_table(table, file, database, before or {})]


def _of_table(table: str, file: Plain, database: Plain, before: Plain) -> Iterator[KeyDifference]:
    sides = [side.get(table, {}) for side in (file, database, before)]
    if table in TABLES:
        yield from _of_fields((table,), *sides)
        return
    for name in dict.fromkeys((*sides[0], *sides[1])):
        entries = [side.get(name, ABSENT) for side in sides]
        if ABSENT in entries[:2]:
            yield from _of_fields((table,), *({} if entry is ABSENT else {name: entry} for entry in entries))
        else:
            yield from _of_fields((table, name), *({} if entry is ABSENT else entry for entry in entries))


def _of_fields(path: tuple[str, ...], file: Plain, database: Plain, before: Plain) -> Iterator[KeyDifference]:
    for name in dict.fromkeys((*file, *database)):
        values = [side.get(name, ABSENT) for side in (file, database, before)]
        if values[0] != values[1]:
            yield KeyDifference(path=(*path, name), file=values[0], database=values[1], before=values[2])


def settled(database: Plain, taken: Iterable[KeyDifference]) -> Plain:
    """The database's office with the file's word for the differences `taken`."""
    office = copy.deepcopy(database)
    for one in taken:
        where = office
        for name in one.path[:-1]:
            where = where[name]
        if one.file is ABSENT:
            where.pop(one.path[-1], None)
        else:
            where[one.path[-1]] = one.file
    return office
