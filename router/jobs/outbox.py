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
from router.store.notices.changes import claim_message, message_tried
from router.store.notices.queries import message_due, targets_due
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
        """Have each target that has something due sent to, in a thread of its own; one still busy is left alone."""
        for name in self._due():
            if name in self._busy and self._busy[name].is_alive():
                continue
            target = next((one for one in self.targets() if one.name == name), None)
            thread = threading.Thread(target=self._send_all, args=(name, target), name=f"outbox-{name}", daemon=True)
            self._busy[name] = thread
            thread.start()
        patience = time.monotonic() + PATIENCE_SECONDS
        for thread in list(self._busy.values()):
            thread.join(max(0.0, patience - time.monotonic()))
        return True

    def _due(self) -> Sequence[str]:
        with Session(self.database) as session:
            return targets_due(session, self.clock())

    def _send_all(self, name: str, target: Target | None) -> None:
        """Send one message after another, each claimed right before, until none is due."""
        while (claimed := self._claim(name)) is not None:
            self._settle(claimed.id, self._send(target, claimed))

    def _claim(self, name: str) -> OutboxRow | None:
        with Session(self.database, expire_on_commit=False) as session:
            while (row := message_due(session, name, self.clock())) is not None:
                if claim_message(session, row, self.clock() + SENDING):
                    return row
        return None

    def _send(self, target: Target | None, message: OutboxRow) -> str:
        if target is None:
            return "there is no such target any more"
        try:
            failure = target.send(message.key, message.body)
        except Exception as error:  # whatever a library does, the outbox goes on
            log.exception("target failed", target=target.name)
            return type(error).__name__
        if failure:
            log.warning("message refused", target=target.name, message=message.id, why=failure)
        return failure

    def _settle(self, message_id: int, failure: str) -> None:
        with Session(self.database) as session:
            message_tried(session.get_one(OutboxRow, message_id), self.clock(), failure)
            session.commit()
