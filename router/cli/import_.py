"""`hotline import`: forms, customers with their owners, or display counts from a CSV or XLSX file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import click
from sqlalchemy.orm import Session

from router.cli.audit import note_here
from router.cli.database import session_of
from router.cli.export import office_of
from router.cli.options import place_options
from router.cli.settings import Place, numbering, open_place
from router.desk_client.client import EngineClient
from router.desk_client.owners import tell_owners
from router.errors import HotlineError
from router.exchange import customers_in, display_in, forms_in
from router.exchange.faults import FAULT, BadCell
from router.masking import mask, mask_within
from router.reading.errors import TableFileError
from router.reading.numbers import split_numbers
from router.reading.sheets import MOST_BYTES
from router.reading.tables import printable, read_table
from router.reconcile.rows import CLOSED
from router.store.customers.queries import Terms
from router.store.findings.changes import write_display_count
from router.store.findings.queries import display_counts_of_day
from router.store.forms.changes import FormWriting
from router.store.office.queries import plan_of_day
from router.store.people.audit import What
from router.texts import _


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What the command line asked for."""

    file: Path
    preview: bool
    as_shown: str
    by: str
    why: str
    day: date | None

    def content(self) -> bytes:
        """The file, of which no more is read than may be."""
        try:
            with self.file.open("rb") as file:
                return file.read(MOST_BYTES + 1)
        except OSError as error:
            raise TableFileError(
                _("%(name)s can't be read: %(strerror)s", name=self.file.name, strerror=error.strerror),
                cure=_("check its rights"),
            ) from error

    def say(self, text: str) -> None:
        """A line about the file."""
        click.echo(f"{self.file.name}{text}")

    def say_bad(self, bad: Iterable[BadCell], unknown: tuple[str, ...]) -> None:
        """What is wrong and what is left out, on standard error."""
        for cell in bad:
            words = FAULT[cell.fault].render(None) if cell.fault in FAULT else ""
            where = f"{self.file.name}:{cell.line}: {cell.column or 'row'}: {cell.fault}"
            click.echo(f"{where}: {words}" if words else where, err=True)
        if unknown:
            names = ", ".join(unknown)
            click.echo(f"{self.file.name}: columns that are not understood, and left out: {names}", err=True)

    def goes_on(self, code: str, bad: Iterable[BadCell]) -> bool:
        """Whether to take it; a preview is told the code to take it by.

        Raises `TableFileError` where a row is wrong, or where it is not what was shown.
        """
        wrong = _rows(bad)
        if wrong:
            raise TableFileError(
                _("%(wrong)s rows can't be taken, so none is", wrong=wrong), cure=_("correct them, or leave them out")
            )
        if self.preview:
            self.say(f": nothing is taken yet; to take just this: --as-shown {code}")
            return False
        if self.as_shown not in ("", code):
            raise TableFileError(
                _("the file, or what is on record, has changed since that preview"),
                cure=_("look at a new one: --preview"),
            )
        return True


