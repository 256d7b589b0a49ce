"""Lists that come in parts: which is asked for, and where the next begins. May live here: cursors.

A cursor says behind which line a part begins, signed: programs hand it back as they got it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from flask import abort
from pydantic import AwareDatetime, TypeAdapter

from router.store.paging import Part
from router.web.admission import refusal
from router.web.api import shapes
from router.web.once import keyed_digest
from router.web.shared import EARLIEST, LATEST

Row = TypeVar("Row")
Key = tuple[Any, ...]
KEYS: dict[str, TypeAdapter[Any]] = {  # what each list is ordered by
    "calls": TypeAdapter(tuple[AwareDatetime, str]),
    "forms": TypeAdapter(tuple[AwareDatetime, int]),
    "findings": TypeAdapter(tuple[date, str, str, int]),
}
MARK_BYTES = 16


def part_asked(name: str, query: shapes.Days) -> Part:
    """Which part of a list; the request ends with a refusal where that is none."""
    since = query.since
    if since is not None and not (since.tzinfo and EARLIEST < since.date() < LATEST):
        abort(refusal(422, "since is no moment", "write it like 2026-11-24T09:30:00Z", id_="since"))
    return Part(limit=query.limit, since=since, after=_behind(name, query.cursor) if query.cursor else None)


def cut(name: str, rows: Sequence[Row], part: Part, key: Callable[[Row], Key]) -> tuple[Sequence[Row], str | None]:
    """The part's rows, and the cursor of the next part; None where nothing follows."""
    rows_here = rows[: part.limit]
    if len(rows) <= part.limit:
        return rows_here, None
    text = KEYS[name].dump_json(key(rows_here[-1]))
    return rows_here, base64.urlsafe_b64encode(_mark(name, text) + text).decode().rstrip("=")


def _behind(name: str, cursor: str) -> Key:
    try:
        read = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        read = b""
    mark, text = read[:MARK_BYTES], read[MARK_BYTES:]
    if not hmac.compare_digest(mark, _mark(name, text)):
        abort(refusal(422, "there is no such cursor", "take next of the answer before", id_="cursor"))
    behind: Key = KEYS[name].validate_json(text)
    return behind


def _mark(name: str, text: bytes) -> bytes:
    return bytes.fromhex(keyed_digest(b"cursor", name.encode(), text))[:MARK_BYTES]
