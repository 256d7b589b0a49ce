"""`hotline rebuild`: make the database's record of calls anew from the journal."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from sqlalchemy.orm import Session

from router.cli.database import database_of
from router.cli.options import place_options
from router.cli.settings import Place, open_place
from router.engine.feed import JournalFeed
from router.engine.journal import Journal
from router.store.follow.rebuild import rebuild
from router.store.follow.restored import common_end, erased_keys, go_on_from
from router.store.scope import SITE_ID


@click.command(name="rebuild")
@place_options
@click.option(
    "--restored", is_flag=True, help="journal.db was put back from a backup: go on from it; stop the service."
)
def command(config: Path | None, data: Path, *, restored: bool) -> None:
    """Make the database's record of calls, turns and presence anew from the journal; a running service goes on.

    For events that could not be put on record before an upgrade. Forms, findings, names and blocks stay as they are.
    Exit status: 0 all is on record, 1 some events still are not.
    """
    place = open_place(config, data)
    if restored:
        begins = _go_on_restored(place)
        click.echo(f"the database keeps what it has; what comes after event {begins} of the restored journal is added")
        return
    feed = JournalFeed(place.folder.journal)
    with database_of(place) as database, Console(stderr=True).status("reading the journal"):
        made = rebuild(database, feed)
    feed.close()
    click.echo(f"{made.calls} calls are on record, {made.failed} events could not be put there")
    raise SystemExit(1 if made.failed else 0)


def _go_on_restored(place: Place) -> int:
    """The journal goes on as one of its own, after what it has in common with the database's record."""
    feed = JournalFeed(place.folder.journal)
    with database_of(place) as database, Session(database) as session, Journal(place.folder.journal) as journal:
        was, begins = journal.id, common_end(session, feed, SITE_ID)
        now = journal.go_on_restored(begins, erased_keys(session, was, SITE_ID))
        go_on_from(session, was, now, begins=begins, newest_key=journal.newest_key(), site_id=SITE_ID)
        session.commit()
    feed.close()
    return begins
