"""`hotline rebuild`: make the database's record of calls anew from the journal."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from router.cli.database import database_of
from router.cli.options import place_options
from router.cli.settings import open_place
from router.engine.feed import JournalFeed
from router.store.follow.rebuild import rebuild


@click.command(name="rebuild")
@place_options
def command(config: Path | None, data: Path) -> None:
    """Make the database's record of calls, turns and presence anew from the journal; a running service goes on.

    For events that could not be put on record before an upgrade. Forms, findings, names and blocks stay as they are.
    Exit status: 0 all is on record, 1 some events still are not.
    """
    place = open_place(config, data)
    feed = JournalFeed(place.folder.journal)
    with database_of(place) as database, Console(stderr=True).status("reading the journal"):
        made = rebuild(database, feed)
    feed.close()
    click.echo(f"{made.calls} calls are on record, {made.failed} events could not be put there")
    raise SystemExit(1 if made.failed else 0)
