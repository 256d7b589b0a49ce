"""`hotline block NUMBER --reason ...`, `block list`, `block remove NUMBER`: numbers that ring nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from router.cli.acts import user_name
from router.cli.audit import note_here
from router.cli.database import session_of
from router.cli.options import place_options
from router.cli.settings import Place, numbering, open_place
from router.desk_client.client import EngineClient
from router.errors import HotlineError, RequestError
from router.masking import national
from router.store.customers.numbers import block, open_blocks, unblock
from router.store.people.audit import What
from router.texts import _

MINUTE = "the running service takes it over within a minute"


@click.command(name="block")
@click.argument("what", metavar="NUMBER | list | remove NUMBER")
@click.argument("number", required=False)
@click.option("--reason", default="", help="Why: it stands in the record. Needed to block.")
@place_options
def command(what: str, number: str | None, reason: str, config: Path | None, data: Path) -> None:
    """Block a number: its calls are logged and ring nobody; the caller hears that we are busy.

    Examples: hotline block 13800001111 --reason "sells loans" / hotline block list / hotline block remove 13800001111
    """
    place = open_place(config, data)
    if what == "list":
        _show(place)
    elif what == "remove":
        if not number:
            raise RequestError(_("which number?"), cure=_("hotline block remove NUMBER"))
        with session_of(place) as session:
            unblock(session, numbering(place.site).one(number), by=user_name(), now=datetime.now(UTC))
            session.commit()
        _take_over(place, f"{number} is not blocked any more")
    else:
        with session_of(place) as session:
            block(session, numbering(place.site).one(what), reason=reason, by=user_name(), now=datetime.now(UTC))
            session.commit()
        _take_over(place, f"{what} is blocked")


def _show(place: Place) -> None:
    with session_of(place) as session:
        rows = open_blocks(session)
        note_here(session, What.NUMBER, about="blocked numbers", rows=len(rows))
        session.commit()
        for row in rows:
            at = row.at.astimezone(place.site.zone)
            click.echo(f"{national(row.number.number or 'erased'):<16} {at:%Y-%m-%d %H:%M}  {row.by}: {row.reason}")
    if not rows:
        click.echo("no number is blocked")


def _take_over(place: Place, done: str) -> None:
    try:
        EngineClient(place.folder.socket).reread()
    except HotlineError:
        click.echo(f"{done}; {MINUTE}")
    else:
        click.echo(f"{done}, from now on")
