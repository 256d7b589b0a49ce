"""Actions that wait for their answer. May live here: the futures and the table of one connection that fills them.

The table belongs to one connection and dies with it: what was not answered fails with the cause, and nothing is kept
that could be sent again (a second `Originate` would ring a phone for a call that is long over).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, TypeVar

from router.telephony.ami.errors import (
    AmiActionRefusedError,
    AmiError,
    AmiLinkLostError,
    AmiNoAnswerError,
    AmiNotConnectedError,
    AmiValueError,
    AmiWaitError,
)
from router.telephony.ami.messages import AmiEvent, Response
from router.texts import _

LIST_LIMIT_EVENTS = 100_000
"""No list of ours is near this long; a longer one is a fault, and must not fill the memory."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventList:
    """The answer to an action that lists: the response, the items in order, and the event that closed the list."""

    response: Response
    events: list[AmiEvent]
    complete: AmiEvent

    @property
    def cancelled(self) -> bool:
        """Whether Asterisk broke the list off: it is then not the whole list."""
        return self.complete.get("EventList").lower() == "cancelled"


class AmiFuture(Future[_T], Generic[_T]):
    """A standard future that also knows its action, and refuses to be waited for by the thread that would fill it.

    Callbacks (`add_done_callback`) run in the reader's thread, in the order of the wire: they must be quick.
    """

    def __init__(self, action_name: str, action_id: str, reader: threading.Thread | None = None) -> None:
        super().__init__()
        self.action_name = action_name
        self.action_id = action_id
        self._reader = reader
        self.set_running_or_notify_cancel()  # what is on its way to Asterisk can't be cancelled

    def result(self, timeout: float | None = None) -> _T:
        """The answer; raises its error, or `TimeoutError` after `timeout` seconds (its own limit holds anyway)."""
        self._refuse_to_wait()
        return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """The error, or None; waits like `result`."""
        self._refuse_to_wait()
        return super().exception(timeout)

    @property
    def response(self) -> _T:
        """The answer, waited for, as asterisk-ami spells it; raises where theirs gives None."""
        return self.result()

    def _refuse_to_wait(self) -> None:
        if not self.done() and threading.current_thread() is self._reader:
            raise AmiWaitError(
                _("the reading thread waits for the answer to %(action_name)r", action_name=self.action_name),
                cure=_("use add_done_callback, or hand the work to another thread"),
            )


class ResponseFuture(AmiFuture[Response]):
    """Becomes the `Response`; one that says Error is a result, too (`raise_if_refused`)."""


class ListFuture(AmiFuture[EventList]):
    """Becomes the whole `EventList`; a refused action fails it with `AmiActionRefusedError`."""


@dataclass(slots=True)
class _Waiting:
    future: ResponseFuture | ListFuture
    patience_seconds: float
    deadline: float
    response: Response | None = None
    events: list[AmiEvent] = field(default_factory=list)


class PendingActions:
    """The unanswered actions of one connection. `add` is for any thread, everything else for the reader's alone."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: dict[str, _Waiting] = {}
        self._cause: AmiError | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, future: ResponseFuture | ListFuture, patience_seconds: float) -> None:
        """Wait for this action's answer; raises the cause when the connection has ended meanwhile."""
        with self._lock:
            if self._cause is not None:
                raise AmiNotConnectedError(
                    _(
                        "%(action_name)s not sent: %(message)s",
                        action_name=future.action_name,
                        message=self._cause.message,
                    )
                ) from self._cause
            if future.action_id in self._waiting:
                raise AmiValueError(
                    _("the ActionID %(action_id)r is still waiting for an answer", action_id=future.action_id)
                )
            self._waiting[future.action_id] = _Waiting(future, patience_seconds, self._clock() + patience_seconds)

    def answer(self, response: Response) -> bool:
        """Give a response to whom it belongs; False when nobody waits for it (any more)."""
        action_id = response.keys.get("ActionID", "")
        waiting = self._waiting.get(action_id)
        if waiting is None:
            return False
        if isinstance(waiting.future, ResponseFuture):
            self._drop(action_id)
            waiting.future.set_result(response)
        elif response.is_error():
            self._drop(action_id)
            said = response.get("Message", "no reason given")[:200]
            waiting.future.set_exception(
                AmiActionRefusedError(
                    _("Asterisk refused %(action_name)s: %(said)r", action_name=waiting.future.action_name, said=said),
                    response=response,
                )
            )
        else:
            waiting.response = response
            waiting.deadline = self._clock() + waiting.patience_seconds
        return True

    def collect(self, event: AmiEvent) -> bool:
        """Put an event into the list that it belongs to; False when it belongs to none."""
        action_id = event.keys.get("ActionID")
        if action_id is None:
            return False
        waiting = self._waiting.get(action_id)
        if waiting is None or waiting.response is None or not isinstance(waiting.future, ListFuture):
            return False
        if event.get("EventList").lower() in {"complete", "cancelled"}:
            self._drop(action_id)
            waiting.future.set_result(EventList(response=waiting.response, events=waiting.events, complete=event))
        elif len(waiting.events) >= LIST_LIMIT_EVENTS:
            self._drop(action_id)
            waiting.future.set_exception(
                AmiNoAnswerError(
                    _(
                        "%(action_name)s lists more than %(most)s items",
                        action_name=waiting.future.action_name,
                        LIST_LIMIT_EVENTS=LIST_LIMIT_EVENTS,
                    )
                )
            )
        else:
            waiting.events.append(event)
            waiting.deadline = self._clock() + waiting.patience_seconds
        return True

    def expire(self) -> list[AmiFuture[Response] | AmiFuture[EventList]]:
        """Fail what has waited too long, and say which."""
        now = self._clock()
        with self._lock:
            late = [waiting for waiting in self._waiting.values() if waiting.deadline <= now]
            for waiting in late:
                del self._waiting[waiting.future.action_id]
        for waiting in late:
            waiting.future.set_exception(
                AmiNoAnswerError(
                    _(
                        "no answer to %(action_name)s within %(patience_seconds)g s",
                        action_name=waiting.future.action_name,
                        patience_seconds=waiting.patience_seconds,
                    ),
                    cure=_("Asterisk may have done it or not: look before asking again"),
                )
            )
        return [waiting.future for waiting in late]

    def fail_all(self, cause: AmiError) -> int:
        """The connection has ended: fail everything with the cause, take nothing more; how many failed."""
        with self._lock:
            self._cause = cause
            lost = list(self._waiting.values())
            self._waiting.clear()
        for waiting in lost:
            error = AmiLinkLostError(
                _(
                    "%(action_name)s was sent and not answered: %(message)s",
                    action_name=waiting.future.action_name,
                    message=cause.message,
                ),
                cure=_("Asterisk may have done it or not: look before asking again"),
            )
            error.__cause__ = cause
            waiting.future.set_exception(error)
        return len(lost)

    def _drop(self, action_id: str) -> None:
        with self._lock:
            del self._waiting[action_id]
