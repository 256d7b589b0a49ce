"""Finding, watching and ending the Asterisk of a configuration file, by its pid.

May live here: /proc, signals, waiting.

A process is ours when it was started with `-C <our file> -f`: no pid file is needed, so none can be stale.
"""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from itertools import pairwise
from pathlib import Path


def running(conf: Path, proc: Path = Path("/proc")) -> int | None:
    """The pid of the Asterisk that runs in the foreground with `conf`; None where there is none."""
    for folder in proc.iterdir():
        if folder.name.isdigit() and is_ours(int(folder.name), conf, proc):
            return int(folder.name)
    return None


def is_ours(pid: int, conf: Path, proc: Path = Path("/proc")) -> bool:
    """Whether `pid` is an Asterisk with `conf`, and no command-line client (`-rx`) of it."""
    try:
        words = (proc / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:  # it ended while we looked, or belongs to somebody else
        return False
    wanted = os.fsencode(conf)
    return b"-f" in words and any(a == b"-C" and b == wanted for a, b in pairwise(words))


def wait_ended(pid: int, seconds: float) -> bool:
    """Wait for `pid` to end, child of ours or not; False where it still runs after `seconds`."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        ended = bool(poll.poll(max(0, round(seconds * 1000))))
    finally:
        os.close(descriptor)
    if ended:
        with suppress(ChildProcessError):  # not a child of ours: its parent takes the exit code
            os.waitpid(pid, os.WNOHANG)
    return ended


def end(pid: int, seconds: float = 3.0) -> None:
    """End `pid`: asked by SIGTERM, forced by SIGKILL after `seconds`."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        if wait_ended(pid, seconds):
            return
