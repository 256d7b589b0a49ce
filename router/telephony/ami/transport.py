"""One TCP or TLS connection, read by one thread and written by any. May live here: sockets and polling, nothing of AMI.

Why by hand, without the socket module's own time-outs: a quiet line is no error; a reader must wake when we close; one
write is whole or the connection is over (asterisk-ami uses `send` and no lock, so two actions could mix); and OpenSSL
allows only one call at a time on a connection. So the socket never blocks, each call on it is made under a lock, and
waiting is done by `poll` outside of that lock: Asterisk may wait for us to read while we wait for it to read.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import select
import socket
import ssl
import threading
from time import monotonic
from typing import Final

from router.telephony.ami.address import AmiAddress
from router.telephony.ami.errors import AmiClosedError, AmiConnectError, AmiLinkLostError
from router.texts import _

_CHUNK_BYTES: Final = 64 * 1024
_NOT_YET: Final = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Waker:
    """A bell that ends any wait of the reader: rung once, it stays so."""

    def __init__(self) -> None:
        self._descriptor = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._lock = threading.Lock()
        self.rung = False

    def ring(self) -> None:
        """End all waits, now and later; from any thread."""
        with self._lock:
            if not self.rung:
                self.rung = True
                os.eventfd_write(self._descriptor, 1)

    def wait(self, seconds: float) -> bool:
        """Sleep until it rings or the time is over; whether it rang."""
        return self.wait_for(None, 0, seconds) is None

    def wait_for(self, descriptor: int | None, events: int, seconds: float) -> bool | None:
        """Wait for a socket: True when it is ready, False when the time is over, None when the bell rang."""
        poller = select.poll()
        poller.register(self._descriptor, select.POLLIN)
        if descriptor is not None:
            poller.register(descriptor, events)
        ready = dict(poller.poll(max(0.0, seconds) * 1000))
        if self._descriptor in ready:
            return None
        return bool(ready)

    def close(self) -> None:
        """Give the descriptor back; only once nobody waits any more."""
        with self._lock:
            self.rung = True
            os.close(self._descriptor)


class Transport:
    """An open connection. `receive` is for one thread, `send` and `shutdown` for any."""

    def __init__(self, connection: socket.socket, waker: Waker) -> None:
        self._socket = connection
        self._waker = waker
        self._call_lock = threading.Lock()  # one call on the socket at a time
        self._send_lock = threading.Lock()  # one whole message at a time
        self._over = ""  # why, once it is over
        peer = connection.getpeername()[0]
        self.encrypted = isinstance(connection, ssl.SSLSocket)
        self.loopback = ipaddress.ip_address(peer.partition("%")[0]).is_loopback

    @property
    def over(self) -> str:
        """Why the connection is over; empty while it is not."""
        return self._over

    def receive(self, wait_seconds: float) -> bytes:
        """The next bytes; empty when none came in time. Raises when the connection is over, or we are to stop."""
        data, want = self._try_receive()
        if not data and want:
            if self._waker.wait_for(self._socket.fileno(), want, wait_seconds) is None:
                raise _stopped()
            data, _ = self._try_receive()
        return data

    def _try_receive(self) -> tuple[bytes, int]:
        """Bytes that are there, or what to wait for."""
        if self._waker.rung:
            raise _stopped()
        if self._over:
            raise AmiLinkLostError(self._over)
        try:
            with self._call_lock:
                data = self._socket.recv(_CHUNK_BYTES)
        except _NOT_YET as error:
            return b"", _direction(error, select.POLLIN)
        except OSError as error:
            raise AmiLinkLostError(_("reading from Asterisk failed: %(why)s", why=_why(error))) from error
        if not data:
            raise AmiLinkLostError(_("Asterisk closed the connection"))
        return data, 0

    def send(self, data: bytes, patience_seconds: float) -> None:
        """Send all of it, unmixed with other threads' messages. What can't be sent whole ends the connection."""
        deadline = monotonic() + patience_seconds
        if not self._send_lock.acquire(timeout=patience_seconds):
            raise self._broken(f"Asterisk has taken nothing for {patience_seconds:g} s")
        try:
            self._send_all(memoryview(data), deadline)
        except (OSError, TimeoutError) as error:
            raise self._broken(f"writing to Asterisk failed: {_why(error)}") from error
        finally:
            self._send_lock.release()

    def _send_all(self, rest: memoryview, deadline: float) -> None:
        while rest:
            if self._over:
                raise AmiLinkLostError(self._over)
            try:
                with self._call_lock:
                    sent = self._socket.send(rest)
            except _NOT_YET as error:
                self._wait_to_send(_direction(error, select.POLLOUT), deadline)
            else:
                rest = rest[sent:]

    def _wait_to_send(self, events: int, deadline: float) -> None:
        poller = select.poll()
        poller.register(self._socket.fileno(), events)
        if not poller.poll(max(0.0, deadline - monotonic()) * 1000):
            raise TimeoutError("it does not read what we send")

    def _broken(self, why: str) -> AmiLinkLostError:
        """A sender's failure is the end for the reader, too: half a message may be on the wire."""
        self.shutdown(why)
        return AmiLinkLostError(why)

    def shutdown(self, why: str) -> None:
        """End the connection so that whoever waits on it wakes; the descriptor stays until `close`."""
        self._over = self._over or why
        with contextlib.suppress(OSError):  # the other side may have been faster
            # Not SSLSocket's own: it would let the reader read on without TLS.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """End the connection and give its descriptor back, once no sender is inside any more."""
        self.shutdown("closed")
        with self._send_lock, self._call_lock:
            self._socket.close()


