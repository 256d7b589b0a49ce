"""The site file held against the database: what differs, what may be applied, what does not fit this machine.

May live here: what `hotline config diff|apply` and `hotline up` share of it; how it is printed is the commands' matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from router.cli.database import session_of
from router.cli.settings import Place
from router.config import checks
from router.config.changes import KeyDifference, Side, differences, settled
from router.config.load import said_of
from router.config.model import Site
from router.config.office import Plain, file_office, with_office
from router.errors import ConfigurationError, RequestError
from router.store.follow.writer import DatabaseAwayError
from router.store.office.changes import changing, note_applied, put_office
from router.store.office.queries import applied_file, office_in
from router.store.people.audit import What, note
from router.store.tables.office import SiteFileRow
from router.texts import Listing, _


class MisfitError(ConfigurationError):
    """The office in the database can't work with the machine that the file describes."""

    id = "office-does-not-fit"


class ConflictError(RequestError):
    """The file and a page changed the same thing."""

    id = "config-conflict"


class UnknownKeyError(RequestError):
    """There is no difference with this key."""

    id = "no-such-difference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """File and database: what each says of the office, and what the file said when it was last applied."""

    file: Plain
    database: Plain
    applied: SiteFileRow | None
    differences: list[KeyDifference]


@contextmanager
def opened(place: Place) -> Iterator[Session]:
    """A session on the place's database; what is the database's trouble becomes `DatabaseAwayError`."""
    try:
        with session_of(place) as session:
            yield session
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", error)).strip().splitlines()[:1]
        raise DatabaseAwayError(
            _("the database does not do its work: %(part)s", part=" ".join(why)[:200]),
            cure=_("is it running? `hotline up` migrates it"),
        ) from error


def compare(session: Session, file: Site) -> Comparison:
    """Hold the file against the database. Raises `NoSiteError`."""
    database = office_in(session)
    applied = applied_file(session)
    said = file_office(file, database)
    return Comparison(
        file=said,
        database=database,
        applied=applied,
        differences=differences(said, database, applied.office if applied else None),
    )


def chosen(comparison: Comparison, overwrite: Collection[str], *, overwrite_all: bool) -> list[KeyDifference]:
    """The differences that applying settles: what the file alone changed, and what is to be overwritten by name.

    Raises `UnknownKeyError`, or `ConflictError` for a key that both changed: nothing edited on a page is overwritten
    silently.
    """
    unknown = sorted(set(overwrite) - {one.key for one in comparison.differences})
    if unknown:
        raise UnknownKeyError(
            _("nothing differs in %(these)s", these=Listing(unknown)), cure=_("`hotline config diff` lists the keys")
        )
    conflicts = [
        one.key
        for one in comparison.differences
        if one.changed_in is Side.BOTH and not overwrite_all and one.key not in overwrite
    ]
    if conflicts:
        raise ConflictError(
            _("changed in the file and on a page: %(these)s; nothing was applied", these=Listing(conflicts)),
            cure=_("--overwrite KEY takes the file's word, or write the page's into the file"),
        )
    is_taken = {Side.FILE: True, Side.PAGE: False, Side.BOTH: True}
    return [one for one in comparison.differences if is_taken[one.changed_in] or one.key in overwrite]


def apply_file(
    session: Session, place: Place, comparison: Comparison, taken: Collection[KeyDifference], by: str
) -> Site:
    """Write the chosen differences, and what the file says as the new base; returns the site that counts then.

    The caller commits: all or nothing. Raises `MisfitError` where what came of it could not work.
    """
    after = settled(comparison.database, taken)
    site = with_office(place.file, after)
    refuse_misfit(site)
    with changing(session, by=by, source="file"):
        put_office(session, after)
    for name in sorted({one.path[1] for one in taken if one.path[0] == "user" and len(one.path) > 1}):
        note(session, What.USERS, who=by, about=name, why="hotline config apply", now=datetime.now(UTC))
    note_applied(session, comparison.file, by=by)
    session.flush()
    return site


def refuse_misfits(place: Place) -> None:
    """Raise `MisfitError` where the office that counts can't work with the machine that the file describes."""
    if place.site is not place.file:
        refuse_misfit(place.site)


def refuse_misfit(site: Site) -> None:
    """Raise `MisfitError` with everything that does not fit together."""
    known = checks.Known(
        trunks=frozenset(trunk.name for trunk in site.trunks),
        consultants=frozenset(consultant.id for consultant in site.consultants),
    )
    wrong = [said_of(problem, site.site.language) for problem in checks.mistakes(site, known)]
    if wrong:
        raise MisfitError(
            "the office in the database does not fit the site file:\n  " + "\n  ".join(wrong),
            cure=_("hotline config diff shows both; change the file, or `hotline config apply`"),
        )
