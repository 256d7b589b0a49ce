"""`hotline up` as its user runs it, on free ports, with real phones. Everything it started ends with it."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from router.engine.socket import EngineClient
from router.errors import HotlineError
from tests.telephony.phones.people import Caller, Phone
from tests.telephony.phones.world import World

ROOT = Path(__file__).resolve().parents[2]
HOTLINE = "4008001234"
SERVICES = itertools.count()

SITE = """
[site]
name = "试验售楼处"
[web]
bind = "127.0.0.1:{web}"
[pbx]
sip_bind = "127.0.0.1:{sip}"
rtp_ports = "{rtp}-{rtp_last}"
ami_port = {ami}
[[trunk]]
name = "carrier"
match = ["127.0.0.2"]
[[hotline]]
number = "4008001234"
trunk = "carrier"
[[consultant]]
id = "A"
name = "陈晨"
phone = {{ account = "101", secret = "secret-101" }}
[[consultant]]
id = "B"
name = "李丽"
phone = {{ account = "102", secret = "secret-102" }}
[[consultant]]
id = "C"
name = "王伟"
extension = "103"
phone = {{ contact = "sip:c@127.0.0.1:{fixed}" }}
[[consultant]]
id = "D"
name = "赵敏"
phone = {{ account = "104", secret = "secret-104" }}
[[plan]]
days = "daily"
slots = [{{ name = "全天", from = "00:00", to = "24:00", call = ["A", "B"], reception = ["C", "D"] }}]
[policy]
ring_seconds = {ring}
"""


def free_port(kind: int) -> int:
    """A port nobody uses at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Service:
    """A whole service in a folder."""

    def __init__(self, folder: Path, ring_seconds: float = 1) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.sip, self.fixed = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
        self.web, self.ami = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM)
        # below the ports that the system gives out, apart from other workers' and tests'
        rtp = 19_000 + (os.getpid() % 8 * 8 + next(SERVICES) % 8) * 200
        self.config = folder / "site.toml"
        text = SITE.format(
            web=self.web, sip=self.sip, ami=self.ami, rtp=rtp, rtp_last=rtp + 199, fixed=self.fixed, ring=ring_seconds
        )
        self.config.write_text(text, encoding="utf-8")
        self.engine = EngineClient(self.data / "engine.sock")
        self.process: subprocess.Popen[str] | None = None
        self.world = World()
        self.phone: dict[str, Phone] = {}
        self.callers: list[Caller] = []

    # --- the service

    def start(self, *options: str) -> str:
        """Start it and wait until it says that it is ready; returns what it said."""
        command = [
            sys.executable,
            "-m",
            "router.cli.main",
            "up",
            "--config",
            str(self.config),
            "--data",
            str(self.data),
            *options,
        ]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                return "".join(said)
        raise AssertionError(f"hotline up ended with {self.process.wait()}:\n{''.join(said)}")

    def stop(self, number: int = signal.SIGINT) -> int:
        """End it as Ctrl-C does, and wait; returns its exit status."""
        if self.process is None:
            return 0
        self.process.send_signal(number)
        status = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        return status

    def end(self) -> None:
        """End service, phones and sockets."""
        try:
            self.stop()
        finally:
            for agent in (*self.phone.values(), *self.callers):
                agent.close()
            self.world.close()

    def pid_of(self, part: str) -> int | None:
        """The process id of a part: engine, web, asterisk, supervisord."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            text = b" ".join(words)
            if (
                str(self.data).encode() in text
                and part.encode() in text
                and b" up " not in text
                and b"-rx" not in words
            ):
                return int(entry.name)
        return None

    # --- its people

    def phones_sign_in(self) -> None:
        """Everybody's phone is there and everybody checks in with *1."""
        server = ("127.0.0.1", self.sip)
        for person, account in (("A", "101"), ("B", "102"), ("D", "104")):
            self.phone[person] = Phone(self.world, server, user=account, secret=f"secret-{account}")
            self.phone[person].signs_in()
        self.phone["C"] = Phone(self.world, server, user="c", bind=("127.0.0.1", self.fixed))
        for person in "ABCD":
            self.phone[person].dials("*1")
        for person in "ABCD":
            self.phone[person].is_let_go(within=10)
        self.until(lambda board: all(p["why_not"] is None for p in board["people"].values()), within=10)

    def caller(self, number: str) -> Caller:
        """A customer with this number."""
        made = Caller(self.world, ("127.0.0.1", self.sip), number=number)
        self.callers.append(made)
        return made

    # --- what the engine knows

    def until(self, condition: Callable[[dict[str, Any]], bool], within: float = 5) -> dict[str, Any]:
        """Wait until the board is so; returns it."""
        deadline = time.monotonic() + within
        board: dict[str, Any] = {}
        while time.monotonic() < deadline:
            try:
                board = self.engine.board()
            except HotlineError:
                board = {}
            if board and condition(board):
                return board
            time.sleep(0.02)
        raise AssertionError(f"the board is not so within {within:g} s: {board}")

    def turns(self) -> dict[str, str]:
        """Everybody's turn."""
        return {turn["person"]: turn["state"] for sheet in self.engine.board()["sheets"] for turn in sheet["turns"]}

    def settle(self) -> None:
        """Wait until no call is on and everybody can be rung, so that the next test begins from rest."""
        self.until(
            lambda board: not board["calls"] and all(p["why_not"] is None for p in board["people"].values()), within=10
        )
