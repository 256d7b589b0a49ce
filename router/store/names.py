"""People's names as the database has them now, those of people who left among them. May live here: that mapping."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from router.store.base import open_database
from router.store.site import ConsultantRow

log = logging.getLogger(__name__)

FRESH_SECONDS = 5.0


class Names(Mapping[str, str]):
    """Name by id, read anew at most every 5 s; with the database away, as last known. Safe from any thread."""

    def __init__(self, url: str, known: Mapping[str, str]) -> None:
        self._url = url
        self._known = dict(known)
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def __getitem__(self, person: str) -> str:
        return self._now()[person]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def _now(self) -> Mapping[str, str]:
        """The names; one thread at a time reads them anew, the others take those known."""
        with self._lock:
            is_due = time.monotonic() >= self._read_at + FRESH_SECONDS
            if is_due:
                self._read_at = time.monotonic()
        if is_due:
            self._known = self._read()
        return self._known

    def _read(self) -> dict[str, str]:
        database = open_database(self._url)
        try:
            with Session(database) as session:
                rows = session.execute(select(ConsultantRow.code, ConsultantRow.name))
                return {**self._known, **{row.code: row.name for row in rows}}
        except SQLAlchemyError as error:
            log.warning("names not read why=%r", type(error).__name__)
            return self._known
        finally:
            database.dispose()
