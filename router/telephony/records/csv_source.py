"""Records in CSV files: the private Asterisk's, or an existing PBX's Master.csv. May live here: reading on in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path
from typing import Protocol

from router.config.model import ColumnsTable
from router.masking import mask_within
from router.telephony.records.columns import Columns, check_zone, named_columns
from router.telephony.records.errors import NoUniqueIdError, RecordsColumnsError
from router.telephony.records.intake import BATCH, Intake
from router.telephony.records.lines import Record, RecordShape
from router.telephony.records.master import CURE, MasterLines
from router.telephony.records.private import CDR
from router.telephony.records.recorded_legs import RecordedLeg
from router.telephony.records.tail import Piece, first_record, last_record, mark_at, mark_of, records, way_from
from router.texts import _

DELIMITERS = (",", ";", "\t", "|")


class Layout(Protocol):
    """What the lines of a file are."""

    @property
    def has_header(self) -> bool:
        """Whether the first line names the columns."""

    @property
    def delimiter(self) -> str:
        """What stands between fields."""

    def fits(self, fields: Sequence[str]) -> bool:
        """Whether fields can be a line."""

    def leg(self, fields: Sequence[str]) -> RecordedLeg:
        """The leg of a line. Raises `ValueError`, `NoUniqueIdError`."""


LayoutOf = Callable[[Path], Layout | None]
"""How a file's lines are laid out; None while it is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvSource:
    """A file with a line a leg."""

    path: Path
    layout: LayoutOf

    def look(self) -> None:
        """See whether it is there with the columns that are needed. Raises a `HotlineError`."""
        way_from(self.path, None)
        layout = self.layout(self.path)
        first = first_record(self.path)
        if isinstance(layout, MasterLines) and not layout.fits(first):
            raise RecordsColumnsError(
                _("the PBX's file has %(first)s columns: it is no Master.csv, and names none", first=len(first)),
                cure=_("name the columns in [reconcile.columns], or let its first line name them"),
            )
        if isinstance(layout, MasterLines):
            layout.leg(last_record(self.path, layout.fits))  # later lines may have what the first ones lack

    def read(self, intake: Intake) -> None:
        """Read what is new. Raises a `HotlineError` when nothing can be read."""
        way = way_from(self.path, mark_of(intake.source.position.get("cdr")))
        intake.lost = way.lost
        intake.strays += way.strays
        layouts = [(piece, self._layout(piece, intake)) for piece in way.pieces]
        newest = layouts[-1][1]
        if newest is not None:
            _try_again(intake, newest)
        for piece, layout in layouts:
            if layout is not None:
                _Reading(piece=piece, layout=layout, intake=intake).run()

    def _layout(self, piece: Piece, intake: Intake) -> Layout | None:
        try:
            return self.layout(piece.path)
        except RecordsColumnsError as error:
            if piece.path == self.path or piece.offset:
                raise
            intake.strays.append(f"{piece.path.name}: {error.message}")  # whatever it is, the file itself goes on
            return None


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One file while it is read: legs on their way, and lines that name no channel."""

    piece: Piece
    layout: Layout
    intake: Intake
    legs: list[RecordedLeg] = field(default_factory=list)
    without_id: int = 0
    with_id: int = 0

    def run(self) -> None:
        """Read to the end, a batch at a time. Raises `NoUniqueIdError` where no line has an id."""
        end = None
        for record in records(self.piece, RecordShape(fits=self.layout.fits, delimiter=self.layout.delimiter)):
            is_header = self.layout.has_header and end is None and self.piece.offset == 0
            end = record.end
            if not is_header:
                self._take(record)
            if len(self.legs) >= BATCH:
                self._hand_in(end)
        if self.without_id and not self.with_id and not self.piece.over:
            raise NoUniqueIdError(_("no line of the PBX's file has a unique id"), cure=CURE)
        if end is not None:
            self._hand_in(end)

    def _take(self, record: Record) -> None:
        if record.why:
            self.intake.keep(f"{self.piece.path.name}, byte {record.end}: {mask_within(record.why)}", record.raw)
            return
        try:
            self.legs.append(self.layout.leg(record.fields))
            self.with_id += 1
        except NoUniqueIdError:
            self.without_id += 1
            self.intake.without_id(f"{self.piece.path.name}, byte {record.end}")
        except ValueError as error:
            raw = _line(record.fields, self.layout.delimiter)
            self.intake.keep(f"{self.piece.path.name}, byte {record.end}: {error}", raw)

    def _hand_in(self, end: int) -> None:
        if self.layout is not CDR:  # its times say their zone by themselves
            check_zone(self.legs)
        self.intake.take(self.legs, {"cdr": mark_at(self.piece.path, end).as_data()})
        self.legs = []


def _try_again(intake: Intake, layout: Layout) -> None:
    """Lines that could not be read once: the settings, the file's columns or this program may be others by now."""
    shape = RecordShape(fits=layout.fits, delimiter=layout.delimiter)
    legs, left = list[RecordedLeg](), list[bytes]()
    for raw in intake.kept():
        try:
            legs.append(layout.leg(shape.record_in(raw) or ()))
        except (ValueError, IndexError, NoUniqueIdError) as error:
            said = raw.decode("utf-8", "replace").strip()[:60] if isinstance(error, IndexError) else str(error)
            why = f"no record: {mask_within(said)!r}" if isinstance(error, IndexError) else said
            intake.still_bad(why, is_known=True)
            left.append(raw)
    if legs:
        if layout is not CDR:
            check_zone(legs)
        intake.take(legs, intake.kept_as(left))


def _line(fields: Sequence[str], delimiter: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerow(fields)
    return text.getvalue().encode()


def fixed(columns: Columns) -> LayoutOf:
    """A file whose columns we made ourselves."""
    return lambda _path: columns


def foreign(table: ColumnsTable, zone: tzinfo) -> LayoutOf:
    """A file of an existing PBX: named columns, places named in the configuration, or Master.csv."""
    configured = table.model_dump(exclude={"table"}, exclude_none=True)

    def layout(path: Path) -> Layout | None:
        by_delimiter = {delimiter: first_record(path, delimiter) for delimiter in DELIMITERS}
        if not any(by_delimiter.values()):
            return MasterLines(zone=zone) if path.stat().st_size else None  # whatever stands there is told line by line
        delimiter = max(DELIMITERS, key=lambda one: len(by_delimiter[one]))
        first = by_delimiter[delimiter]
        names = {name.strip().lower() for name in first}
        has_header = (table.call_id or "uniqueid").lower() in names
        if has_header or configured:
            columns = named_columns(first, table, zone, places=True)
            return replace(columns, has_header=has_header, delimiter=delimiter)
        return MasterLines(zone=zone, delimiter=delimiter)

    return layout
