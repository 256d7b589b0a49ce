"""`hotline demo`: the hotline rings, without a phone and without a file. May live here: the command and its callers.

A whole service of its own, on free ports, in a folder that goes afterwards: the very parts that `hotline up` runs.
Callers and phones are played by the private Asterisk (`dialplan/demo.conf`); what is shown comes from the engine.
"""

from __future__ import annotations

import contextlib
import fcntl
import secrets
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from router.cli.data_folder import DataFolder
from router.cli.demo_site import CALLERS_ADDRESS, OWN_FILE, PHONES_ADDRESS, STORY, Visit
from router.cli.demo_view import DemoView
from router.cli.engine import ami_address
from router.cli.settings import Place, open_file
from router.cli.supervise import StartError, end_orphans
from router.cli.up import READY_SECONDS, Running, bring_up, end_on_signals
from router.core import inputs
from router.core.words import PersonId
from router.desk_client.client import EngineClient
from router.errors import HotlineError
from router.telephony.ami import AmiAction, AmiClient
from router.telephony.private.stage import CALLERS
from router.texts import Language, _

PREFIX = "hotline-demo-"
LOOK_SECONDS = 0.2
REST_SECONDS = 90.0  # for the last calls to end


@click.command(name="demo")
@click.option("--calls", type=click.IntRange(1, 500), default=8, show_default=True, help="How many callers ring.")
@click.option("--seconds", type=click.FloatRange(min=1), help="End after so many seconds at the latest.")
@click.option("--ring-seconds", type=click.FloatRange(0.2, 60), help="Length of one ring: 5 in China.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of what is shown.")
def command(calls: int, seconds: float | None, ring_seconds: float | None, language: Language) -> None:
    """Ring the hotline with made-up callers and consultants, and show who is rung and why. Needs no phone.

    Asterisk plays them over real SIP: consultants answer after some seconds, decline or let it ring; callers come one
    after another, some call again, one gives up. Nothing is kept; Ctrl-C ends all of it.
    """
    over = end_on_signals()
    clear_left_behind()
    data = Path(tempfile.mkdtemp(prefix=PREFIX))
    with _locked(data):
        write_own_file(data, ring_seconds, language)
        place = open_file(None, data, lan="")
        try:
            bring_up(place, None, data, over, lambda s: play(s, calls=calls, seconds=seconds, language=language))
        except HotlineError:
            click.echo(f"the demonstration's logs are kept in {data} until the next one", err=True)
            raise
        shutil.rmtree(data, ignore_errors=True)


