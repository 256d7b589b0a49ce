"""What one person, or one request, may have the engine write. May live here: those bounds.

Whatever is asked for goes into a journal that keeps it: a script on a consultant's account, or a phone that dials a
code for ever, must not fill it. What Asterisk did is a fact and never counted or refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from router.logs import logger
from router.texts import _
from router.wire.errors import TooMuchError

log = logger(__name__)

ACTS_A_MINUTE: Final = 60  # of one person; nobody presses a button once a second for a minute
MINUTE_MS: Final = 60_000
MAX_LETTERS: Final = 255  # of one text: a reason, a name
MAX_PARTS: Final = 2_000  # texts and numbers of one request: a large office's order has some hundred


class ActBound:
    """Counts what each person does in the minute at hand. Not thread-safe: whoever shares it takes care."""

    def __init__(self, most: int = ACTS_A_MINUTE) -> None:
        self._most = most
        self._began = 0
        self._done: Counter[str] = Counter()

    def allows(self, who: str, now_ms: int) -> bool:
        """Count one more act of a person; False: it is too much. The log says so once a minute."""
        if not 0 <= now_ms - self._began < MINUTE_MS:
            self._began = now_ms
            self._done.clear()
        self._done[who] += 1
        if self._done[who] == self._most + 1:
            log.warning("acts refused", person=who, most_a_minute=self._most)
        return self._done[who] <= self._most


def check_size(request: Mapping[str, Any]) -> None:
    """Refuse a request whose texts are longer, or more, than anybody means; raises `TooMuchError`."""
    left: list[Any] = [request]
    parts = 0
    while left:
        value = left.pop()
        parts += 1
        if isinstance(value, Mapping):
            left += [*value, *value.values()]
        elif isinstance(value, list):
            left += value
        elif isinstance(value, str) and len(value) > MAX_LETTERS:
            raise TooMuchError(
                _("a text has %(letters)s letters", letters=len(value)),
                cure=_("at most %(most)s: say it shorter", most=MAX_LETTERS),
            )
        if parts + len(left) > MAX_PARTS:
            raise TooMuchError(
                _("a request has more than %(most)s parts", most=MAX_PARTS), cure=_("ask for less at a time")
            )


def too_often() -> TooMuchError:
    """What is said to who has done too much in this minute."""
    return TooMuchError(
        _("more than %(most)s acts of one person in a minute", most=ACTS_A_MINUTE),
        cure=_("wait a minute; what was done until now stands"),
    )
