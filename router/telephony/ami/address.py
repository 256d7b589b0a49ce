"""Where the manager interface is and how patient we are with it. May live here: plain settings, no I/O."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiAddress:
    """Host, port and credentials of one Asterisk; TLS when a context is given. The secret never shows in `repr`."""

    host: str
    port: int
    username: str
    secret: str = field(repr=False)
    tls_context: ssl.SSLContext | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiTimes:
    """How long to wait for what, in seconds.

    A half-open link is noticed after at most `ping_seconds + pong_seconds`. Waits between attempts grow from
    `retry_first_seconds` by `retry_factor` up to `retry_limit_seconds`, each up to `retry_jitter` shorter by chance (so
    that several services do not knock in step), and start afresh once a link has stood for `stable_seconds`. After a
    refused login the wait is `refused_seconds` at least: a wrong secret does not mend itself, and Asterisk's own
    log, or a fail2ban beside it, should not fill up.
    """

    connect_seconds: float = 5.0
    login_seconds: float = 5.0
    action_seconds: float = 10.0
    send_seconds: float = 5.0
    ping_seconds: float = 3.0
    pong_seconds: float = 6.0
    retry_first_seconds: float = 0.2
    retry_factor: float = 2.0
    retry_limit_seconds: float = 10.0
    retry_jitter: float = 0.5
    refused_seconds: float = 30.0
    stable_seconds: float = 10.0
