"""`hotline token`: tokens for programs that use the API."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from router.cli.audit import note_here
from router.cli.database import session_of
from router.cli.options import place_options
from router.cli.settings import open_place
from router.store.people.audit import What
from router.store.people.tokens import SCOPES, all_tokens, make_token, revoke_token


@click.group(name="token")
def command() -> None:
    """Make, list and revoke tokens for the API (/api/v1)."""


@command.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="What it may do.")
@place_options
def make(config: Path | None, data: Path, name: str, scopes: tuple[str, ...]) -> None:
    """Make a token for NAME, which says what it is for, and show it, once.

    Example: hotline token make "Monthly report" --scope calls:read
    """
    with session_of(open_place(config, data)) as session:
        made = make_token(session, name=name, scopes=scopes, by="cli", now=datetime.now(UTC))
        note_here(session, What.TOKEN, about=name, why=f"made: {' '.join(scopes)}")
        session.commit()
    click.echo(made)


@command.command(name="list")
@place_options
def list_(config: Path | None, data: Path) -> None:
    """List all tokens: number, beginning, what for, when last used."""
    with session_of(open_place(config, data)) as session:
        tokens = all_tokens(session)
        if not tokens:
            click.echo("there is no token yet (hotline token make)")
        for token in tokens:
            state = "revoked" if token.revoked_at else f"used {token.used_at or 'never'}"
            click.echo(f"{token.id}  {token.beginning}…  {token.name}  {' '.join(token.scopes)}  {state}")


@command.command()
@click.argument("token_id", type=int)
@place_options
def revoke(config: Path | None, data: Path, token_id: int) -> None:
    """Revoke a token, by its number."""
    with session_of(open_place(config, data)) as session:
        name = revoke_token(session, token_id, datetime.now(UTC)).name
        note_here(session, What.TOKEN, about=name, why="revoked")
        session.commit()
    click.echo(f"revoked: {name}")
