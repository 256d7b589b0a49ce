"""The night's work, wired: site, database and PBX records of a data folder. May live here: that wiring alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from router.cli.database import database_of
from router.cli.settings import Place, database_url, with_the_office
from router.config.model import PbxMode
from router.errors import PbxError, StoreError
from router.reconcile.night import Night, ReadRecords, has_pbx_records
from router.store.office.queries import has_site
from router.telephony.records import read_records, recover_missed
from router.telephony.records.rotating import rotate_files
from router.texts import _


class NoDatabaseError(StoreError):
    """There is no database to work on."""

    id = "no-database"


class RecordsIncompleteError(PbxError):
    """The PBX's records were read, but not wholly: counts may be too small."""

    id = "records-incomplete"


@contextmanager
def night_of(place: Place, *, wait_seconds: float | None = 600.0) -> Iterator[Night]:
    """The night's work of a site; raises `NoDatabaseError` if it was never started."""
    url = database_url(place)
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        raise NoDatabaseError(
            _("the data folder %(path)s has no database", path=place.folder.path),
            cure=_("start once: hotline up; or name it with --data"),
        )
    with database_of(place) as database:
        _check(database)
        yield Night(
            database=database,
            site=lambda: with_the_office(place).site,  # it is edited on pages while `hotline jobs` runs
            read_records=pbx_records(place, database),
            wait_seconds=wait_seconds,
        )


def _check(database: Engine) -> None:
    try:
        with Session(database) as session:
            is_ready = has_site(session)
    except SQLAlchemyError as error:
        shown = database.url.render_as_string(hide_password=True)
        raise NoDatabaseError(
            _("%(shown)s can't be used: %(why)s", shown=shown, why=str(error)),
            cure=_("is it running, and was it started once?"),
        ) from error
    if not is_ready:
        raise NoDatabaseError(_("the database has no site"), cure=_("start once: hotline up --config FILE"))


def pbx_records(place: Place, database: Engine) -> ReadRecords | None:
    """How the PBX's own records are read; None where the site names none (R23)."""
    if not has_pbx_records(place.site):
        return None

    def read() -> None:
        reading = read_records(database, place.site, place.folder.asterisk)
        recover_missed(database, place.site, link_times=place.folder.link_times)
        if place.site.pbx.mode is PbxMode.PRIVATE:
            rotate_files(place.folder.asterisk, datetime.now(UTC))
        if reading.trouble:
            raise RecordsIncompleteError(
                _("%(source)s: %(trouble)s", source=reading.source, trouble=reading.trouble),
                cure=_("see hotline records show, then reconcile again"),
            )

    return read
