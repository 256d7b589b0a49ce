"""`hotline audit`: what people saw, took out, brought in or changed, on the screen or into a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from router.cli.acts import user_name
from router.cli.database import session_of
from router.cli.options import place_options
from router.cli.settings import open_place
from router.errors import RequestError
from router.exchange.table import Table, written
from router.store.people.audit import What, audited, note
from router.store.scope import day_bounds
from router.store.tables.audit import AuditRow
from router.texts import _

HEAD = ("at", "who", "what", "result", "about", "rows", "why", "address")
ALL = 1_000_000


@click.command(name="audit")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day; default all.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day; default the first.")
@click.option("--what", type=click.Choice([str(one) for one in What]), help="One kind alone.")
@click.option("--who", default="", help="One person alone, by user name.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="All of them into a .csv or .xlsx file.")
@place_options
def command(
    *,
    first: datetime | None,
    last: datetime | None,
    what: str | None,
    who: str,
    output: Path | None,
    config: Path | None,
    data: Path,
) -> None:
    """Show the newest 200 lines of the audit, or write all that are asked for to a file.

    Whole numbers seen, exports, imports, sign-ins (failed ones too), sign-outs, passwords, roles, devices, erasures.
    The database refuses to change a line.
    """
    if output is not None and output.suffix not in (".csv", ".xlsx"):
        raise RequestError(
            _("%(name)s is neither CSV nor XLSX", name=output.name), cure=_("end the name in .csv or .xlsx")
        )
    place = open_place(config, data)
    since = day_bounds(first.date(), place.site.zone)[0] if first else None
    end = last or first
    until = day_bounds(end.date(), place.site.zone)[1] if end else None
    with session_of(place) as session:
        most = ALL if output else 200
        found = audited(session, since=since, until=until, what=what or "", who=who, most=most)
        lines = [_line(row) for row in found]
        if output is None:
            for line in lines:
                click.echo("  ".join(one for one in line if one))
            return
        output.write_bytes(written(Table(title="audit", head=HEAD, rows=lines), output.suffix.removeprefix(".")))
        note_here(session, What.EXPORT, about="audit", rows=len(lines))
        session.commit()
        click.echo(f"{output}: {len(lines)} rows")


def note_here(session: Session, what: What, *, about: str, rows: int | None = None, why: str = "") -> None:
    """Put on record what a command does; the caller commits."""
    note(session, what, who=user_name(), about=about, rows=rows, why=why, now=datetime.now(UTC))


def _line(row: AuditRow) -> tuple[str, ...]:
    at = f"{row.at:%Y-%m-%dT%H:%M:%SZ}"
    rows = "" if row.rows is None else str(row.rows)
    return (at, row.who, row.what, row.result, row.about, rows, row.why, row.address)
