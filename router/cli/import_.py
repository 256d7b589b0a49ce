"""`hotline import`: forms from a CSV or XLSX file, looked through first."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from router.cli.export import office_of
from router.cli.settings import database_url, open_place
from router.exchange.forms_in import Preview, file_all, look_through
from router.exchange.reading import read_table
from router.store.base import open_database
from router.store.call_forms import Writing


@click.command(name="import")
@click.argument("what", type=click.Choice(["forms"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--preview", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--by", default="import", show_default=True, help="Who enters them, as the forms' history says.")
@click.option("--why", default="", help="Reason, for forms of days that are closed (日清).")
@click.option("--config", type=click.Path(path_type=Path), help="The site file; without one, the demonstration.")
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Data folder.")
def command(what: str, file: Path, preview: bool, by: str, why: str, config: Path | None, data: Path) -> None:  # noqa: ARG001  (forms are all there is yet)
    """File the forms of a CSV or XLSX file: all of them, or none when a row is wrong.

    Forms of calls that have one already are left out, so that the same file twice does no harm. The desk is told by
    the jobs of the running service.
    """
    place = open_place(config, data)
    office = office_of(place)
    writing = Writing(table=office.form, people=office.names, zone=office.zone, by=by, now=datetime.now(UTC))
    lines = read_table(file.read_bytes())
    database = open_database(database_url(place))
    try:
        with Session(database) as session:
            seen = look_through(session, lines, office, writing, why=why)
            _say(file, seen)
            if not preview:
                file_all(session, seen, writing, why=why)
                session.commit()
    finally:
        database.dispose()


def _say(file: Path, seen: Preview) -> None:
    for row in seen.bad:
        click.echo(f"{file.name}:{row.line}: {row.column}: {row.fault}", err=True)
    click.echo(f"{file.name}: {len(seen.filings)} forms, {len(seen.known)} there already, {len(seen.bad)} wrong")
