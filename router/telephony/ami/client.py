"""The AMI client that the rest of telephony uses: one link to one Asterisk, mended for ever until closed.

May live here: the thread that keeps the link, its states, and what is handed to and from other threads.

Theory. One thread per client does everything in order: connect, sign in, `on_connected`, then each message as it comes,
at the end `on_disconnected`, wait, again. So callbacks never overtake each other, and the order of the wire is theirs.
They must be quick (put it into a mailbox), and may send actions, but not wait for answers (`AmiWaitError`, instead of
waiting for ever). What was sent and not answered when a link ends has failed; it is never sent again.
"""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from collections.abc import Callable, Mapping
from enum import StrEnum
from time import monotonic
from types import MappingProxyType, TracebackType
from typing import Any, Final, Self, TypeVar

from asterisk.ami import EventListener

from router.errors import HotlineError
from router.logs import logger, state
from router.telephony.ami.address import AmiAddress, AmiTimes
from router.telephony.ami.backoff import Backoff
from router.telephony.ami.errors import (
    AmiClosedError,
    AmiConnectError,
    AmiError,
    AmiLinkLostError,
    AmiLoginRefusedError,
    AmiNotAsteriskError,
    AmiNotConnectedError,
)
from router.telephony.ami.messages import AmiAction, AmiEvent, encode
from router.telephony.ami.pending import ListFuture, ResponseFuture
from router.telephony.ami.session import Session
from router.telephony.ami.transport import Transport, Waker, open_transport
from router.texts import _

log = logger(__name__)
_HOPELESS: Final = (AmiLoginRefusedError, AmiNotAsteriskError, AmiClosedError)
F = TypeVar("F", ResponseFuture, ListFuture)


class LinkState(StrEnum):
    """Where the link is."""

    NEW = "new"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"  # until the next attempt
    CLOSED = "closed"


_NEXT: Final[Mapping[LinkState, frozenset[LinkState]]] = MappingProxyType(
    {
        LinkState.NEW: frozenset({LinkState.CONNECTING, LinkState.CLOSED}),
        LinkState.CONNECTING: frozenset({LinkState.CONNECTED, LinkState.WAITING, LinkState.CLOSED}),
        LinkState.CONNECTED: frozenset({LinkState.WAITING, LinkState.CLOSED}),
        LinkState.WAITING: frozenset({LinkState.CONNECTING, LinkState.CLOSED}),
        LinkState.CLOSED: frozenset(),
    }
)


