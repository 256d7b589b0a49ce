"""Options that several commands share. May live here: their one wording."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def place_options(command: Command) -> Command:
    """`--config` and `--data`: which site, and where it lives."""
    data = click.option(
        "--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Data folder."
    )
    config = click.option(
        "--config", type=click.Path(path_type=Path), help="The site file; without one, the demonstration."
    )
    return config(data(command))
