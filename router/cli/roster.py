"""`hotline roster GROUP ORDER`: a new order for a running sheet (R8)."""

from __future__ import annotations

from pathlib import Path

import click

from router.cli.acts import act_options, carry_out
from router.desk_client.acts import Wish


@click.command(name="roster")
@click.argument("group", type=click.Choice(["call", "reception"]))
@click.argument("order", metavar="A,B,C")
@act_options
def command(group: str, order: str, *, reason: str, config: Path | None, data: Path, sure: bool) -> None:
    """Put GROUP's running sheet into this order: who stays keeps their turn, who joins is due, who leaves is gone.

    Example: hotline roster call B,A,C --reason "the customer asked for it"
    """
    people = tuple(person.strip() for person in order.split(",") if person.strip())
    carry_out(Wish(kind="order", group=group, order=people, why=reason), config, data, sure=sure)
