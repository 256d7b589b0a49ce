"""`hotline doctor`: looks at every part and names the cure. May live here: the checks, each with a stable id."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from router.cli.certificate import certificate_check
from router.cli.data_folder import DataFolderError
from router.cli.database import database_of, session_of
from router.cli.engine import ami_address
from router.cli.office import OfficeSource
from router.cli.options import place_options
from router.cli.settings import Place, office, open_place, page_address
from router.cli.site_changes import MisfitError, compare, opened, refuse_misfits
from router.config.changes import Side
from router.config.model import PbxMode
from router.desk_client.client import EngineClient
from router.errors import HotlineError
from router.store.follow.queries import failed_events, journal_trouble
from router.store.migrate import newest, version
from router.store.pbx.queries import sources
from router.telephony.ami import AmiAction, AmiClient
from router.telephony.private.checks import host_name_seconds
from router.telephony.private.find import find_asterisk
from router.telephony.private.newer import newer_in_index, renewal
from router.telephony.records.reading import source_of
from router.telephony.trial import try_pbx
from router.texts import _

LEAST_FREE_MB = 500


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found; `cure` is empty when all is well."""

    words: str
    cure: str = ""


@click.command(name="doctor")
@place_options
@click.option("--only", multiple=True, help="Look at this check alone, such as pages; may be repeated.")
def command(config: Path | None, data: Path, only: tuple[str, ...]) -> None:
    """Check every part of a running service and name the cure for what is wrong.

    Exit status: 0 all is well, 1 something is not, 2 the site file or the data folder can't be used.
    """
    unknown = set(only) - set(CHECKS)
    if unknown:
        raise click.BadParameter(f"no check {', '.join(unknown)}; there are {', '.join(CHECKS)}", param_hint="--only")
    place = open_place(config, data)
    if not place.folder.path.is_dir():
        raise DataFolderError(
            _("there is no data folder %(path)s", path=place.folder.path),
            cure=_("start once: hotline up; or name it with --data"),
        )
    bad = 0
    for name, check in CHECKS.items():
        if only and name not in only:
            continue
        try:
            told = check(place)
        except HotlineError as error:
            told = CheckResult(error.message, error.cure or "see the log")
        for found in told if isinstance(told, list) else [told]:
            bad += bool(found.cure)
            click.secho(f"{'✕' if found.cure else '✓'} {name:<10} {found.words}", fg="red" if found.cure else None)
            if found.cure:
                click.echo(f"  → {found.cure}")
    raise SystemExit(1 if bad else 0)


def _disk(place: Place) -> CheckResult:
    folder = place.folder.path if place.folder.path.exists() else place.folder.path.parent
    free_mb = shutil.disk_usage(folder).free // 2**20
    cure = "" if free_mb >= LEAST_FREE_MB else f"make room: {LEAST_FREE_MB} MB at least"
    return CheckResult(f"{free_mb} MB free at {folder}", cure)


def _clock(place: Place) -> CheckResult:
    """The wall clock as the engine saw it: durations do not go by it, but slots do."""
    by = EngineClient(place.folder.socket).board().clock_step
    if by:
        return CheckResult(
            f"the clock was set by {by / 1000:+.0f} s within the last hour", "keep it by NTP (timedatectl)"
        )
    return CheckResult("the clock goes evenly")


def _names(_place: Place) -> CheckResult:
    seconds = host_name_seconds(3.0)
    if seconds is None:
        return CheckResult("this machine's own name does not resolve", "add it to /etc/hosts: look-ups stall calls")
    return CheckResult(f"this machine's own name resolves in {seconds:.2f} s")


def _asterisk(place: Place) -> CheckResult:
    if place.site.pbx.mode is not PbxMode.PRIVATE:
        return CheckResult("an existing PBX is used")
    found = find_asterisk()
    if found is None:
        return CheckResult("no Asterisk here yet", "`hotline up` installs one")
    filters = "" if found.filters_events_by_name else ", too old for event filters by name (works, with more load)"
    here = f"Asterisk {found.version_text} ({found.origin}){filters}"
    if newer := newer_in_index(found):
        return CheckResult(f"{here}; apt knows a newer one: {newer}", renewal().render(place.site.site.language))
    return CheckResult(here)


def _ami(place: Place) -> CheckResult:
    with AmiClient(ami_address(place)) as client:
        client.send_action(AmiAction("Ping")).result(5)
    return CheckResult("signed in")


def _calls(place: Place) -> list[CheckResult]:
    """Each thing that calls need, tried on the PBX (`router.telephony.trial`)."""
    private = place.site.pbx.mode is PbxMode.PRIVATE
    lacks = try_pbx(ami_address(place), office(place.site), private=private)
    if not lacks:
        return [
            CheckResult(
                "a trial call was picked up, and its keys work; rights, events, numbers, codes and prompts are there"
            )
        ]
    return [CheckResult(lack.words, lack.cure) for lack in lacks]


