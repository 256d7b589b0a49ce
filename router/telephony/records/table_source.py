"""Records in a database table: cdr_sqlite3_custom's, or what cdr_adaptive_odbc writes. May live here: reading on in it.

The book-mark is the table's own running number (SQLite's rowid, else a single integer key), read again from a little
before, as servers don't commit in order; without one it is the start, read again from a day before, since rows are
written when calls end. Where that is a text that can't be compared, the whole table is read. Rows have keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import quote

from sqlalchemy import Column, ColumnElement, DateTime, Engine, Integer, MetaData, Table, create_engine, func, select
from sqlalchemy import literal_column as literal
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError

from router.config.model import ColumnsTable
from router.telephony.records.columns import Columns, check_zone, named_columns
from router.telephony.records.errors import RecordsDriverError, RecordsMissingError, RecordsUnreadableError
from router.telephony.records.intake import BATCH, MOST_KEPT, Intake
from router.telephony.records.recorded_legs import RecordedLeg
from router.texts import _

OVERLAP_ROWS = 1000
OVERLAP = timedelta(days=1)
PATIENCE_SECONDS = 5
USUAL_TABLE = "cdr"
NUMBER = "hotline_number"  # what the running number is called in our query
TIMEOUTS = {"postgresql": "connect_timeout", "mysql": "connect_timeout", "mariadb": "connect_timeout"}


def table_url(text: str) -> URL:
    """The address of a table's database: `sqlite:/path` is opened for reading only. Raises `RecordsDriverError`."""
    if text.startswith("sqlite:") and not text.startswith("sqlite://"):
        text = f"sqlite:///file:{quote(text.removeprefix('sqlite:'))}?mode=ro&uri=true"
    try:
        return make_url(text)
    except ArgumentError as error:
        raise RecordsDriverError(
            _("[reconcile] pbx is no address of a database"), cure=_("see docs/records.md")
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSource:
    """A table with a row a leg."""

    name: str
    url: URL
    columns: ColumnsTable
    zone: tzinfo

    def look(self) -> None:
        """See whether it is there with the columns that are needed. Raises a `HotlineError`."""
        database = _open(self.url)
        try:
            next(self._batches(database, {}), None)
        finally:
            database.dispose()

    def read(self, intake: Intake) -> None:
        """Read what is new. Raises a `HotlineError` when nothing can be read."""
        database = _open(self.url)
        try:
            for rows in self._batches(database, intake.source.position.get("table", {})):
                _take(rows, intake)
        finally:
            database.dispose()

    def _batches(self, database: Engine, mark: dict[str, Any]) -> Iterator[Rows]:
        """What is new, with the PBX's database's errors as ours."""
        try:
            yield from self._asked(database, mark)
        except NoSuchTableError as error:
            raise RecordsMissingError(
                _("the PBX's database has no table %(name)s", name=self._name),
                cure=_("name it in [reconcile.columns]: table"),
            ) from error
        except SQLAlchemyError as error:
            raise RecordsUnreadableError(
                _("%(name)s can't be read: %(part)s", name=self.name, part=(str(error).splitlines() or [""])[0][:200]),
                cure=_("is the address right, the server running, and may the user read that table?"),
            ) from error

    @property
    def _name(self) -> str:
        return self.columns.table or USUAL_TABLE

    def _asked(self, database: Engine, mark: dict[str, Any]) -> Iterator[Rows]:
        schema, _, name = self._name.rpartition(".")
        table = Table(name, MetaData(), schema=schema or None, autoload_with=database)
        columns = named_columns([column.name for column in table.columns], self.columns, self.zone)
        number, start = _running_number(database, table), table.columns[str(columns.at["start"])]
        with database.connect().execution_options(yield_per=BATCH) as connection:
            if number is not None:
                highest = connection.scalar(select(func.max(number)).select_from(table)) or 0
                last = int(mark.get("number", 0))
                after = max(0, last - OVERLAP_ROWS) if highest >= last else 0  # lower: emptied, or made anew
                again = number.in_(mark.get("unread", []))
                wanted = select(table, number.label(NUMBER)).where((number > after) | again).order_by(number)
            else:
                wanted = select(table, start.label(NUMBER))
                if isinstance(start.type, DateTime):
                    wanted = wanted.order_by(start)
                    if mark.get("start"):
                        wanted = wanted.where(start >= _since(mark["start"], start, self.zone))
            for some in connection.execute(wanted).mappings().partitions(BATCH):
                yield Rows(rows=some, columns=columns, is_numbered=number is not None, table=self._name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some rows of the table, in order."""

    rows: Sequence[Any]
    columns: Columns
    is_numbered: bool
    table: str


def _take(rows: Rows, intake: Intake) -> None:
    legs, bad, good = list[RecordedLeg](), set[int](), set[int]()
    known = set(intake.source.position.get("table", {}).get("unread", []))
    for row in rows.rows:
        number = int(row[NUMBER]) if rows.is_numbered else 0
        try:
            legs.append(rows.columns.leg(row))
            good.add(number)
        except ValueError as error:
            why = f"{rows.table}{f', row {number}' if number else ''}: {error}"
            intake.still_bad(why, is_known=number in known)
            bad.add(number)
    check_zone(legs)
    intake.take(legs, _moved(rows, legs, intake, (good, bad)))


def _moved(rows: Rows, legs: list[RecordedLeg], intake: Intake, seen: tuple[set[int], set[int]]) -> dict[str, Any]:
    """The book-mark behind these rows; rows that can't be read are asked for again at each reading."""
    good, bad = seen
    mark = intake.source.position.get("table", {})
    if rows.is_numbered:
        unread = sorted((set(mark.get("unread", [])) | bad) - good)
        if len(unread) > MOST_KEPT:
            return {}  # too many to name: read on from the same place next time
        return {"table": {"number": max(int(rows.rows[-1][NUMBER]), mark.get("number", 0)), "unread": unread}}
    return {"table": {"start": max(leg.start for leg in legs).isoformat()}} if legs and not bad else {}


def shown(text: str) -> str:
    """What a source is called on record: its address without a password."""
    return text if text.startswith("sqlite:") else table_url(text).set(password=None).render_as_string()


def _open(url: URL) -> Engine:
    option = TIMEOUTS.get(url.get_backend_name())
    try:
        return create_engine(url, hide_parameters=True, connect_args={option: PATIENCE_SECONDS} if option else {})
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        example = "mysql+pymysql://… (pip install pymysql)" if url.get_backend_name() == "mysql" else url.drivername
        raise RecordsDriverError(
            _("no driver for %(drivername)s is installed: %(why)s", drivername=url.drivername, why=str(error)),
            cure=_(
                "install one into this program's environment, and name it in the address: %(example)s", example=example
            ),
        ) from error


def _running_number(database: Engine, table: Table) -> ColumnElement[int] | None:
    keys = list(table.primary_key.columns)
    if len(keys) == 1 and isinstance(keys[0].type, Integer):
        return keys[0]
    return literal("rowid", Integer) if database.dialect.name == "sqlite" else None


def _since(text: str, start: Column[Any], zone: tzinfo) -> datetime:
    """A day before the newest start, and never after now: a clock may have been wrong."""
    newest = min(datetime.fromisoformat(text), datetime.now(UTC)) - OVERLAP
    return newest if getattr(start.type, "timezone", False) else newest.astimezone(zone).replace(tzinfo=None)
