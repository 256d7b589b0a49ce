"""`hotline import`: forms, customers with their owners, or display counts from a CSV or XLSX file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
from sqlalchemy.orm import Session

from router.cli.database import session_of
from router.cli.export import office_of
from router.cli.options import place_options
from router.cli.settings import Place, numbering, open_place
from router.desk_client.client import EngineClient
from router.desk_client.owners import tell_owners
from router.errors import HotlineError
from router.exchange import customers_in, display_in, forms_in
from router.exchange.forms_in import BadCell
from router.exchange.reading import TableFileError, TableRow, read_table
from router.reconcile.rows import CLOSED
from router.store.customers.queries import Terms
from router.store.findings.changes import write_display_count
from router.store.forms.changes import Writing
from router.store.office.queries import plan_of_day


@click.command(name="import")
@click.argument("what", type=click.Choice(["forms", "customers", "display"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--preview", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--by", default="import", show_default=True, help="Who enters them, as the history says.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Of display counts without a date of their own.")
@click.option("--why", default="", help="Reason, for forms of days that are closed (日清).")
@place_options
def command(
    what: str, file: Path, preview: bool, by: str, day: datetime | None, why: str, config: Path | None, data: Path
) -> None:
    """Take the forms, customers or display counts of a CSV or XLSX file: all of them, or none when a row is wrong.

    Forms of calls that have one already, and customers who stand on record so, are left out: the same file twice does
    no harm. Customers have the columns name, number (several with ; between them), owner, last_contact;
    display counts date, slot, count.
    """
    place, lines = open_place(config, data), read_table(file.read_bytes())
    with session_of(place) as session:
        if what == "forms":
            _forms(session, place, file, lines, by=by, why=why, preview=preview)
        elif what == "customers":
            _customers(session, place, file, lines, by=by, preview=preview)
        else:
            _display(session, place, file, lines, by=by, day=day.date() if day else None, preview=preview)


def _forms(
    session: Session, place: Place, file: Path, lines: list[TableRow], *, by: str, why: str, preview: bool
) -> None:
    office = office_of(place)
    writing = Writing(table=office.form, people=office.names, zone=office.zone, by=by, now=datetime.now(UTC))
    seen = forms_in.look_through(session, lines, office, writing, why=why)
    _say_bad(file, seen.bad)
    click.echo(f"{file.name}: {len(seen.filings)} forms, {len(seen.known)} there already, {len(seen.bad)} wrong")
    if not preview:
        forms_in.file_all(session, seen, writing, why=why)
        session.commit()


def _customers(session: Session, place: Place, file: Path, lines: list[TableRow], *, by: str, preview: bool) -> None:
    site, now = place.site, datetime.now(UTC)
    people = {consultant.id: consultant.name for consultant in site.consultants}
    terms = Terms(now=now, lapse=timedelta(days=site.policy.lapse_days), people=frozenset(people))
    reading = customers_in.ListTerms(people=people, written=numbering(site).one, zone=site.zone, ownership=terms)
    seen = customers_in.look_through(session, lines, reading)
    _say_bad(file, seen.bad)
    for row in seen.kept:
        click.echo(f"{file.name}:{row.line}: stays with {row.owned_by}: the record is newer, or theirs is live")
    counts = f"{len(seen.taken)} customers, {len(seen.known)} there already, {len(seen.kept)} stay as they are"
    click.echo(f"{file.name}: {counts}, {len(seen.bad)} wrong")
    if not preview:
        customers_in.take_all(session, seen, by=by, now=now)
        session.commit()
        _tell(session, place, now)


def _display(
    session: Session, place: Place, file: Path, lines: list[TableRow], *, by: str, day: date | None, preview: bool
) -> None:
    def slots_of(at: date) -> set[str]:
        return {slot.name for slot in plan_of_day(session, place.site, at).slots} | {CLOSED}

    seen = display_in.look_through(lines, slots_of, day=day)
    _say_bad(file, seen.bad)
    click.echo(f"{file.name}: {len(seen.counts)} counts, {len(seen.bad)} wrong")
    if preview:
        return
    if seen.bad:
        raise TableFileError(f"{len(seen.bad)} rows can't be taken", cure="correct them, or leave them out")
    for one in seen.counts:
        write_display_count(session, one.day, one.slot, one.count, by=by, now=datetime.now(UTC))
    session.commit()


def _tell(session: Session, place: Place, now: datetime) -> None:
    """The running desk hears of them at once; else the jobs tell it as soon as it runs."""
    engine = EngineClient(place.folder.socket)
    try:
        tell_owners(session, engine, now)
        engine.reread()
    except HotlineError:
        click.echo("the router does not run: it is told when it does")


def _say_bad(file: Path, bad: Iterable[BadCell]) -> None:
    for row in bad:
        click.echo(f"{file.name}:{row.line}: {row.column}: {row.fault}", err=True)
