"""`hotline explain CALL`: why it rang where it rang, step by step (R17)."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.orm import Session

from router.cli.settings import database_url, open_place
from router.errors import RequestError
from router.masking import mask
from router.store.base import open_database
from router.store.explain import explain
from router.store.queries import call_with, trail_of_call


class UnknownCallError(RequestError):
    """There is no such call on record."""

    id = "unknown-call"


@click.command(name="explain")
@click.argument("call")
@click.option("--config", type=click.Path(path_type=Path), help="The site file; without one, the demonstration.")
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Data folder.")
def command(call: str, config: Path | None, data: Path) -> None:
    """Say why CALL rang where it rang: who was considered, their state then, the rule. CALL is our id or Asterisk's."""
    place = open_place(config, data)
    database = open_database(database_url(place))
    try:
        with Session(database) as session:
            row = call_with(session, call)
            if row is None:
                raise UnknownCallError(f"there is no call {call!r} on record", cure="its id stands on the calls page")
            number = row.number.number if row.number else ""
            click.echo(f"{row.id} {mask(number or '')} {row.hotline or ''}")
            for step in explain(trail_of_call(session, row.id), place.names, place.site.site.language):
                at = step.at.astimezone(place.site.zone).strftime("%H:%M:%S.%f")[:-3]
                click.echo(f"{at}  {step.text}  {' '.join(step.rules)}")
    finally:
        database.dispose()
