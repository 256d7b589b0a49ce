"""Records in CSV files: the private Asterisk's, or an existing PBX's Master.csv. May live here: reading on in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from router.config.model import ColumnsTable
from router.telephony.records.columns import Columns, check_zone, master_columns, named_columns
from router.telephony.records.intake import BATCH, Intake
from router.telephony.records.legs import Leg
from router.telephony.records.tail import Piece, first_record, mark_at, mark_of, records, way_from

MOST_COMPLAINTS = 20
Layout = Callable[[Path], Columns | None]
"""Which columns a file has; None while it is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvSource:
    """A file with a line a leg."""

    path: Path
    layout: Layout

    def read(self, intake: Intake) -> None:
        """Read what is new. Raises a `HotlineError` when nothing can be read."""
        way = way_from(self.path, mark_of(intake.source.position.get("cdr")))
        intake.lost = way.lost
        for piece in way.pieces:
            columns = self.layout(piece.path)
            if columns is not None:
                _read_piece(piece, columns, intake)


def _read_piece(piece: Piece, columns: Columns, intake: Intake) -> None:
    legs: list[Leg] = []
    end = None
    for record in records(piece, columns.fits):
        end = record.end
        if record.fields:
            legs.append(columns.leg(record.fields))
        elif len(intake.bad) < MOST_COMPLAINTS and not _is_header(record.why, piece, record.end):
            intake.bad.append(f"{piece.path.name}, byte {record.end}: {record.why}")
        if len(legs) >= BATCH:
            _hand_in(piece, legs, end, intake)
            legs = []
    if end is not None:
        _hand_in(piece, legs, end, intake)


def _hand_in(piece: Piece, legs: list[Leg], end: int, intake: Intake) -> None:
    check_zone(legs)
    intake.take(legs, {"cdr": mark_at(piece.path, end).as_data()})


def _is_header(why: str, piece: Piece, end: int) -> bool:
    """A first line without a time in it names the columns."""
    return piece.offset == 0 and end <= len(",".join(first_record(piece.path)).encode()) + 64 and "uniqueid" in why


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
        if (table.call_id or "uniqueid").lower() in names or configured:
            return named_columns(first, table, zone, places=True)
        return master_columns(len(first), zone)

    return columns
