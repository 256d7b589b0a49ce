"""How long work says how far it is. May live here: the call-back's type and a silent one."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of each step: what is done, how much of it, out of how much (0 out of 0 where that can't be known)."""

    def __call__(self, text: str, done: int, total: int, /) -> None:
        """Show it."""


def silent(text: str, done: int, total: int) -> None:
    """Show nothing."""
