"""What the commands for acts share: who asks, what it would bring, having it done. May live here: that way."""

from __future__ import annotations

import getpass
import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from router.cli.options import place_options
from router.cli.settings import Place, open_place
from router.core.errors import Refusal
from router.desk_client.acts import Wish, act_of, group_of
from router.desk_client.client import EngineClient
from router.errors import RequestError
from router.texts import _
from router.wire.board import OfficeBoard
from router.wire.errors import RefusedError

Command = TypeVar("Command", bound=Callable[..., object])


def act_options(command: Command) -> Command:
    """Options that every act has."""
    sure = click.option("--yes", "sure", is_flag=True, help="Do not ask: the consequence is shown and it is done.")
    reason = click.option("--reason", default="", help="Why: it stands in the record.")
    return reason(place_options(sure(command)))


def carry_out(wish: Wish, config: Path | None, data: Path, *, sure: bool) -> None:
    """Show what the act would bring, ask, and have the engine do it; raises `RequestError` where it can't be done."""
    place = open_place(config, data)
    engine = EngineClient(place.folder.socket)
    board = engine.board()
    if not wish.why and wish.kind != "presence":
        raise RequestError(_("a reason is needed: it stands in the record"), cure=_("add --reason"))
    act = act_of(_as_seen(wish, board), board, datetime.now(place.site.zone))
    trial = engine.preview(act.told)
    if trial["refused"]:
        raise RefusedError(Refusal.read(trial["refused"]), cure=_("look at the board"))
    for line in _lines(trial, place):
        click.echo(line)
    if not sure:
        click.confirm("Do it?", abort=True)
    engine.tell(act.told, source="cli", key=f"cli-{secrets.token_hex(8)}", facts=act.facts)
    click.echo("done and recorded")


def _as_seen(wish: Wish, board: OfficeBoard) -> Wish:
    """Who asks, and the version of the sheet that the preview is of."""
    by = user_name()
    if wish.kind not in ("give", "take", "order"):
        return replace(wish, by=by)
    group = wish.group or group_of(board, wish.person)
    sheet = board.running_sheet(group)
    return replace(wish, by=by, group=group, version=str(sheet.version) if sheet else "")


def user_name() -> str:
    """Who runs the command, as records name them."""
    try:
        return f"{getpass.getuser()} (cli)"
    except (KeyError, OSError):  # a container whose user has no name
        return f"uid {os.getuid()} (cli)"


def _lines(trial: dict[str, Any], place: Place) -> list[str]:
    names = {consultant.id: consultant.name for consultant in place.site.consultants}

    def name(person: str | None) -> str:
        return f"{names.get(person, person)} ({person})" if person else "nobody"

    lines = []
    for group, turns in trial["after"]["sheets"].items():
        before = trial["before"]["sheets"].get(group, [])
        if turns != before:
            lines.append(f"{group} before: {_order(before)}")
            lines.append(f"{group} after:  {_order(turns)}")
    lines.append(f"next in line: {name(trial['before']['next'])} -> {name(trial['after']['next'])}")
    if trial["rings"]:
        lines.append(f"rings at once: {', '.join(name(person) for person in trial['rings'])}")
    return lines


def _order(turns: list[dict[str, Any]]) -> str:
    return ", ".join(f"{turn['person']} {turn['state']}{' +1' if turn['owed'] else ''}" for turn in turns)
