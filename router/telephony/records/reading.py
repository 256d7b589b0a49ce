"""Reading a site's PBX records into the database (R23). May live here: which source a site has, and one reading of it.

A reading that can't be done is an error and stands in `pbx_source.failure`; one that could be done but not wholly
(torn lines, a file cut short) says so in `Reading.trouble` and there. Neither is ever a clean report.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.config.model import Site
from router.errors import HotlineError
from router.logs import logger, state
from router.store.pbx.changes import source_named
from router.store.scope import SITE_ID
from router.telephony.private.instance import CDR_FILE, CEL_FILE
from router.telephony.records.csv_source import CsvSource, fixed, foreign
from router.telephony.records.events import read_events
from router.telephony.records.exchange import exchange_of
from router.telephony.records.intake import Intake, without_kept
from router.telephony.records.private import CDR
from router.telephony.records.starts import starts_in
from router.telephony.records.table_source import TableSource, shown, table_url
from router.telephony.records.tail import way_from

log = logger(__name__)

KEPT_ON = "they are kept, and tried again each time (`hotline records leave-out` gives them up)"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsRead:
    """What a reading came to: rows seen, rows new on record, and what could not be read ("": nothing).

    `waiting` tells of lines that an earlier reading could not read, and told of; they are still kept.
    """

    source: str
    rows: int
    new: int
    trouble: str
    waiting: str = ""


class RecordsSource(Protocol):
    """Where the PBX keeps its records."""

    def look(self) -> None:
        """See whether it could be read now. Raises a `HotlineError`."""

    def read(self, intake: Intake) -> None:
        """Read what is new. Raises a `HotlineError` when nothing can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateSource:
    """Our own Asterisk: a file of legs, and one of events that say who hung up first."""

    legs: CsvSource
    events: Path

    def look(self) -> None:
        """See whether both files can be read now."""
        self.legs.look()
        way_from(self.events, None)

    def read(self, intake: Intake) -> None:
        """Read what is new: legs first, since events are added to them."""
        intake.starts = starts_in(self.events, intake.source.position)
        self.legs.read(intake)
        read_events(self.events, intake)
        intake.move({"starts": intake.starts.as_data()})


def source_of(site: Site, asterisk: Path) -> tuple[str, RecordsSource]:
    """The site's source and its name on record, without passwords; `asterisk` is the private Asterisk's folder."""
    table = site.reconcile
    zone = ZoneInfo(table.pbx_zone) if table.pbx_zone else site.zone
    if table.pbx == "private":
        legs = CsvSource(path=asterisk / CDR_FILE, layout=fixed(CDR))
        return "private", PrivateSource(legs=legs, events=asterisk / CEL_FILE)
    if table.pbx.startswith("csv:"):
        path = Path(table.pbx.removeprefix("csv:"))
        return table.pbx[:255], CsvSource(path=path, layout=foreign(table.columns, zone))
    name = shown(table.pbx)[:255]
    return name, TableSource(name=name, url=table_url(table.pbx), columns=table.columns, zone=zone)


def read_records(database: Engine, site: Site, asterisk: Path, *, site_id: int = SITE_ID) -> RecordsRead:
    """Read what the PBX has written since the last reading; safe to repeat, to kill and to run twice at once.

    Raises a `HotlineError` when the source is missing or can't be read; that is on record, too.
    """
    with Session(database, expire_on_commit=False) as session:
        name, source = source_of(site, asterisk)
        row = source_named(session, name, site_id=site_id)
        intake = Intake(session=session, source=row, exchange=exchange_of(site))
        try:
            intake.adopt()
            source.read(intake)
        except HotlineError as error:
            session.rollback()
            row.failed_at, row.failure = datetime.now(UTC), f"{error.id}: {error}"[:500]
            session.commit()
            state(log, "reading", "failed", level=logging.WARNING, of="records", source=name, why=error)
            raise
        trouble, waiting = _trouble(intake), _waiting(intake)
        if trouble:
            row.failed_at = datetime.now(UTC)
            state(log, "reading", "incomplete", level=logging.WARNING, of="records", source=name, why=trouble)
        else:
            row.read_at = datetime.now(UTC)
        row.failure = "; ".join(filter(None, (trouble, waiting)))[:500]
        session.commit()
    log.info("records read", source=name, rows=intake.rows, new=intake.new)
    return RecordsRead(source=name, rows=intake.rows, new=intake.new, trouble=trouble, waiting=waiting)


def _trouble(intake: Intake) -> str:
    parts = []
    if intake.lost:
        parts.append("the file was cut or taken away before it was read to its end: rows may be missing")
    if intake.bad:
        parts.append(f"{intake.bad} lines could not be read, the first: {intake.first_bad}; {KEPT_ON}")
    if intake.nameless:
        parts.append(f"{intake.nameless} lines without a unique id are left out, the first: {intake.first_nameless}")
    parts += intake.strays[:3]
    return "; ".join(parts)


def _waiting(intake: Intake) -> str:
    if not intake.waiting:
        return ""
    return f"{intake.waiting} lines of earlier still can't be read, the first: {intake.first_waiting}; {KEPT_ON}"


def leave_out(database: Engine, site: Site, asterisk: Path, *, site_id: int = SITE_ID) -> int:
    """Give up the lines that could not be read; returns how many they were."""
    with Session(database) as session:
        row = source_named(session, source_of(site, asterisk)[0], site_id=site_id)
        row.position, count = without_kept(row.position)
        row.failure = "" if count else row.failure
        session.commit()
    return count
