"""What is measured: a private Asterisk as shipped, the engine as a process, and beside them `Dial` and `app_queue`.

May live here: starting and ending them in a folder, and what they cost. The peers' calls come by a trunk of their own
to the same Asterisk and the same phones; only its dialplan and `queues.conf` are added to what a site gets.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from router.cli.accounts import prepare_database
from router.cli.asterisk import private_asterisk
from router.cli.settings import Place, open_place
from router.desk_client.client import EngineClient
from router.errors import HotlineError
from router.telephony.private.find import ensure_asterisk
from router.telephony.private.instance import PrivateAsterisk
from tests.bench.calls.sip import Address
from tests.ports import tcp_port, udp_port

HOTLINE = "4008001234"
CUSTOMERS, PEERS = "127.0.0.2", "127.0.0.3"
TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")
START_SECONDS = 60.0
FIRST = -15  # of -20 to 19: what a session's processes get of the CPU

SITE = """
[site]
name = "call bench"
[web]
bind = "127.0.0.1:{web}"
[pbx]
sip_bind = "127.0.0.1:{sip}"
rtp_ports = "{rtp}-{rtp_last}"
ami_port = {ami}
[[trunk]]
name = "carrier"
match = ["127.0.0.2"]
answer = "never"
[[trunk]]
name = "peers"
match = ["127.0.0.3"]
[[hotline]]
number = "4008001234"
trunk = "carrier"
{consultants}
[[plan]]
days = "daily"
slots = [{{ name = "all day", from = "00:00", to = "24:00", call = {names}, reception = [] }}]
[presence]
initial = "present"
"""

CONSULTANT = """
[[consultant]]
id = "{name}"
name = "{name}"
phone = {{ contact = "sip:{name}@{address}" }}
"""

DIALPLAN = """
[hotline-trunk-peers](+)
exten => _PXX,1,Dial(PJSIP/fixed-${EXTEN},30)
 same => n,Hangup()
exten => queue,1,Queue(bench,R)
 same => n,Hangup()
"""

QUEUE = """
[general]
persistentmembers = no
autofill = yes
[bench]
strategy = rrmemory
ringinuse = no
timeout = 15
retry = 1
"""


class BenchAsterisk(PrivateAsterisk):
    """The private Asterisk with the peers' dialplan and queue added."""

    members: Sequence[str] = ()

    def prepare(self) -> set[str]:
        """Write what a site gets, and the peers' part."""
        changed = super().prepare()
        etc = self.folder / "etc"
        with (etc / "extensions.conf").open("a", encoding="utf-8") as file:
            file.write(DIALPLAN)
        with (etc / "modules.conf").open("a", encoding="utf-8") as file:
            file.write("load = app_queue.so\n")
        members = "".join(f"member => PJSIP/fixed-{name}\n" for name in self.members)
        (etc / "queues.conf").write_text(QUEUE + members, encoding="utf-8")
        return changed


class Pbx:
    """Asterisk and engine in a folder, with a phone for each of these names and addresses."""

    def __init__(self, folder: Path, phones: dict[str, Address]) -> None:
        self._config, self.data = folder / "site.toml", folder / "data"
        self.sip = Address("127.0.0.1", udp_port())
        self._config.write_text(self._site(phones), encoding="utf-8")
        self.place: Place = open_place(self._config, self.data)
        self.place.folder.make()
        prepare_database(self.place, folder / "assets")
        plain = private_asterisk(self.place, ensure_asterisk())
        self.asterisk = BenchAsterisk(plain.binary, plain.folder, plain.settings)
        self.asterisk.members = tuple(phones)
        self._engine: subprocess.Popen[bytes] | None = None
        self._people = len(phones)
        self.client = EngineClient(self.place.folder.socket)

    def _site(self, phones: dict[str, Address]) -> str:
        rtp = 20_000 + os.getpid() % 6 * 2_000
        consultants = "".join(CONSULTANT.format(name=name, address=address) for name, address in phones.items())
        return SITE.format(
            web=tcp_port(),
            sip=self.sip.port,
            ami=tcp_port(),
            rtp=rtp,
            rtp_last=rtp + 1_999,
            consultants=consultants,
            names=list(phones),
        )

    def start(self) -> None:
        """Bring both up and wait until everybody can be rung."""
        self.asterisk.start()
        command = [sys.executable, "-m", "router.cli.main", "engine"]
        command += ["--config", str(self._config), "--data", str(self.data)]
        with (self.place.folder.logs / "engine.log").open("wb") as log:
            self._engine = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )  # its own share of the CPU, as a service has
        deadline = time.monotonic() + START_SECONDS
        while not self._ready():
            if self._engine.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the engine did not come up, see {self.place.folder.logs}")
            time.sleep(0.1)

    def go_first(self) -> None:
        """Have the machine's other work wait for ours: as root, where the kernel groups processes by session."""
        assert self._engine is not None
        for pid in (os.getpid(), self.asterisk.pid, self._engine.pid):
            Path(f"/proc/{pid}/autogroup").write_text(str(FIRST), encoding="ascii")

    def _ready(self) -> bool:
        try:
            board = self.client.board()
        except HotlineError:
            return False
        people = board.people.values()
        return len(people) == self._people and all(one.why_not is None for one in people)

    def stop(self) -> None:
        """End both."""
        if self._engine is not None:
            self._engine.terminate()
            self._engine.wait(30)
        self.asterisk.stop()

    def cpu_seconds(self) -> dict[str, float]:
        """What each process has used so far."""
        assert self._engine is not None
        assert self.asterisk.pid is not None
        used = {"Asterisk": cpu_seconds(self.asterisk.pid), "engine": cpu_seconds(self._engine.pid)}
        return used | {"database": sum(cpu_seconds(child) for child in _children(self._engine.pid))}

    def target(self, peer: str, number: int, names: Sequence[str]) -> str:
        """What the n-th call to a contender dials."""
        user = {"router": HOTLINE, "app_queue": "queue"}.get(peer, names[number % len(names)])
        return f"sip:{user}@{self.sip}"

    def leftovers(self) -> list[str]:
        """What should not be there when all is over."""
        left: list[str] = []
        channels = self.asterisk.rx("core show channels count").split()[0]
        left += [f"{channels} channels in Asterisk"] if channels != "0" else []
        board = self.client.board()
        left += [f"{len(board.calls)} calls on the desk"] if board.calls else []
        log = (self.place.folder.logs / "engine.log").read_text(encoding="utf-8", errors="replace")
        left += [f"engine log: {line}" for line in log.splitlines() if "alarm=" in line or "level=error" in line][:5]
        return left


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, all of its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_SECONDS


def _children(pid: int) -> list[int]:
    """The processes that a process started: of the engine, the one that writes the database."""
    by_thread = (path.read_text(encoding="ascii") for path in Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(word) for text in by_thread for word in text.split()]
