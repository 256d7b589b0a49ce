"""`hotline reconcile`: what the PBX counted, what the router logged, what was written down (DOMAIN 6).

May live here: the command's options and output; the work is `router.reconcile`'s.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from router.config.load import load_site
from router.errors import HotlineError, RequestError
from router.reading.numbering import Numbering
from router.reconcile.csv_file import BadRow
from router.reconcile.files import DayFiles, read_folder
from router.reconcile.findings import Report, reconcile
from router.reconcile.report import as_data, as_tables
from router.reconcile.rows import Judging
from router.texts import Language, _

if TYPE_CHECKING:
    from router.cli.settings import Place

DEFAULT_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesTerms:
    """What reconciliation needs to know of a site; the defaults hold without one."""

    zone: tzinfo
    numbering: Numbering
    form_minutes: float = 30
    language: Language = "zh"


@click.command(name="reconcile")
@click.option("--date", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The date to reconcile.")
@click.option("--slot", help="Show this slot of the date alone.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option(
    "--files",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Instead of the database: folder with slots.csv, pbx.csv, calls.csv, forms.csv and perhaps display.csv.",
)
@click.option("--now", help="With --files: time of judgement, ISO 8601, in the site's zone. [end of the next day]")
@click.option("--skip-bad-rows", is_flag=True, help="With --files: leave out rows that can't be read, and list them.")
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The site's file.")
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Data folder.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of texts. [the site's, else zh]")
def command(
    *,
    day: datetime,
    slot: str | None,
    as_json: bool,
    folder: Path | None,
    now: str | None,
    skip_bad_rows: bool,
    config: Path | None,
    data: Path,
    language: Language | None,
) -> None:
    """Find calls without a form, forms without a call, and everything in between.

    Of a date in the database, whose findings are then on record, or of a folder of CSV files, without a database.

    Exit status: 0 whatever was found, 2 if something can't be read or done (each on a line of its own).
    """
    if folder is not None:
        office = _office(config)
        report, bad_rows = _of_files(folder, day.date(), now, office, language, skip_bad_rows=skip_bad_rows)
        words = language or office.language
    else:
        if now is not None or skip_bad_rows:
            raise RequestError(
                _("--now and --skip-bad-rows go with --files"), cure=_("leave them out, or add --files DIR")
            )
        from router.cli.settings import open_place  # loads Flask and the database, which files do without

        place = open_place(config, data)
        report, bad_rows = _of_the_database(place, day.date()), ()
        words = language or place.site.site.language
    _print(report.of_slot(slot) if slot else report, bad_rows, words, as_json=as_json)


def _of_files(
    folder: Path, day: date, now: str | None, office: FilesTerms, language: Language | None, *, skip_bad_rows: bool
) -> tuple[Report, Sequence[BadRow]]:
    terms = _terms(day, now, office)
    reading = read_folder(folder, office.zone, office.numbering)
    unreadable = _unreadable(reading, skip_bad_rows=skip_bad_rows)
    if unreadable:
        _complain(unreadable, language or office.language)
        raise SystemExit(2)
    return reconcile(reading.sources, terms), reading.bad_rows


def _of_the_database(place: Place, day: date) -> Report:
    from router.cli.night import night_of  # as above

    with night_of(place) as night:
        if night.read_records is None:
            click.echo(
                "hotline: no PBX records are configured, so the router's log alone counts ([reconcile] pbx)", err=True
            )
        return night.run_day(day, by="command line")


def _print(report: Report, bad_rows: Sequence[BadRow], words: Language, *, as_json: bool) -> None:
    if as_json:
        text = json.dumps(as_data(report, bad_rows, words), ensure_ascii=False, indent=1)
        click.echo(text.encode())  # bytes: UTF-8 whatever the terminal's encoding is
    else:
        Console(highlight=False, markup=False).print(as_tables(report, bad_rows, words))


def _unreadable(reading: DayFiles, *, skip_bad_rows: bool) -> list[BadRow]:
    """What stands in the way: without a file or column there is nothing to skip."""
    if skip_bad_rows:
        return list(reading.broken)
    return [*reading.broken, *reading.bad_rows]


def _complain(bad_rows: Iterable[BadRow], language: Language) -> None:
    for bad in bad_rows:
        click.echo(f"{bad.file}:{bad.line}: {bad.why(language)}\n".encode(), err=True, nl=False)


def _terms(day: date, now: str | None, office: FilesTerms) -> Judging:
    moment = _moment(now, office.zone) if now is not None else _end_of_next_day(day, office.zone)
    return Judging(day=day, zone=office.zone, now=moment, form_minutes=office.form_minutes)


def _end_of_next_day(day: date, zone: tzinfo) -> datetime:
    try:
        return datetime.combine(day + timedelta(days=2), time(), zone).astimezone(UTC)
    except OverflowError as error:
        raise RequestError(
            _("--date %(day)s lies at the end of the calendar", day=day), cure=_("give another date")
        ) from error


def _moment(text: str, zone: tzinfo) -> datetime:
    """A time given by hand; without an offset it is meant in the site's zone."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RequestError(
            _("--now %(text)s is no time", text=text), cure=_("write it like 2026-12-01T23:30:00+08:00")
        ) from error


def _office(config: Path | None) -> FilesTerms:
    """The site's zone, numbers, language and form_minutes; DOMAIN 9's defaults without a site."""
    if config is None:
        return FilesTerms(zone=ZoneInfo(DEFAULT_ZONE), numbering=Numbering())
    site = load_site(config)
    return FilesTerms(
        zone=site.zone,
        numbering=Numbering(region=site.site.region, area_code=site.site.area_code or ""),
        form_minutes=site.policy.form_minutes,
        language=site.site.language,
    )


if __name__ == "__main__":
    try:
        command()
    except HotlineError as error:
        click.echo(f"hotline: {error}", err=True)
        sys.exit(2)
