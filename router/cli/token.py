"""`hotline token`: tokens for programs that use the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from router.cli.settings import database_url, open_place
from router.store.base import open_database
from router.store.tokens import SCOPES, all_tokens, make_token, revoke_token


@click.group(name="token")
@click.option("--config", type=click.Path(path_type=Path), help="The site file; without one, the demonstration.")
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Data folder.")
@click.pass_context
def command(context: click.Context, config: Path | None, data: Path) -> None:
    """Make, list and revoke tokens for the API (/api/v1)."""
    context.obj = database_url(open_place(config, data))


@command.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="What it may do.")
@click.pass_obj
def make(url: str, name: str, scopes: tuple[str, ...]) -> None:
    """Make a token and show it, once."""
    with _session(url) as session:
        click.echo(make_token(session, name=name, scopes=scopes, by="cli", now=datetime.now(UTC)))


@command.command(name="list")
@click.pass_obj
def list_(url: str) -> None:
    """List all tokens: number, beginning, what for, when last used."""
    with _session(url) as session:
        for token in all_tokens(session):
            state = "revoked" if token.revoked_at else f"used {token.used_at or 'never'}"
            click.echo(f"{token.id}  {token.beginning}…  {token.name}  {' '.join(token.scopes)}  {state}")


@command.command()
@click.argument("token_id", type=int)
@click.pass_obj
def revoke(url: str, token_id: int) -> None:
    """Revoke a token, by its number."""
    with _session(url) as session:
        click.echo(f"revoked: {revoke_token(session, token_id, datetime.now(UTC)).name}")


@contextmanager
def _session(url: str) -> Iterator[Session]:
    database = open_database(url)
    try:
        with Session(database) as session:
            yield session
            session.commit()
    finally:
        database.dispose()
