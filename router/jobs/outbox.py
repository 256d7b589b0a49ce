"""The outbox at work: each message to its target, tried again with growing pauses. May live here: that.

A target that hangs holds up nobody else: each has a thread of its own, and one still busy is left alone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.jobs.targets import Target
from router.logs import logger
from router.store.notices.changes import message_tried
from router.store.notices.queries import messages_due
from router.store.tables.notices import OutboxRow

log = logger(__name__)

PATIENCE_SECONDS = 1.0  # how long a look waits for targets; what takes longer goes on by itself
SENDING = timedelta(minutes=5)  # a message that is being sent is not sent by another process meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """The job: send what is due."""

    database: Engine
    targets: Callable[[], Sequence[Target]]
    clock: Callable[[], datetime]
    name: str = "outbox"
    _busy: dict[str, threading.Thread] = field(default_factory=dict)

    def look(self) -> bool:
        """Hand each target what is due for it."""
        for name, messages in self._due().items():
            target = next((one for one in self.targets() if one.name == name), None)
            if target is None:
                self._settle([(row_id, "there is no such target any more") for row_id, _, _ in messages])
            elif not (name in self._busy and self._busy[name].is_alive()):
                self._busy[name] = threading.Thread(
                    target=self._send, args=(target, messages), name=f"outbox-{name}", daemon=True
                )
                self._busy[name].start()
        patience = time.monotonic() + PATIENCE_SECONDS
        for thread in list(self._busy.values()):
            thread.join(max(0.0, patience - time.monotonic()))
        return True

    def _due(self) -> dict[str, list[tuple[int, str, dict[str, object]]]]:
        """Messages by target; they are put aside for a while, so that a second look does not send them again."""
        due: dict[str, list[tuple[int, str, dict[str, object]]]] = {}
        with Session(self.database) as session:
            for row in messages_due(session, self.clock()):
                if row.target in self._busy and self._busy[row.target].is_alive():
                    continue
                due.setdefault(row.target, []).append((row.id, row.key, row.body))
                row.next_at = self.clock() + SENDING
            session.commit()
        return due

    def _send(self, target: Target, messages: list[tuple[int, str, dict[str, object]]]) -> None:
        for row_id, key, body in messages:
            try:
                failure = target.send(key, body)
            except Exception as error:  # whatever a library does, the outbox goes on
                log.exception("target failed", target=target.name)
                failure = type(error).__name__
            self._settle([(row_id, failure)])
            if failure:
                log.warning("message refused", target=target.name, message=row_id, why=failure)

    def _settle(self, results: list[tuple[int, str]]) -> None:
        with Session(self.database) as session:
            for row_id, failure in results:
                message_tried(session.get_one(OutboxRow, row_id), self.clock(), failure)
            session.commit()
