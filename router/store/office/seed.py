"""The site file fills an empty database. May live here: that, once; afterwards the database counts (`office`)."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from router.config.model import Site
from router.config.office import first_users, plain_office
from router.errors import StoreError
from router.store.office.changes import note_applied, put_office
from router.store.office.queries import has_site
from router.store.scope import SITE_ID
from router.store.tables.office import SiteRow
from router.store.tables.users import User
from router.texts import _


class SeedError(StoreError):
    """The database has a site already."""

    id = "seed"


def seed(session: Session, site: Site, *, is_demo: bool = False, by: str = "") -> None:
    """Fill an empty database from a site, with a user for each role where it names none; the caller commits.

    New users have no password yet. Raises `SeedError` if there is a site already: nothing edited on a page is
    overwritten.
    """
    if has_site(session):
        raise SeedError(
            _("the database has a site already"), cure=_("`hotline config diff` shows how the file differs")
        )
    office = plain_office(site.model_copy(update={"users": first_users(site)}))
    session.add(SiteRow(id=SITE_ID, is_demo=is_demo, **office["site"]))
    session.flush()
    put_office(session, office)
    note_applied(session, office, by=by)
    if is_demo:  # made-up people have nothing to protect
        session.flush()
        session.execute(update(User).values(must_change_password=False))
    session.flush()
