"""Records in CSV files: the private Asterisk's, or an existing PBX's Master.csv. May live here: reading on in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path

from router.config.model import ColumnsTable
from router.telephony.records.columns import Columns, check_zone, master_columns, named_columns
from router.telephony.records.intake import BATCH, Intake
from router.telephony.records.lines import Record
from router.telephony.records.private import CDR
from router.telephony.records.recorded_legs import RecordedLeg
from router.telephony.records.tail import Piece, first_record, mark_at, mark_of, records, way_from

MOST_COMPLAINTS = 20
Layout = Callable[[Path], Columns | None]
"""Which columns a file has; None while it is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvSource:
    """A file with a line a leg."""

    path: Path
    layout: Layout

    def look(self) -> None:
        """See whether it is there with the columns that are needed. Raises a `HotlineError`."""
        way_from(self.path, None)
        self.layout(self.path)

    def read(self, intake: Intake) -> None:
        """Read what is new. Raises a `HotlineError` when nothing can be read."""
        way = way_from(self.path, mark_of(intake.source.position.get("cdr")))
        intake.lost = way.lost
        for piece in way.pieces:
            columns = self.layout(piece.path)
            if columns is not None:
                _read_piece(piece, columns, intake)


def _read_piece(piece: Piece, columns: Columns, intake: Intake) -> None:
    legs: list[RecordedLeg] = []
    end = None
    for record in records(piece, columns.fits):
        is_header = columns.has_header and end is None and piece.offset == 0
        end = record.end
        if not is_header:
            _read_record(piece, columns, record, legs, intake)
        if len(legs) >= BATCH:
            _hand_in(piece, columns, legs, end, intake)
            legs = []
    if end is not None:
        _hand_in(piece, columns, legs, end, intake)


def _read_record(piece: Piece, columns: Columns, record: Record, legs: list[RecordedLeg], intake: Intake) -> None:
    why = record.why
    if not why:
        try:
            legs.append(columns.leg(record.fields))
        except ValueError as error:
            why = str(error)
    if why and len(intake.bad) < MOST_COMPLAINTS:
        intake.bad.append(f"{piece.path.name}, byte {record.end}: {why}")


def _hand_in(piece: Piece, columns: Columns, legs: list[RecordedLeg], end: int, intake: Intake) -> None:
    if columns is not CDR:  # its times say their zone by themselves
        check_zone(legs)
    intake.take(legs, {"cdr": mark_at(piece.path, end).as_data()})


def fixed(columns: Columns) -> Layout:
    """A file whose columns we made ourselves."""
    return lambda _path: columns


def foreign(table: ColumnsTable, zone: tzinfo) -> Layout:
    """A file of an existing PBX: named columns, places named in the configuration, or Master.csv."""

    def columns(path: Path) -> Columns | None:
        first = first_record(path)
        if not first:
            return None
        names = {name.strip().lower() for name in first}
        configured = table.model_dump(exclude={"table"}, exclude_none=True)
        has_header = (table.call_id or "uniqueid").lower() in names
        if has_header or configured:
            return replace(named_columns(first, table, zone, places=True), has_header=has_header)
        return master_columns(len(first), zone)

    return columns
