"""`hotline turn give|take PERSON`: hand out a turn or take one away (R8)."""

from __future__ import annotations

from pathlib import Path

import click

from router.cli.acts import act_options, carry_out
from router.desk_client.acts import Wish


@click.command(name="turn")
@click.argument("act", type=click.Choice(["give", "take"]))
@click.argument("person")
@act_options
def command(act: str, person: str, *, reason: str, config: Path | None, data: Path, sure: bool) -> None:
    """Hand PERSON a turn of the running round, or take one away: an owed one first, else the due one.

    Example: hotline turn take A --reason "the recording is about a purchase"
    """
    carry_out(Wish(kind=act, person=person, why=reason), config, data, sure=sure)
