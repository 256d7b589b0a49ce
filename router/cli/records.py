"""`hotline records`: the PBX's own records. May live here: the commands' options and output."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from router.cli.database import database_of, session_of
from router.cli.options import place_options
from router.cli.settings import Place, open_place
from router.masking import mask
from router.store.pbx.queries import blind_intervals_of_day, rows_between, rows_of_call, sources
from router.store.scope import day_bounds
from router.store.tables.pbx import PbxRow
from router.telephony.records import RecordedCall, leave_out, read_records, recorded_calls, recover_missed


@click.group(name="records")
def command() -> None:
    """The PBX's own records: an independent count of the hotline's calls."""


@command.command(name="read")
@place_options
def read(config: Path | None, data: Path) -> None:
    """Read what the PBX has written since the last time, and put calls that the router missed into its log.

    Exit status: 0 all was read, 1 some lines could not be read, 2 nothing could be read.
    """
    place = open_place(config, data)
    with database_of(place) as database:
        with Console(stderr=True).status("reading the PBX's records"):
            reading = read_records(database, place.site, place.folder.asterisk)
        click.echo(f"{reading.source}: {reading.rows} rows read, {reading.new} of them new on record")
        recovery = recover_missed(database, place.site, link_times=place.folder.link_times)
        click.echo(
            f"the router's log: {recovery.added} calls put in, {recovery.corrected} corrected; "
            f"{recovery.blind} times without a link on record"
        )
    said = "; ".join(filter(None, (reading.trouble, reading.waiting)))
    if said:
        click.secho(f"not all could be read: {said}", fg="red", err=True)
        raise SystemExit(1)


@command.command(name="leave-out")
@place_options
def leave_out_lines(config: Path | None, data: Path) -> None:
    """Give up for good the lines that could not be read (torn ones, which no setting mends)."""
    place = open_place(config, data)
    with database_of(place) as database:
        click.echo(f"{leave_out(database, place.site, place.folder.asterisk)} lines are left out")


@command.command(name="show")
@click.argument("uniqueid", required=False)
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="A day's calls. [today]")
@place_options
def show(uniqueid: str | None, day: datetime | None, config: Path | None, data: Path) -> None:
    """Show the calls of a day as the PBX recorded them, or all rows of the call with UNIQUEID."""
    place = open_place(config, data)
    with session_of(place) as session:
        if uniqueid:
            _print(_rows_table(rows_of_call(session, uniqueid), place))
            return
        zone = place.site.zone
        wanted = day.date() if day else datetime.now(zone).date()
        first, end = day_bounds(wanted, zone)
        calls = [call for call in recorded_calls(rows_between(session, first, end)) if call.call.started_at < end]
        _print(_calls_table([call for call in calls if call.call.started_at >= first], place))
        _tell_state(session, wanted, place)


def _print(table: Table) -> None:
    Console(highlight=False, markup=False).print(table)


def _clock(at: datetime | None, place: Place) -> str:
    return at.astimezone(place.site.zone).strftime("%H:%M:%S") if at else "–"


def _calls_table(calls: list[RecordedCall], place: Place) -> Table:
    heads = ("call", "number", "started", "answered", "ended", "by", "talked", "ended by")
    table = Table(*heads, title=f"{len(calls)} calls")
    for one in calls:
        call = one.call
        times = (_clock(at, place) for at in (call.started_at, call.answered_at, call.ended_at))
        table.add_row(call.call_id, mask(call.number), *times, call.person, " ".join(sorted(call.talked)), one.ended_by)
    return table


def _rows_table(rows: Sequence[PbxRow], place: Place) -> Table:
    table = Table("row", "direction", "number", "started", "answered", "ended", "by", "ended by")
    for row in rows:
        times = (_clock(at, place) for at in (row.started_at, row.answered_at, row.ended_at))
        table.add_row(row.row_key, row.direction, mask(row.number), *times, row.answered_by, row.ended_by)
    return table


def _tell_state(session: Session, day: date, place: Place) -> None:
    for source in sources(session):
        read_at = _clock(source.read_at, place) if source.read_at else "never"
        click.echo(f"{source.name}: read at {read_at}{f'; {source.failure}' if source.failure else ''}")
    for row, recovered in blind_intervals_of_day(session, day, place.site.zone):
        until = row.ended_at or datetime.now(UTC)
        click.echo(
            f"no link {_clock(row.started_at, place)}–{_clock(until, place)}, {recovered} calls put in afterwards"
        )