@click.command(name="import")
@click.argument("what", type=click.Choice(["forms", "customers", "display"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--preview", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--as-shown", default="", metavar="CODE", help="Take it only if it is still what that preview showed.")
@click.option("--by", default="import", show_default=True, help="Who enters them, as the history says.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Of display counts without a date of their own.")
@click.option("--why", default="", help="Reason, for forms of days that are closed.")
@place_options
def command(
    *,
    what: str,
    file: Path,
    preview: bool,
    as_shown: str,
    by: str,
    day: datetime | None,
    why: str,
    config: Path | None,
    data: Path,
) -> None:
    """Take the forms, customers or display counts of a CSV or XLSX file: all of them, or none when a row is wrong.

    What stands on record so already is left out: the same file twice does no harm. Customers have the columns name,
    number (several with ; between them, or in several columns), owner, last_contact; display counts date, slot, count.
    The table may begin anywhere in the file; docs/exchange.md has all titles.
    """
    place = open_place(config, data)
    wanted = _Wanted(
        file=file, preview=preview, as_shown=as_shown, by=by, why=why, day=day.date() if day is not None else None
    )
    with session_of(place) as session:
        {"forms": _forms, "customers": _customers, "display": _display}[what](session, place, wanted)


def _forms(session: Session, place: Place, wanted: _Wanted) -> None:
    terms = office_of(place)
    writing = FormWriting(table=terms.form, people=terms.names, zone=terms.zone, by=wanted.by, now=datetime.now(UTC))
    table = read_table(wanted.content(), forms_in.heads())
    seen = forms_in.look_through(session, table, terms, writing, why=wanted.why)
    wanted.say_bad(seen.bad, seen.unknown)
    if wanted.preview:
        for line, filing in zip(seen.lines, seen.filings, strict=True):
            numbers = " ".join(map(mask, split_numbers(filing.fields.get("number", ""))))
            said = (terms.local(filing.taken_at), terms.name(filing.consultant), filing.fields.get("name", ""), numbers)
            wanted.say(f":{line}: {' · '.join(printable(one) for one in said if one)}")
    _say_lines(wanted, seen.known)
    wanted.say(f": {len(seen.filings)} forms, {len(seen.known)} there already, {_wrong(seen.bad)}")
    if wanted.goes_on(seen.code, seen.bad):
        forms_in.file_all(session, seen, writing, why=wanted.why)
        note_here(session, What.IMPORT, about="forms", rows=len(seen.filings), why=wanted.why)
        session.commit()


def _customers(session: Session, place: Place, wanted: _Wanted) -> None:
    site, now = place.site, datetime.now(UTC)
    people = {consultant.id: consultant.name for consultant in site.consultants}
    ownership = Terms(now=now, lapse=timedelta(days=site.policy.lapse_days), people=frozenset(people))
    terms = customers_in.ListTerms(people=people, written=numbering(site).one, zone=site.zone, ownership=ownership)
    seen = customers_in.look_through(session, read_table(wanted.content(), customers_in.HEADS), terms)
    wanted.say_bad(seen.bad, seen.unknown)
    for row in seen.kept:
        wanted.say(f":{row.line}: stays with {row.owned_by}: the record is newer, or theirs is live")
    if wanted.preview:
        for row in seen.taken:
            at = f"{row.last_contact.astimezone(site.zone):%Y-%m-%d %H:%M}"
            said = (row.name, " ".join(map(mask, row.numbers)), people[row.owner], at, mask_within(row.remarks))
            wanted.say(f":{row.line}: {' · '.join(printable(one) for one in said if one)}")
    _say_lines(wanted, [row.line for row in seen.known])
    counts = f"{len(seen.taken)} customers, {len(seen.known)} there already, {len(seen.kept)} stay as they are"
    wanted.say(f": {counts}, {_wrong(seen.bad)}")
    if wanted.goes_on(seen.code, seen.bad):
        customers_in.take_all(session, seen, by=wanted.by, now=now)
        note_here(session, What.IMPORT, about="customers", rows=len(seen.taken))
        session.commit()
        _tell(session, place, now)


def _display(session: Session, place: Place, wanted: _Wanted) -> None:
    def slots_of(at: date) -> set[str]:
        return {slot.name for slot in plan_of_day(session, place.site, at).slots} | {CLOSED}

    def on_record(at: date) -> dict[str, int | None]:
        return {slot: row.count for slot, row in display_counts_of_day(session, at).items()}

    terms = display_in.CountTerms(slots_of=cache(slots_of), on_record=cache(on_record), day=wanted.day)
    seen = display_in.look_through(read_table(wanted.content(), terms.heads), terms)
    wanted.say_bad(seen.bad, seen.unknown)
    if wanted.preview:
        for one in seen.counts:
            wanted.say(f": {one.day} {printable(one.slot)} {one.count}")
    _say_lines(wanted, seen.known)
    wanted.say(f": {len(seen.counts)} counts, {len(seen.known)} there already, {_wrong(seen.bad)}")
    if not wanted.goes_on(seen.code, seen.bad):
        return
    for one in seen.counts:
        write_display_count(session, one.day, one.slot, one.count, by=wanted.by, now=datetime.now(UTC))
    note_here(session, What.IMPORT, about="display", rows=len(seen.counts))
    session.commit()


def _rows(bad: Iterable[BadCell]) -> int:
    return len({cell.line for cell in bad})


def _wrong(bad: Iterable[BadCell]) -> str:
    return f"{_rows(bad)} wrong"


def _say_lines(wanted: _Wanted, lines: Iterable[int]) -> None:
    """Which rows are on record already."""
    named = ", ".join(map(str, lines))
    if named:
        wanted.say(f": there already: line {named[:400]}")


def _tell(session: Session, place: Place, now: datetime) -> None:
    """The running desk hears of them at once; else the jobs tell it as soon as it runs."""
    engine = EngineClient(place.folder.socket)
    try:
        tell_owners(session, engine, now)
        engine.reread()
    except HotlineError:
        click.echo("the router does not run: it is told when it does")
