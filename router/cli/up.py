"""`hotline up`: all that a site needs, started in order, ended in reverse. May live here: that order, its words."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from router.cli.accounts import prepare_database
from router.cli.asterisk import private_asterisk
from router.cli.ports import Wanted, check_free
from router.cli.settings import Place, open_place, remember
from router.cli.supervise import Program, StartError, end_orphans, start_supervisor, stop, write_supervisor_file
from router.config.model import PbxMode, split_address
from router.config.plan import standing_slots
from router.engine.socket import EngineClient
from router.errors import HotlineError
from router.telephony.private.find import ensure_asterisk
from router.telephony.private.instance import PrivateAsterisk
from router.web import assets

READY_SECONDS = 40.0


def say(text: str) -> None:
    """One line of what is being done, for the person who waits; where the terminal is gone, for nobody."""
    with contextlib.suppress(OSError):
        click.echo(f"· {text}", err=True)


@click.command(name="up")
@click.option("--config", type=click.Path(path_type=Path), help="The site file; without one, a demonstration.")
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Data folder.")
def command(config: Path | None, data: Path) -> None:
    """Set up and run the whole service: Asterisk, engine, pages. Ctrl-C ends all of it.

    Without --config it asks nothing and shows a demonstration: eight consultants, one hotline number.
    """
    place = open_place(config, data)
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    bring_up(place, config, data, over)


def bring_up(place: Place, config: Path | None, data: Path, over: threading.Event) -> None:
    """Prepare, start, tell, wait for the end, stop."""
    begun = time.monotonic()
    place.folder.make()
    remember(place, config)
    for orphan in end_orphans(place.folder):
        say(f"ended what an earlier start left running: {orphan}")
    private = _asterisk(place)
    check_free(_ports(place))
    assets.ensure(say)
    say("database")
    passwords = prepare_database(place, assets.FOLDER)
    supervisor = start_supervisor(write_supervisor_file(place.folder, _programs(private, config, data)))
    try:
        _wait_until_ready(place, supervisor, private, over)
        if not over.is_set():
            tell(place, passwords, time.monotonic() - begun)
        while not over.wait(0.5):
            if supervisor.poll() is not None:
                raise StartError("the supervisor has ended", cure=f"see {place.folder.logs / 'supervisor.log'}")
    finally:
        say("stopping")
        stop(supervisor)
        say("stopped")


def _asterisk(place: Place) -> PrivateAsterisk | None:
    if place.site.pbx.mode is not PbxMode.PRIVATE:
        return None
    shown: dict[str, int] = {}

    def progress(text: str, done: int, total: int) -> None:
        step = 10 * done // total if total else -1
        if shown.get(text) != step:
            shown[text] = step
            say(f"Asterisk: {text}{f' {done}/{total}' if total else ''}")

    private = private_asterisk(place, ensure_asterisk(progress=progress))
    say(f"Asterisk {private.binary.version_text} ({private.binary.origin})")
    private.prepare()
    return private


def _ports(place: Place) -> list[Wanted]:
    site = place.site
    host, port = split_address(site.web.bind)
    wanted = [Wanted(host=host, port=port, udp=False, what="pages", setting="[web] bind")]
    if site.pbx.mode is PbxMode.PRIVATE:
        sip_host, sip_port = split_address(site.pbx.sip_bind)
        wanted.append(Wanted(host=sip_host, port=sip_port, udp=True, what="SIP", setting="[pbx] sip_bind"))
        ami = Wanted(host="127.0.0.1", port=site.pbx.ami_port, udp=False, what="AMI", setting="[pbx] ami_port")
        wanted.append(ami)
    return wanted


def _programs(private: PrivateAsterisk | None, config: Path | None, data: Path) -> list[Program]:
    where = ["--data", str(data.absolute()), *(["--config", str(config.absolute())] if config else [])]
    programs = [
        Program(name=part, command=(sys.executable, "-m", "router.cli.main", part, *where), order=order)
        for part, order in (("engine", 20), ("web", 30))
    ]
    if private:
        programs.append(Program(name="asterisk", command=private.argv, order=10))
    return programs


def _wait_until_ready(
    place: Place, supervisor: subprocess.Popen[bytes], private: PrivateAsterisk | None, over: threading.Event
) -> None:
    parts: list[tuple[str, Callable[[], bool]]] = [
        ("engine", lambda: _engine_answers(place)),
        ("web", lambda: _pages_answer(place)),
    ]
    if private:
        parts.insert(0, ("asterisk", lambda: _asterisk_answers(private)))
    deadline = time.monotonic() + READY_SECONDS
    for name, is_ready in parts:
        while not is_ready():
            if over.is_set():
                return
            if supervisor.poll() is not None or time.monotonic() > deadline:
                log = place.folder.logs / f"{name}.log"
                raise StartError(f"{name} did not come up: {_last_line(log)}", cure=f"see {log}")
            over.wait(0.05)
        say(f"{name} is up")


def _asterisk_answers(private: PrivateAsterisk) -> bool:
    try:
        return private.pid is not None and "fully booted" in private.rx("core waitfullybooted", 5)
    except HotlineError:
        return False


def _engine_answers(place: Place) -> bool:
    try:
        return bool(EngineClient(place.folder.socket).board())
    except HotlineError:
        return False


def _pages_answer(place: Place) -> bool:
    try:
        with urllib.request.urlopen(f"{page_address(place)}/healthz", timeout=2) as answer:  # noqa: S310  (our own pages)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else "it said nothing"


def page_address(place: Place) -> str:
    """Where the pages are."""
    return f"http://{place.site.web.bind}"


def tell(place: Place, passwords: dict[str, str], seconds: float) -> None:
    """Say where everything is: the page, how to sign in, how to connect a phone, which number to call."""
    site = place.site
    click.echo(f"\n{site.site.name} · ready after {seconds:.1f} s\n")
    click.echo(f"  看板 Board      {page_address(place)}/")
    for name, password in passwords.items():
        click.echo(f"  登录 Sign in    {name} / {password}   (shown once)")
    if site.pbx.mode is PbxMode.PRIVATE:
        _tell_phones(place)
    for hotline in site.hotlines:
        click.echo(f"  热线 Hotline    {hotline.number} ({hotline.name or hotline.trunk})")
    board = _board_with_its_slot(place)
    if board["slot"] and all(person["presence"] == "off" for person in board["people"].values()):
        click.secho("  ■ 无人在岗，来电无处可响 · Nobody is checked in: dial *1 on each phone", fg="red", bold=True)
    click.echo("\n  Ctrl-C ends everything.\n")


def _board_with_its_slot(place: Place) -> dict[str, Any]:
    """The board, waiting a moment for the slot that runs now: the plan is the engine's first letter."""
    now_ms = time.time_ns() // 1_000_000
    today = datetime.now(place.site.zone).date()
    due = any(slot.start <= now_ms < (slot.end or now_ms + 1) for slot in standing_slots(place.site, today))
    client = EngineClient(place.folder.socket)
    deadline = time.monotonic() + 3
    while (board := client.board())["slot"] is None and due and time.monotonic() < deadline:
        time.sleep(0.05)
    return board


def _tell_phones(place: Place) -> None:
    click.echo(f"  话机 Phones     SIP server {place.site.pbx.sip_bind} (UDP)")
    for consultant in place.site.consultants:
        for phone in consultant.all_phones:
            if phone.account:
                secret = "as in the site file" if phone.secret else place.folder.secret(f"sip-{phone.account}")
                click.echo(f"                  {phone.account}  {consultant.name}  password {secret}")
    for trunk in place.site.trunks:
        if trunk.account:
            secret = "as in the site file" if trunk.secret else place.folder.secret(f"sip-{trunk.account}")
            click.echo(f"  来电 Caller     account {trunk.account}  password {secret}")
        for address in trunk.match:
            click.echo(f"  来电 Caller     calls from {address}")
