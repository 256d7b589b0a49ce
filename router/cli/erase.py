"""`hotline erase NUMBER`: forget an outside party, wherever their numbers and name stand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from router.cli.acts import user_name
from router.cli.audit import note_here
from router.cli.database import database_of
from router.cli.options import place_options
from router.cli.settings import Place, numbering, open_place
from router.config.model import PbxMode
from router.desk_client.client import EngineClient
from router.desk_client.erasing import forget
from router.errors import RequestError
from router.masking import mask
from router.store.customers.erasure import numbers_of_customer
from router.store.people.audit import What
from router.telephony.records.erasing import erase_in_files
from router.texts import _


@click.command(name="erase")
@click.argument("number")
@click.option("--yes", "sure", is_flag=True, help="Do not ask: it can't be taken back.")
@place_options
def command(number: str, sure: bool, config: Path | None, data: Path) -> None:
    """Forget the person with this NUMBER and all further numbers of theirs: it can't be taken back.

    Journal, calls, forms with their history, notices, archives, the PBX's records and the private Asterisk's files keep
    what happened and when, without number and name. The service must run, since the journal is its own. Backups, and an
    existing PBX's own records, keep it: delete it there.
    """
    place = open_place(config, data)
    wanted = numbering(place.site).one(number)
    if not wanted:
        raise RequestError(_("that is no number"), cure=_("write its digits, with the area code"))
    with database_of(place) as database, Session(database) as session:
        numbers = numbers_of_customer(session, wanted)
        click.echo(f"{len(numbers)} numbers are forgotten: {', '.join(map(mask, numbers))}")
        if not sure:
            click.confirm("It can't be taken back. Go on?", abort=True)
        engine = EngineClient(place.folder.socket)
        forget(session, engine, numbers, by=user_name(), at=datetime.now(UTC))
        note_here(session, What.ERASURE, about="a customer", rows=len(numbers))
        session.commit()
        if writes_files(place):
            count = erase_in_files(database, place.folder.asterisk, numbers)
            click.echo(f"overwritten in Asterisk's own files: {count} times")
    click.echo("done; backups, and an existing PBX's own records, keep it: delete it there")


def writes_files(place: Place) -> bool:
    """Whether the PBX's files are ours to change: an existing one's are not."""
    return place.site.pbx.mode is PbxMode.PRIVATE
