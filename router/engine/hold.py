"""The desk stands still after an outage, until what really happened has been told. May live here: when, and how long.

While the router or its link was away people have answered, and callers have gone. Were time to pass first, who answered
would forfeit, and who was answered be missed. So the desk stays at its last moment, hears what there is to hear, and
only then lets the time pass that has passed. Not for ever: an Asterisk that does not come back tells nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final

HOLD_SECONDS: Final = 60.0
HELD_LOOK_SECONDS: Final = 0.05


class StandStill:
    """For one thread. `is_abreast`: whether all that happened has been told."""

    def __init__(self, is_abreast: Callable[[], bool]) -> None:
        self._is_abreast = is_abreast
        self._since: float | None = None
        self._is_over = True
        self._is_given_up = False  # this outage lasts too long

    @property
    def holds(self) -> bool:
        """Whether time stands still."""
        return self._since is not None

    def look(self, *, is_needed: bool) -> None:
        """Before the post is taken: what is told of an outage lies in it when all of it has been told."""
        now = monotonic()
        is_abreast = self._is_abreast()
        self._is_given_up = self._is_given_up and not is_abreast
        self._is_over = not is_needed or is_abreast or self._is_given_up
        if self._is_over:
            return  # it ends after that post
        self._since = now if self._since is None else self._since
        self._is_over = self._is_given_up = now - self._since >= HOLD_SECONDS

    def end_if_over(self) -> None:
        """After the post: time goes on."""
        if self._is_over:
            self._since = None

    def end(self) -> None:
        """Time goes on at once."""
        self._since = None
