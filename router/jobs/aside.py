"""Asking what may hang: a database whose server is frozen says neither yes nor no. May live here: asking it aside."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from router.errors import StoreError
from router.texts import _

Value = TypeVar("Value")


class NoAnswerError(StoreError):
    """What was asked has not answered in time."""

    id = "no-answer"


@dataclass(slots=True)
class Aside(Generic[Value]):
    """Asks in a thread of its own, one at a time; while one question hangs the next is not asked."""

    patience_seconds: float
    _thread: threading.Thread | None = field(default=None, init=False)

    def ask(self, question: Callable[[], Value]) -> Value:
        """The answer, or what it raises; raises `NoAnswerError` when it takes too long."""
        if self._thread is not None and self._thread.is_alive():
            raise NoAnswerError(_("the database does not answer"))
        said: list[Value] = []
        failed: list[Exception] = []

        def work() -> None:
            try:
                said.append(question())
            except Exception as error:
                failed.append(error)

        self._thread = threading.Thread(target=work, name="aside", daemon=True)
        self._thread.start()
        self._thread.join(self.patience_seconds)
        if failed:
            raise failed[0]
        if not said:
            raise NoAnswerError(_("the database does not answer"))
        return said[0]
