"""Ports that a start needs. May live here: finding out whether they are free, and saying which setting moves them."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from router.errors import ConfigurationError
from router.texts import _


class PortInUseError(ConfigurationError):
    """A port that we need belongs to somebody else."""

    id = "port-in-use"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A port, and the setting that chooses it."""

    host: str
    port: int
    udp: bool
    what: str
    setting: str


def check_free(wanted: Sequence[Wanted], file: Path) -> None:
    """Raise `PortInUseError` naming every port that is taken, the setting that moves it, and its `file`."""
    taken = [want for want in wanted if not _is_free(want)]
    if taken:
        words = "; ".join(f"{w.host}:{w.port}/{'udp' if w.udp else 'tcp'} ({w.what}, {w.setting})" for w in taken)
        raise PortInUseError(
            _("ports in use: %(words)s", words=words),
            cure=_("stop what uses them, or change these settings in %(file)s", file=file),
        )


def _is_free(want: Wanted) -> bool:
    kind = socket.SOCK_DGRAM if want.udp else socket.SOCK_STREAM
    family = socket.AF_INET6 if ":" in want.host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if not want.udp:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free to listen on
        try:
            probe.bind((want.host, want.port))
        except OSError:
            return False
    return True
