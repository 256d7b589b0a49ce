"""The office that counts, read for a process that starts: from the database, else from the copy of what it last said.

May live here: that reading, and the copy in the data folder. The engine routes calls whether the database answers or
not, so it keeps `office.json` beside its journal: office and published plans as the database last gave them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from router.config.model import Site
from router.config.office import Plain, with_office
from router.config.plan import Published, slot_entries
from router.errors import StoreError
from router.logs import logger
from router.store.customers.numbers import KnownNumbers, known_numbers
from router.store.database import open_database
from router.store.follow.writer import DatabaseAwayError
from router.store.office.queries import has_site, office_in, published_in
from router.store.people.queries import everyone
from router.texts import _

log = logger(__name__)


class OfficeSource(StrEnum):
    """Where the office that counts was read."""

    DATABASE = "database"
    COPY = "copy"  # the database is away
    FILE = "file"  # nothing was ever seeded


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRecord:
    """What the database says, as plain data: the office, plans published for dates (R1), everybody's name.

    And what must be known of a number before a call of it is decided (`KnownNumbers`).
    """

    office: Plain
    plans: dict[str, list[Plain]]
    people: dict[str, str] = field(default_factory=dict)
    blocked: list[str] = field(default_factory=list)
    further: dict[str, str] = field(default_factory=dict)

    @property
    def known_numbers(self) -> KnownNumbers:
        """Blocked numbers, and customers' further ones."""
        return KnownNumbers(blocked=frozenset(self.blocked), further=self.further)

    @property
    def published(self) -> Published:
        """The published plans by date."""
        return {date.fromisoformat(day): slot_entries(slots) for day, slots in self.plans.items()}


def read_database(database: Engine) -> OnRecord | None:
    """What an open database says; None: it has no site yet. Raises `DatabaseAwayError`."""
    try:
        with database.connect() as connection:
            if not inspect(connection).has_table("site"):
                return None
        with Session(database) as session:
            if not has_site(session):
                return None
            numbers = known_numbers(session)
            return OnRecord(
                office=office_in(session),
                plans=published_in(session, datetime.now(UTC).date()),
                people={consultant.code: consultant.name for consultant in everyone(session)},
                blocked=sorted(numbers.blocked),
                further=dict(sorted(numbers.further.items())),
            )
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", error)).strip().splitlines()[:1]
        raise DatabaseAwayError(
            _("the database does not answer: %(part)s", part=" ".join(why)[:200]),
            cure=_("is [store] url right, and the server running?"),
        ) from error


def read_database_at(url: str) -> OnRecord | None:
    """The same of the database at `url`; an embedded one that is not there yet is not made."""
    name = make_url(url).database
    if url.startswith("sqlite") and not (name and Path(name).exists()):
        return None
    database = open_database(url)
    try:
        return read_database(database)
    finally:
        database.dispose()


class OfficeCopy:
    """`office.json`: what the database last said, for its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: OnRecord | None = None

    def read(self) -> OnRecord | None:
        """What was kept; None when there is nothing, or nothing that can be read."""
        try:
            raw: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
            return OnRecord(**raw)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("office copy unreadable", path=self._path, why=error)
            return None

    def keep(self, told: OnRecord) -> None:
        """Keep what the database said, at once or not at all; a full disk is said in the log and hinders nothing."""
        if told == self._kept:
            return
        draft = self._path.with_suffix(".new")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(asdict(told), file, ensure_ascii=False, indent=1)
            draft.replace(self._path)
        except OSError as error:
            log.warning("office copy not kept", path=self._path, why=error)
            return
        self._kept = told


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The site that counts, where it was read, and what goes with it; `trouble`: why not in the database."""

    site: Site
    source: OfficeSource
    published: Published = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    numbers: KnownNumbers = field(default_factory=KnownNumbers)
    trouble: str = ""


def office_that_counts(file: Site, url: str, copy: OfficeCopy) -> Counts:
    """The database's office, else the copy's, else (nothing was ever seeded) the file's; never raises."""
    trouble = ""
    try:
        told, source = read_database_at(url), OfficeSource.DATABASE
    except StoreError as error:
        trouble = str(error)
        told, source = copy.read(), OfficeSource.COPY
    if told is not None:
        try:
            site = with_office(file, told.office)
            return Counts(
                site=site,
                source=source,
                published=told.published,
                people=told.people,
                numbers=told.known_numbers,
                trouble=trouble,
            )
        except (ValidationError, ValueError, KeyError, TypeError) as error:
            log.exception("office unreadable", source=source)
            trouble = f"the office in the {source} can't be read: {type(error).__name__}"
    return Counts(site=file, source=OfficeSource.FILE, trouble=trouble)
