"""`hotline export`: forms, calls, or a day's sheet to CSV, XLSX or PDF."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import click

from router.cli.audit import note_here
from router.cli.database import session_of
from router.cli.options import place_options
from router.cli.settings import Place, open_place
from router.errors import RequestError
from router.exchange import forms_out
from router.exchange.table import Table, written
from router.store.calls.queries import calls_of_days
from router.store.forms.queries import forms_of_days
from router.store.people.audit import What
from router.texts import _

KINDS = (".csv", ".xlsx")


@click.command(name="export")
@click.argument("what", type=click.Choice(["forms", "calls", "day"]))
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day; default today.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day; default the first.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="A .csv or .xlsx file.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@place_options
def command(
    what: str, first: datetime | None, last: datetime | None, output: Path, force: bool, config: Path | None, data: Path
) -> None:
    """Write forms, calls, or the day's sheet to a file, numbers in full.

    What `export forms` writes, `hotline import forms` reads.
    """
    if output.suffix not in KINDS:
        raise RequestError(
            _("%(name)s is neither CSV nor XLSX", name=output.name), cure=_("end the name in .csv or .xlsx")
        )
    if output.exists() and not force:
        raise RequestError(_("%(output)s is there already", output=output), cure=_("--force replaces it"))
    place = open_place(config, data)
    days = _days(place, first, last)
    table = _table(place, what, *days)
    output.write_bytes(written(table, output.suffix.removeprefix(".")))
    with session_of(place) as session:
        about = f"{what}{output.suffix} {days[0]}..{days[1]} whole numbers"
        note_here(session, What.EXPORT, about=about, rows=len(table.rows))
        session.commit()
    click.echo(f"{output}: {len(table.rows)} rows")


def _days(place: Place, first: datetime | None, last: datetime | None) -> tuple[date, date]:
    begin = first.date() if first else datetime.now(place.site.zone).date()
    end = last.date() if last else begin
    if end < begin:
        raise RequestError(
            _("%(end)s is before %(begin)s", end=end, begin=begin), cure=_("--from is the first day, --to the last")
        )
    return begin, end


def _table(place: Place, what: str, first: date, last: date) -> Table:
    office = office_of(place)
    with session_of(place) as session:
        if what == "calls":
            calls = calls_of_days(session, first, last + timedelta(days=1), office.zone)
            return forms_out.calls_table(calls, office, show_numbers=True)
        forms = forms_of_days(session, first, last + timedelta(days=1), office.zone)
        if what == "day":
            return forms_out.day_sheet(forms, office, show_numbers=True)
        return forms_out.forms_table(forms, office)


def office_of(place: Place) -> forms_out.TableTerms:
    """How tables of this site are written."""
    site = place.site
    return forms_out.TableTerms(
        language=site.site.language,
        zone=site.zone,
        names=place.names,
        form=site.form,
    )
