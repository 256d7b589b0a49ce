"""`hotline up` as its user runs it, on free ports, with real phones. Everything it started ends with it."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from router.cli.asterisk import private_asterisk
from router.cli.data_folder import DataFolder
from router.cli.settings import open_place
from router.cli.supervise import end_orphans
from router.desk_client.client import EngineClient
from router.errors import HotlineError
from router.telephony.private.find import ensure_asterisk
from router.telephony.private.instance import PrivateAsterisk
from router.wire.board import OfficeBoard
from tests.ports import tcp_port, udp_port
from tests.telephony.phones.people import Caller, Phone
from tests.telephony.phones.world import World
from tests.up.site import AT_A_FIXED_ADDRESS, EXTENSIONS, RTP_PORTS, Ports, crowd, crowd_of, office_of_four

ROOT = Path(__file__).resolve().parents[2]
HOTLINE = "4008001234"
SERVICES = itertools.count()
DIES_WITH_US = ("setpriv", "--pdeathsig", "TERM")  # tests that are killed outright leave no service behind


class Service:
    """A whole service in a folder: A to D (see `site.py`), or with `size` a call group of so many."""

    def __init__(self, folder: Path, *, size: int = 0, policy: str = "ring_seconds = 1") -> None:
        self.folder = folder
        self.data = folder / "data"
        self.sip, self.fixed = udp_port(), udp_port()
        self.web, self.ami = tcp_port(), tcp_port()
        # below the ports that the system gives out, apart from other workers' and tests'
        rtp = 19_000 + (os.getpid() % 4 * 4 + next(SERVICES) % 4) * RTP_PORTS
        ports = self.ports = Ports(sip=self.sip, web=self.web, ami=self.ami, rtp=rtp, fixed=self.fixed)
        self.accounts = crowd_of(size) if size else EXTENSIONS
        self.config = folder / "site.toml"
        text = crowd(ports, policy, size) if size else office_of_four(ports, policy)
        self.config.write_text(text, encoding="utf-8")
        self.engine = EngineClient(self.data / "engine.sock")
        self.process: subprocess.Popen[str] | None = None
        self.said = ""  # when it had started
        self._asterisk: PrivateAsterisk | None = None
        self.world = World()
        self.phone: dict[str, Phone] = {}
        self.callers: list[Caller] = []

    # --- the service

    def start(self, *options: str) -> str:
        """Start it and wait until it says that it is ready; returns what it said."""
        where = ["--config", str(self.config), "--data", str(self.data)]
        command = [*DIES_WITH_US, sys.executable, "-m", "router.cli.main", "up", *where, *options]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                self.said = "".join(said)
                return self.said
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
        """End service, phones and sockets, and whatever a killed service has left running."""
        try:
            self.stop()
        finally:
            end_orphans(DataFolder(self.data))
            for agent in (*self.phone.values(), *self.callers):
                agent.close()
            self.world.close()

    @contextmanager
    def at_work(self) -> Iterator[Service]:
        """Started, with every phone there and everybody checked in; ended whatever happens."""
        try:
            self.start()
            self.phones_sign_in()
            yield self
        finally:
            self.end()

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
        for person in self.accounts:
            self.phone[person] = self._new_phone(person)
        for phone in self.phone.values():
            phone.dials("*1")
        for phone in self.phone.values():
            phone.is_let_go(within=20)
        self.until(lambda board: all(p.why_not is None for p in board.people.values()), within=20)

    def _new_phone(self, person: str) -> Phone:
        server = ("127.0.0.1", self.sip)
        if person == AT_A_FIXED_ADDRESS:
            return Phone(self.world, server, user="c", bind=("127.0.0.1", self.fixed))
        account = self.accounts[person]
        phone = Phone(self.world, server, user=account, secret=f"secret-{account}")
        phone.signs_in()
        return phone

    def caller(self, number: str) -> Caller:
        """A customer with this number."""
        made = Caller(self.world, ("127.0.0.1", self.sip), number=number)
        self.callers.append(made)
        return made

    def talks_with_next(self, number: str) -> tuple[Caller, str]:
        """A customer calls, and talks with whoever is next in line; the two."""
        first = self.engine.board().next
        caller = self.caller(number).dials(HOTLINE)
        self.phone[first].answers()
        caller.hears(self.phone[first])
        return caller, first

    def everybody_hangs_up(self) -> None:
        """Callers and consultants end what they are in, and the callers are gone."""
        for agent in (*self.callers, *self.phone.values()):
            for leg in list(agent.legs):
                if leg.state != "ended":
                    agent.hang_up(leg)
        for caller in self.callers:
            caller.is_let_go(within=8)
            caller.close()
        self.callers.clear()

    def everybody_is_in(self) -> None:
        """Whoever a test left away, or in a mood, is as before; a test that failed must not fail others."""
        away = [person for person, known in self.engine.board().people.items() if known.presence != "present"]
        for person, phone in self.phone.items():
            phone.mood = "rings"
            if not phone.registered and person != AT_A_FIXED_ADDRESS:
                phone.signs_in()
            if person in away:
                phone.dials("*1")
        for person in away:
            self.phone[person].is_let_go(within=10)

    # --- what the engine knows

    def until(self, condition: Callable[[OfficeBoard], bool], within: float = 8) -> OfficeBoard:
        """Wait until the board is so; returns it."""
        deadline = time.monotonic() + within
        board: OfficeBoard | None = None
        while time.monotonic() < deadline:
            try:
                board = self.engine.board()
            except HotlineError:
                board = None
            if board is not None and condition(board):
                return board
            time.sleep(0.02)
        raise AssertionError(f"the board is not so within {within:g} s: {board}")

    def cli(self, command: str) -> str:
        """What Asterisk's own console says to a command."""
        if self._asterisk is None:
            self._asterisk = private_asterisk(open_place(self.config, self.data), ensure_asterisk())
        return self._asterisk.rx(command)

    def channels(self) -> list[str]:
        """Names of the channels that live. (The list may show some that are gone; the count never does.)"""
        if "0 active channels" in self.cli("core show channels count"):
            return []
        return [line.split("!")[0] for line in self.cli("core show channels concise").splitlines() if "!" in line]

    def turns(self) -> dict[str, str]:
        """Everybody's turn."""
        return {turn.person: turn.state for sheet in self.engine.board().sheets for turn in sheet.turns}

    def settle(self) -> None:
        """Wait until no call is on and everybody can be rung, so that the next test begins from rest."""
        self.until(lambda board: not board.calls and all(p.why_not is None for p in board.people.values()), within=40)