def open_transport(address: AmiAddress, waker: Waker, patience_seconds: float) -> Transport:
    """Connect, with TLS where the address has a context.

    Raises `AmiConnectError` with the cause, `AmiClosedError` when the waker rings.
    """
    deadline = monotonic() + patience_seconds
    try:
        candidates = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise _unreachable(address, error) from error
    failure: OSError = ConnectionError("no address")
    for family, kind, protocol, _name, target in candidates:
        try:
            return Transport(_open(address, waker, deadline, socket.socket(family, kind, protocol), target), waker)
        except OSError as error:  # TLS errors and time-outs are OSErrors, too
            failure = error
    raise _unreachable(address, failure) from failure


def _open(address: AmiAddress, waker: Waker, deadline: float, plain: socket.socket, target: object) -> socket.socket:
    """Connect one socket, or close it again."""
    connection = plain
    try:
        plain.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            plain.connect(target)  # type: ignore[arg-type]  # as getaddrinfo gave it
        _wait(waker, plain, select.POLLOUT, deadline)
        _raise_if_failed(plain)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # an Originate must not wait for an earlier ACK
        if address.tls_context is not None:
            connection = _encrypt(address.tls_context, address.host, waker, deadline, plain)
    except BaseException:
        connection.close()
        raise
    return connection


def _raise_if_failed(connection: socket.socket) -> None:
    code = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))


def _encrypt(context: ssl.SSLContext, host: str, waker: Waker, deadline: float, plain: socket.socket) -> ssl.SSLSocket:
    encrypted = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    try:
        while True:
            try:
                encrypted.do_handshake()
            except _NOT_YET as error:
                _wait(waker, encrypted, _direction(error, select.POLLIN), deadline)
            else:
                return encrypted
    except BaseException:
        encrypted.close()
        raise


def _wait(waker: Waker, connection: socket.socket, events: int, deadline: float) -> None:
    """Wait for a socket that is being opened."""
    ready = waker.wait_for(connection.fileno(), events, deadline - monotonic())
    if ready is None:
        raise _stopped()
    if not ready:
        raise TimeoutError("no answer in time")


def _direction(error: OSError, usual: int) -> int:
    """What to poll for: TLS may have to read in order to write, and the other way round."""
    if isinstance(error, ssl.SSLWantReadError):
        return select.POLLIN
    return select.POLLOUT if isinstance(error, ssl.SSLWantWriteError) else usual


def _stopped() -> AmiClosedError:
    return AmiClosedError(_("closed by ourselves"))


def _why(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def _unreachable(address: AmiAddress, error: OSError) -> AmiConnectError:
    return AmiConnectError(
        _("no connection to Asterisk's manager at %(address)s: %(why)s", address=address, why=_why(error)),
        cure=_("is Asterisk running, manager.conf enabled, and are bindaddr, port and TLS as configured?"),
    )
