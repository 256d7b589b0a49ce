"""`hotline resume PERSON`: give a suspended person calls again."""

from __future__ import annotations

from pathlib import Path

import click

from router.cli.acts import act_options, carry_out
from router.desk_client.acts import Wish


@click.command(name="resume")
@click.argument("person")
@act_options
def command(person: str, *, reason: str, config: Path | None, data: Path, sure: bool) -> None:
    """Give PERSON calls again who was taken off them."""
    carry_out(Wish(kind="resume", person=person, why=reason), config, data, sure=sure)
