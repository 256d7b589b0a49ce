"""`hotline user list|reset|unlock`: accounts of those who sign in, for whoever has the machine."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

import click

from router.cli.accounts import hashed_password
from router.cli.audit import note_here
from router.cli.database import session_of
from router.cli.options import place_options
from router.cli.settings import open_place
from router.store.people.accounts import account_of, accounts, set_password
from router.store.people.audit import What
from router.store.people.sessions import open_sessions
from router.store.people.tries import forget_tries


@click.group(name="user")
def command() -> None:
    """List who signs in; give somebody a new password; let somebody try again at once."""


@command.command(name="list")
@place_options
def list_(config: Path | None, data: Path) -> None:
    """List all accounts: user name, roles, where they are signed in, when they last signed in."""
    with session_of(open_place(config, data)) as session:
        for user in accounts(session):
            roles = " ".join(role.name for role in user.roles) or "-"
            state = f"signed in {len(open_sessions(session, user.username))} times" if user.active else "off"
            last = f"{user.current_login_at:%Y-%m-%d %H:%M} UTC" if user.current_login_at else "never"
            click.echo(f"{user.username:<20} {roles:<14} {state:<20} last sign-in: {last}")


@command.command()
@click.argument("name")
@place_options
def reset(name: str, config: Path | None, data: Path) -> None:
    """Give NAME a new password and show it, once: it must be changed at the next sign-in.

    All sessions of NAME end at once, on every device; waiting after wrong passwords ends, too.
    """
    place = open_place(config, data)
    with session_of(place) as session:
        user, password = account_of(session, name), secrets.token_urlsafe(12)
        ended = set_password(session, user, hashed_password(place, password), now=datetime.now(UTC))
        forget_tries(session, user.username, secret=place.folder.secret("web-session"))
        note_here(session, What.RESET, about=user.username)
        session.commit()
        click.echo(f"{user.username}: {password}  (shown once; must be changed at the next sign-in)")
        click.echo(f"sessions that ended: {ended}")


@command.command()
@click.argument("name")
@place_options
def unlock(name: str, config: Path | None, data: Path) -> None:
    """Let NAME try to sign in again at once, where too many wrong passwords made them wait."""
    place = open_place(config, data)
    with session_of(place) as session:
        user = account_of(session, name)
        forget_tries(session, user.username, secret=place.folder.secret("web-session"))
        note_here(session, What.UNLOCK, about=user.username)
        session.commit()
        click.echo(f"{user.username} may try again")