class AmiClient:
    """A link to Asterisk's manager; all methods are for any thread.

    `on_connected(client)` comes after each sign-in, before any event of that link; `on_disconnected(cause)` once for
    each of them; `on_event(event)` for every event that is no part of a list asked for. An exception from a callback is
    logged and harms nothing else.
    """

    def __init__(
        self,
        address: AmiAddress,
        *,
        on_event: Callable[[AmiEvent], None] | None = None,
        on_connected: Callable[[AmiClient], None] | None = None,
        on_disconnected: Callable[[AmiError], None] | None = None,
        times: AmiTimes | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self.address = address
        self._times = times or AmiTimes()
        self._on_event = on_event
        self._on_connected = on_connected
        self._on_disconnected = on_disconnected
        self._listeners: tuple[Callable[..., Any], ...] = ()
        self._backoff = Backoff(self._times, chance)
        self._changed = threading.Condition()
        self._state = LinkState.NEW
        self._cause: AmiError | None = None
        self._session: Session | None = None
        self._thread: threading.Thread | None = None
        self._waker: Waker | None = None
        self.version = ""
        """The manager protocol's version, as Asterisk greeted; empty before the first link."""

    # --- what others ask of it

    @property
    def state(self) -> LinkState:
        """Where the link is now."""
        return self._state

    @property
    def connected(self) -> bool:
        """Whether it is signed in now."""
        return self._session is not None

    @property
    def cause(self) -> AmiError | None:
        """Why the link, or the last attempt at it, ended; None while it stands and before the first."""
        return self._cause

    def connect(self) -> None:
        """Start keeping the link, without waiting for it. Once is enough; more is harmless."""
        with self._changed:
            if self._state is LinkState.CLOSED:
                raise AmiClosedError(_("this client was closed; make a new one"))
            if self._thread is None:
                self._waker = Waker()
                self._thread = threading.Thread(target=self._keep, args=(self._waker,), name="ami", daemon=True)
                self._thread.start()

    def login(self, timeout_seconds: float | None = None) -> None:
        """Start if need be and wait for the sign-in.

        Raises at once when the login is refused or no Asterisk is there, else the last cause when the time is over (an
        Asterisk that is just starting is waited for). It keeps trying afterwards, too: close it if that is not wanted.
        """
        patience = (
            self._times.connect_seconds + self._times.login_seconds if timeout_seconds is None else timeout_seconds
        )
        self.connect()
        with self._changed:
            self._changed.wait_for(lambda: self.connected or isinstance(self._cause, _HOPELESS), patience)
            if self.connected:
                return
            if self._cause is not None:
                raise self._cause
        raise AmiConnectError(
            _("no sign-in to Asterisk at %(address)s within %(patience)g s", address=self.address, patience=patience)
        )

    def logoff(self) -> None:
        """Say goodbye and close."""
        with contextlib.suppress(HotlineError, TimeoutError):
            self.send_action(AmiAction("Logoff")).result(1.0)
        self.close()

    def close(self) -> None:
        """End the link for good: no thread, socket or descriptor is left, waiting futures have failed."""
        with self._changed:
            thread, waker = self._thread, self._waker
            if waker is not None:
                waker.ring()
            elif self._state is not LinkState.CLOSED:
                self._enter(LinkState.CLOSED, AmiClosedError(_("closed by ourselves")))
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def send_action(self, action: Any, *, timeout_seconds: float | None = None) -> ResponseFuture:
        """Send an action, ours or asterisk-ami's; the future becomes its `Response`, or fails with an `AmiError`.

        Raises `AmiValueError` at once for what can't be said safely. `timeout_seconds` defaults to `action_seconds`.
        """
        return self._send(action, ResponseFuture, timeout_seconds)

    def send_action_list(self, action: Any, *, timeout_seconds: float | None = None) -> ListFuture:
        """Send an action that lists (`CoreShowChannels`, `DeviceStateList`, ...); the future becomes the `EventList`.

        Its events do not go to `on_event`. The time-out is for each next item, not for all of them.
        """
        return self._send(action, ListFuture, timeout_seconds)

    def add_event_listener(self, on_event: Callable[..., Any] | None = None, **rules: Any) -> Callable[..., Any]:
        """As in asterisk-ami: `listener(event=..., source=...)`, filtered by `white_list`, `black_list` or header."""
        listener = EventListener(on_event=on_event, **rules) if rules or on_event is None else on_event
        self._listeners = (*self._listeners, listener)
        return listener

    def remove_event_listener(self, listener: Callable[..., Any]) -> None:
        """Stop calling it."""
        self._listeners = tuple(other for other in self._listeners if other is not listener)

    def __enter__(self) -> Self:
        self.login()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, action: Any, make: Callable[..., F], timeout_seconds: float | None) -> F:
        session = self._session
        patience = self._times.action_seconds if timeout_seconds is None else timeout_seconds
        if session is not None:
            try:
                return session.send(action, make, patience)
            except AmiNotConnectedError as error:  # it ended in this very moment
                return _unsent(action, make, error)
        encode(action, "check")  # a bad value is the caller's fault, link or no link
        return _unsent(
            action, make, AmiNotConnectedError(_("%(name)s not sent: there is no link to Asterisk", name=action.name))
        )

    # --- the thread that keeps the link

    def _keep(self, waker: Waker) -> None:
        """Link after link, with waits between, until closed."""
        try:
            while not waker.rung:
                begun = monotonic()
                cause = self._one_link(waker)
                if self._state is LinkState.CLOSED:
                    break
                wait_seconds = self._backoff.after(
                    lasted_seconds=monotonic() - begun, refused=isinstance(cause, AmiLoginRefusedError)
                )
                log.info("retry", seconds=round(wait_seconds, 2), at=self.address)
                waker.wait(wait_seconds)
        finally:
            with self._changed:
                if self._state is not LinkState.CLOSED:
                    self._enter(LinkState.CLOSED, AmiClosedError(_("closed by ourselves")))
                self._waker = None
                waker.close()

    def _one_link(self, waker: Waker) -> AmiError:
        """One link from connecting to its end; gives the cause, whatever happens."""
        self._change(LinkState.CONNECTING)
        try:
            transport = open_transport(self.address, waker, self._times.connect_seconds)
        except AmiError as error:
            self._leave(waker, error)
            return error
        session = Session(transport, self._times, self._deliver, threading.current_thread())
        cause: AmiError
        try:
            self._warn_if_readable(transport)
            self.version = session.sign_in(self.address)
            self._session = session
            self._change(LinkState.CONNECTED)
            self._call(self._on_connected, self)
            cause = session.run()
        except AmiError as error:
            cause = error
        except Exception as error:  # a fault of ours must not end the thread that keeps the link
            log.exception("internal error")
            cause = AmiLinkLostError(_("internal error: %(name)s", name=type(error).__name__))
        self._end(session, waker, cause)
        return cause

    def _end(self, session: Session, waker: Waker, cause: AmiError) -> None:
        """Take the link out of use, fail what waits, tell."""
        was_connected, self._session = self._session is session, None
        session.end(cause)
        self._leave(waker, cause)
        if was_connected:
            self._call(self._on_disconnected, cause)

    def _leave(self, waker: Waker, cause: AmiError) -> None:
        self._change(LinkState.CLOSED if waker.rung else LinkState.WAITING, cause)

    def _deliver(self, event: AmiEvent) -> None:
        """Give one event to whoever listens."""
        if self._on_event is not None:
            self._call(self._on_event, event)
        for listener in self._listeners:
            self._call(listener, event=event, source=self)

    @staticmethod
    def _call(callback: Callable[..., Any] | None, *arguments: Any, **named: Any) -> None:
        if callback is not None:
            try:
                callback(*arguments, **named)
            except Exception:
                log.exception("callback failed", callback=getattr(callback, "__qualname__", callback))

    def _warn_if_readable(self, transport: Transport) -> None:
        if not transport.loopback and not transport.encrypted:
            log.warning("secret and numbers cross the network unencrypted", at=self.address, cure="use TLS")

    def _change(self, to: LinkState, cause: AmiError | None = None) -> None:
        with self._changed:
            self._enter(to, cause)

    def _enter(self, to: LinkState, cause: AmiError | None) -> None:
        """Change the state, with the lock held."""
        if to not in _NEXT[self._state]:
            raise AssertionError(f"AMI link: {self._state} can't become {to}")
        level = logging.WARNING if to is LinkState.WAITING else logging.INFO
        why = {"id": cause.id, "cause": cause} if cause else {}
        state(log, self._state, to, level=level, of="link", at=self.address, **why)
        self._state = to
        if to is not LinkState.CONNECTING:
            self._cause = cause
        self._changed.notify_all()


def _unsent(action: Any, make: Callable[[str, str], F], error: AmiNotConnectedError) -> F:
    """A future that has failed already, so that callers need only one way of handling failure."""
    log.warning("not sent: no link", action=action.name)
    future = make(action.name, "")
    future.set_exception(error)
    return future
