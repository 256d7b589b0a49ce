"""`hotline presence PERSON STATE`: change somebody's presence, as the supervisor does on the page."""

from __future__ import annotations

from pathlib import Path

import click

from router.cli.acts import act_options, carry_out
from router.desk_client.acts import Wish


@click.command(name="presence")
@click.argument("person")
@click.argument("state")
@act_options
def command(person: str, state: str, *, reason: str, config: Path | None, data: Path, sure: bool) -> None:
    """Set PERSON's presence to STATE: present, receiving, meeting, errand, break, off, or a kind of the site's own.

    Example: hotline presence A present --reason "phone forgotten"
    """
    carry_out(Wish(kind="presence", person=person, presence=state, why=reason), config, data, sure=sure)
