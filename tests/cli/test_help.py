"""`hotline --help`: every command, argument and option says in English what it is for."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from router.cli.main import COMMANDS, cli

TAGLINE = "售楼处热线派接。"


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


EVERY = dict(_commands(cli))


@pytest.mark.parametrize("name", EVERY)
def test_a_command_says_what_it_does_and_each_option_what_it_is_for(name: str) -> None:
    command = EVERY[name]
    assert command.help
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    assert [option.opts for option in options if not option.help] == []


@pytest.mark.parametrize("name", ["", *EVERY])
def test_help_is_english(name: str) -> None:
    command = EVERY[name] if name else cli
    text = command.get_help(click.Context(command, info_name=f"hotline {name}".strip()))
    words = text.replace(TAGLINE, "")
    assert [character for character in words if "\u3400" <= character <= "\u9fff"] == []


def test_every_command_has_its_line_in_the_list() -> None:
    text = cli.get_help(click.Context(cli, info_name="hotline"))
    assert [name for name, (_module, line) in COMMANDS.items() if line.split()[0] not in text or name not in text] == []