def clear_left_behind() -> None:
    """End and remove demonstrations that were killed, or failed: nobody holds their lock any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), _locked(folder):
            end_orphans(DataFolder(folder))
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a demonstration's folder; raises `OSError` if somebody else does, or it isn't ours."""
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def write_own_file(data: Path, ring_seconds: float | None, language: Language) -> None:
    """Give the demonstration in `data` ports that are free, and a stage."""
    with _Ports() as ports:
        web, ami = ports.take("127.0.0.1", udp=False), ports.take("127.0.0.1", udp=False)
        sip = ports.take("127.0.0.1", udp=True)
        callers, phones = ports.take(CALLERS_ADDRESS, udp=True), ports.take(PHONES_ADDRESS, udp=True)
    first = 10_000 + secrets.randbelow(100) * 200  # below the ports that the system gives out
    lines = [
        "# Written by `hotline demo`.",
        f'[site]\nname = "演示售楼处"\nlanguage = "{language}"',
        f'[web]\nbind = "127.0.0.1:{web}"',
        f'[pbx]\nsip_bind = "127.0.0.1:{sip}"\nami_port = {ami}\nrtp_ports = "{first}-{first + 399}"',
        f'[stage]\ncallers = "{CALLERS_ADDRESS}:{callers}"\nphones = "{PHONES_ADDRESS}:{phones}"',
        f"[policy]\nring_seconds = {ring_seconds}" if ring_seconds else "",
    ]
    (data / OWN_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


class _Ports:
    """Ports that nobody uses, all held until each is chosen, so that they differ."""

    def __init__(self) -> None:
        self._held: list[socket.socket] = []

    def __enter__(self) -> _Ports:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._held:
            one.close()

    def take(self, host: str, *, udp: bool) -> int:
        """A free port of this address."""
        probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
        self._held.append(probe)
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def play(service: Running, *, calls: int, seconds: float | None, language: Language) -> None:
    """Let the callers call and show what happens until the last one is served, `seconds` are over, or Ctrl-C."""
    view = DemoView(Console(), service, language)
    view.greet()
    lasts = threading.Event()
    callers = _Callers(service.place, calls, lasts)
    ringing = threading.Thread(target=callers.run, name="demo-callers", daemon=True)
    watcher = threading.Thread(target=_watch, args=(service.place, view, lasts), name="demo-watcher", daemon=True)
    with view:
        watcher.start()
        ringing.start()
        left = seconds if seconds is not None else float("inf")
        rest = REST_SECONDS
        while left > 0 and rest > 0 and not service.wait(LOOK_SECONDS):
            left -= LOOK_SECONDS
            if callers.trouble:
                break
            if not ringing.is_alive():
                rest = 0 if view.has_seen_all(callers.called) else rest - LOOK_SECONDS
        lasts.set()
        ringing.join(10)
    if callers.trouble:
        raise callers.trouble
    view.sum_up()


def _watch(place: Place, view: DemoView, over: threading.Event) -> None:
    """Show each board that the engine sends; ends with the engine or with `over`."""
    while not over.wait(LOOK_SECONDS):
        try:
            for board in EngineClient(place.folder.socket).subscribe():
                view.show(board)
                if over.is_set():
                    return
        except HotlineError:
            continue  # it is being restarted: asked again


@dataclass
class _Callers:
    """The thread that has callers call, each after the one before it; `called`: how many have."""

    place: Place
    calls: int
    over: threading.Event
    called: int = 0
    trouble: HotlineError | None = None

    def run(self) -> None:
        """Call until all have called or it is over."""
        try:
            engine = EngineClient(self.place.folder.socket)
            if self._wait_for_phones(engine):
                with AmiClient(ami_address(self.place)) as client:
                    while self.called < self.calls and self._next(engine, client):
                        self.called += 1
        except HotlineError as error:
            self.trouble = None if self.over.is_set() else error

    def _next(self, engine: EngineClient, client: AmiClient) -> bool:
        visit = STORY[self.called % len(STORY)]
        if self.over.wait(visit.after_seconds):
            return False
        for person, presence in visit.presence:
            engine.tell(inputs.PresenceChanged(person=PersonId(person), presence=presence), source="demo")
        client.send_action(call(visit, self.place.site.hotlines[0].number)).result(10)
        return True

    def _wait_for_phones(self, engine: EngineClient) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        while not self.over.wait(LOOK_SECONDS):
            if time.monotonic() > deadline:
                log = self.place.folder.asterisk / "log" / "messages.log"
                raise StartError(_("the played phones did not come up"), cure=_("see %(log)s", log=log))
            board = engine.board()
            if board.pbx and board.next and all(p.why_not is None for p in board.people.values()):
                return True
        return False


def call(visit: Visit, hotline: str) -> AmiAction:
    """Have a caller dial the hotline; gives up after the visit's patience."""
    return AmiAction(
        "Originate",
        {
            "Channel": f"PJSIP/{hotline}@{CALLERS}",
            "ChannelId": f"demo-{secrets.token_hex(8)}",
            "Context": "hotline-demo-caller",
            "Exten": "s",
            "Priority": 1,
            "Timeout": round(visit.patience_seconds * 1000),
            "CallerID": visit.number,
            "Async": "true",
        },
    )