def _engine(place: Place) -> CheckResult:
    board = EngineClient(place.folder.socket).board()
    if not board.pbx:
        return CheckResult("the engine has no link to Asterisk", "see the ami check and log/engine.log")
    plan = board.plan
    if plan is not None and plan.origin in ("earlier", "none"):
        used = f"that of {plan.of} goes on" if plan.origin == "earlier" else "nobody is rung"
        return CheckResult(f"no plan for today: {used}", "hotline plan publish FILE, or a standing [[plan]]")
    if board.nobody_is_in:
        return CheckResult("nobody is checked in while a slot runs", "dial *1 on each phone")
    return CheckResult(f"answers; next is {board.next or 'nobody'}")


def _pickups(place: Place) -> CheckResult:
    """DESIGN, Telephony 3: the engine's watchdog over phones that are answered."""
    if EngineClient(place.folder.socket).board().pickups_stuck:
        return CheckResult(
            "phones were answered and got no caller, three times in a row: new calls are left to the fallback",
            "restart Asterisk, which ends its calls: stop `hotline up` and start it again (or restart your own PBX)",
        )
    return CheckResult("phones that are answered get their callers")


def _database(place: Place) -> CheckResult:
    try:
        with database_of(place) as database, database.connect() as connection:
            here, wanted = version(connection), newest(connection)
    except SQLAlchemyError as error:
        return CheckResult(f"can't be used: {type(error).__name__}", "is [store] url right, and the server running?")
    return CheckResult(f"version {here}", "" if here == wanted else "start `hotline up` once: it brings it up to date")


def _record(place: Place) -> CheckResult:
    """What happened and the database would not take: nobody would miss it until the evening."""
    try:
        with session_of(place) as session:
            failed, trouble = failed_events(session), journal_trouble(session)
    except SQLAlchemyError as error:
        return CheckResult(f"how far it goes is not known: {type(error).__name__}", "see the database check")
    if trouble:
        return CheckResult(
            trouble,
            "stop the service; put the newer journal.db back, or where it is lost: hotline rebuild --restored",
        )
    if not failed:
        return CheckResult("all that happened is in the database")
    newest = failed[-1]
    words = (
        f"{len(failed)} events could not be put on record, the newest at {newest.at:%Y-%m-%d %H:%M}: {newest.why:.80}"
    )
    return CheckResult(words, "hotline rebuild; if that does not help, a newer version may")


def _office(place: Place) -> CheckResult:
    """Whether the office comes from the database, fits this machine, and the file has nothing that is not applied."""
    if place.source is not OfficeSource.DATABASE:
        return CheckResult(place.trouble or "the database has no site yet", "see the database check")
    try:
        refuse_misfits(place)
    except MisfitError as error:
        return CheckResult(error.message, error.cure)
    with opened(place) as session:
        found = [one.key for one in compare(session, place.file).differences if one.changed_in is not Side.PAGE]
    if found and not place.demo:
        return CheckResult(
            f"the file's changes of {', '.join(found)} are not applied", "hotline config diff, then apply"
        )
    return CheckResult(f"{place.site.site.name}, {len(place.site.consultants)} consultants, by the database")


def _records(place: Place) -> CheckResult:
    name, source = source_of(place.site, place.folder.asterisk)
    source.look()
    try:
        with session_of(place) as session:
            known = next((one for one in sources(session) if one.name == name), None)
    except SQLAlchemyError as error:
        return CheckResult(f"what was read is not known: {type(error).__name__}", "see the database check")
    if known is not None and known.failure:
        return CheckResult(f"{name}: the last reading: {known.failure}", "mend it, then `hotline records read`")
    shown = "the private Asterisk's" if name == "private" else name
    return CheckResult(f"{shown} can be read{'' if known else '; nothing has been read from them yet'}")


def _pages(place: Place) -> CheckResult:
    address = page_address(place)
    try:
        with urllib.request.urlopen(  # noqa: S310  (our own pages)
            f"{address}/healthz", timeout=3, context=certificate_check(place)
        ):
            return CheckResult(f"answer at {address}")
    except (urllib.error.URLError, OSError) as error:
        return CheckResult(f"no answer at {address}: {error}", "is `hotline up` running? see log/web.log")


CHECKS: dict[str, Callable[[Place], CheckResult | list[CheckResult]]] = {
    "disk": _disk,
    "clock": _clock,
    "names": _names,
    "asterisk": _asterisk,
    "ami": _ami,
    "calls": _calls,
    "engine": _engine,
    "pickups": _pickups,
    "database": _database,
    "record": _record,
    "office": _office,
    "records": _records,
    "pages": _pages,
}
