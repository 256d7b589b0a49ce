"""Ports of 127.0.0.1 that nobody uses at this moment. May live here: nothing else."""

from __future__ import annotations

import socket


def tcp_port() -> int:
    """A free port for AMI or a web page."""
    return _free(socket.SOCK_STREAM)


def udp_port() -> int:
    """A free port for SIP."""
    return _free(socket.SOCK_DGRAM)


def first_rtp_port() -> int:
    """An even one, as Asterisk wants it, with room for a few hundred above it."""
    return min(_free(socket.SOCK_DGRAM), 64000) & ~1


def _free(kind: int) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
