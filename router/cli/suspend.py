"""`hotline suspend PERSON`: take somebody off calls, until a time if one is named (R3)."""

from __future__ import annotations

from pathlib import Path

import click

from router.cli.acts import act_options, carry_out
from router.desk_client.acts import Wish


@click.command(name="suspend")
@click.argument("person")
@click.option("--until", default="", metavar="HH:MM", help="Give calls again at this time of today, by itself.")
@act_options
def command(person: str, *, until: str, reason: str, config: Path | None, data: Path, sure: bool) -> None:
    """Take PERSON off calls. A call that rings there now goes on ringing.

    Example: hotline suspend A --until 14:00 --reason training
    """
    carry_out(Wish(kind="suspend", person=person, until=until, why=reason), config, data, sure=sure)
