"""What `hotline doctor` asks about the machine under a private Asterisk. May live here: single questions, no cures."""

from __future__ import annotations

import socket
import threading
import time


def host_name_seconds(limit_seconds: float = 3.0) -> float | None:
    """How long the look-up of this machine's own name takes; None where it fails or takes longer than the limit.

    A name that doesn't resolve stalls calls by 10-30 s each (measured); `127.0.0.1 NAME` in /etc/hosts cures it.
    """
    done: list[float] = []

    def look_up() -> None:
        began = time.monotonic()
        try:
            socket.getaddrinfo(socket.gethostname(), None)
        except OSError:
            return
        done.append(time.monotonic() - began)

    thread = threading.Thread(target=look_up, name="own-host-name", daemon=True)  # a stalled look-up can't be ended
    thread.start()
    thread.join(limit_seconds)
    return done[0] if done else None
