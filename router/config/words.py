"""How a mistake of a site file is raised, and how its values are quoted. May live here: that, and no text."""

from __future__ import annotations

from typing import Any

from pydantic_core import PydanticCustomError

SHOWN_CHARACTERS = 60


def shown(value: object) -> str:
    """A value as a message quotes it: one line, not too long; tables and lists are not quoted (a secret may be in)."""
    if isinstance(value, (dict, list)):
        return "…"
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def plain(key: object) -> str:
    """A key of the file as messages name it: as it is, unless it would disturb the line."""
    text = str(key)
    return text if text.isprintable() and len(text) <= SHOWN_CHARACTERS else shown(text)


def wrong(mistake: str, /, **values: Any) -> PydanticCustomError:
    """The error that a validator raises.

    `keys` among the values: the keys of the table that the mistake rests on; `at`: the one to point at.
    """
    return PydanticCustomError(mistake, "{id}", {"id": mistake, **values})
