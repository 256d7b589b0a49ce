"""`hotline up`: all that a site needs, started in order, ended in reverse. May live here: that order, its words.

`hotline demo` brings up the same, and shows something else while it runs.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import click
from rich.cells import cell_len

from router.cli import lan
from router.cli.accounts import prepare_database
from router.cli.asterisk import private_asterisk
from router.cli.certificate import certificate_check, fingerprint, prepare_certificate
from router.cli.demo_site import OWN_FILE
from router.cli.office import OfficeCopy, OfficeSource
from router.cli.ports import Wanted, check_free
from router.cli.settings import Place, open_file, page_address, remember, with_the_office
from router.cli.site_changes import compare, opened, refuse_misfits
from router.cli.supervise import (
    Program,
    StartError,
    end_orphans,
    only_one,
    start_supervisor,
    stop,
    write_supervisor_file,
)
from router.config.changes import Side
from router.config.checks.secrets import weak_accounts
from router.config.load import review_site
from router.config.model import PbxMode, split_address
from router.config.plan import PlanOrigin, plan_that_counts
from router.desk_client.client import EngineClient
from router.errors import ConfigurationError, HotlineError
from router.store.migrate import DatabaseUnreachableError
from router.telephony.private.find import ensure_asterisk
from router.telephony.private.instance import PrivateAsterisk
from router.telephony.private.newer import newer_as_remembered, renewal
from router.texts import Listing, Message, _, _n
from router.web import assets
from router.wire.board import BoardPlan, OfficeBoard

LABEL_COLUMNS = 16
READY_SECONDS = 40.0


def say(text: str) -> None:
    """One line of what is being done, for the person who waits; where the terminal is gone, for nobody."""
    with contextlib.suppress(OSError):
        click.echo(f"· {text}", err=True)


class WeakSecretError(ConfigurationError):
    """SIP accounts whose secret others would guess."""

    id = "weak-secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A service that is up; `passwords` are those of new users, to be shown once."""

    place: Place
    passwords: dict[str, str] = field(repr=False)
    seconds: float
    over: threading.Event
    supervisor: subprocess.Popen[bytes] = field(repr=False)

    def wait(self, seconds: float) -> bool:
        """Wait; returns whether it is to end. Raises `StartError` when it has ended by itself."""
        if self.over.wait(seconds):
            return True
        if self.supervisor.poll() is not None:
            log = self.place.folder.logs / "supervisor.log"
            raise StartError(_("the supervisor has ended"), cure=_("see %(log)s", log=log))
        return False


@click.command(name="up")
@click.option("--config", type=click.Path(path_type=Path), help="The site file; without one, a demonstration.")
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Data folder.")
@click.option("--lan", "on_lan", is_flag=True, help="Let phones and colleagues on the local network in, pages by TLS.")
@click.option("--address", help="With --lan: this machine's address there, where it has several.")
def command(config: Path | None, data: Path, on_lan: bool, address: str | None) -> None:
    """Set up and run the whole service: Asterisk, engine, pages. Ctrl-C ends all of it.

    Without --config it asks nothing and shows a demonstration: eight consultants, one hotline number. Everything
    listens on this machine alone; with --lan phones and colleagues on the private network reach it, Asterisk's manager
    interface stays on this machine.
    """
    if address and not on_lan:
        raise click.UsageError("--address goes with --lan")
    place = open_file(config, data, lan=lan.own_address(address) if on_lan else "")
    if on_lan:
        _refuse_weak_secrets(place)
    if config:
        _tell_what_is_worth_a_look(config)
    bring_up(place, config, data, end_on_signals(), _tell_and_wait)


def end_on_signals() -> threading.Event:
    """An event that Ctrl-C, a plain `kill` or a closed terminal set, so that everything ends in order."""
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: over.set())
    return over


def _refuse_weak_secrets(place: Place) -> None:
    """What is good enough on this machine alone is guessed soon by others."""
    weak = [account for account, _ in weak_accounts(place.site)]
    if weak:
        raise WeakSecretError(
            _("the secrets of the accounts %(accounts)s are too weak for a network", accounts=Listing(weak)),
            cure=_("make them longer in the site file, or leave them out: then they are made"),
        )


def _tell_what_is_worth_a_look(config: Path) -> None:
    """What `hotline config check` warns of (the file itself has been checked)."""
    review = review_site(config)
    for warning in review.warnings:
        say(_("worth a look: %(warning)s", warning=warning).render(review.language))


def _tell_and_wait(service: Running) -> None:
    tell(service.place, service.passwords, service.seconds)
    while not service.wait(0.5):
        pass


def bring_up(
    place: Place, config: Path | None, data: Path, over: threading.Event, meanwhile: Callable[[Running], None]
) -> None:
    """Prepare, start, do `meanwhile` once all is ready, stop; refuses where another start of the folder runs."""
    begun = time.monotonic()
    place.folder.make()
    with only_one(place.folder):
        _bring_up(place, config, data, over, meanwhile, begun)


def _bring_up(
    place: Place,
    config: Path | None,
    data: Path,
    over: threading.Event,
    meanwhile: Callable[[Running], None],
    begun: float,
) -> None:
    remember(place, config)
    for orphan in end_orphans(place.folder):
        say(f"ended what an earlier start left running: {orphan}")
    assets.ensure(say)
    passwords = _database(place)
    place = with_the_office(place)
    refuse_misfits(place)
    _tell_of_changes(place, config, data)
    private = _asterisk(place)
    check_free(_ports(place), config or place.folder.path / OWN_FILE)
    prepare_certificate(place)
    supervisor = start_supervisor(write_supervisor_file(place.folder, _programs(private, config, data)))
    try:
        _wait_until_ready(place, supervisor, private, over)
        if not over.is_set():
            seconds = time.monotonic() - begun
            meanwhile(Running(place=place, passwords=passwords, seconds=seconds, over=over, supervisor=supervisor))
    finally:
        say("stopping")
        stop(supervisor)
        say("stopped")


def _database(place: Place) -> dict[str, str]:
    """The database up to date, and new users' passwords; away, it need not be: there is a copy of what it said."""
    say("database")
    try:
        return prepare_database(place, assets.FOLDER)
    except DatabaseUnreachableError as error:
        if OfficeCopy(place.folder.office).read() is None:
            raise
        say(f"{error}")
        away = _("the database is away: calls are served by what it last said, and the record catches up")
        say(away.render(place.site.site.language))
        return {}


def _tell_of_changes(place: Place, config: Path | None, data: Path) -> None:
    """One line when the file was changed since it was applied; nothing is applied by starting."""
    if config is None or place.source is not OfficeSource.DATABASE:
        return
    with opened(place) as session:
        count = len([one for one in compare(session, place.file).differences if one.changed_in is not Side.PAGE])
    if count:
        command = f"hotline config diff --config {config} --data {data}"
        changes = _n(
            "%(file)s: %(num)s change is not applied yet: %(command)s",
            "%(file)s: %(num)s changes are not applied yet: %(command)s",
            count,
        )
        say(changes.fill(file=config.name, command=command).render(place.site.site.language))


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
    if newer := newer_as_remembered(private.binary):
        text = _(
            "apt knows a newer Asterisk than the unpacked one: %(version)s; %(cure)s", version=newer, cure=renewal()
        )
        say(text.render(place.site.site.language))
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
    ours = {"MPLCONFIGDIR": str(data.absolute() / "run" / "matplotlib")}  # else it writes to the home folder
    command = (sys.executable, "-m", "router.cli.main")
    programs = [
        Program(name=part, command=(*command, part, *where), order=order, environment=ours)
        for part, order in (("engine", 20), ("web", 30), ("jobs", 40))
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
                raise StartError(
                    _("%(name)s did not come up: %(value)s", name=name, value=_last_line(log)),
                    cure=_("see %(log)s", log=log),
                )
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
        with urllib.request.urlopen(  # noqa: S310  (our own pages)
            f"{page_address(place)}/healthz", timeout=2, context=certificate_check(place)
        ) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else "it said nothing"


def tell(place: Place, passwords: dict[str, str], seconds: float) -> None:
    """Say where everything is: the page, how to sign in, how to connect a phone, which number to call."""
    site = place.site
    click.echo(f"\n{site.site.name} · ready after {seconds:.1f} s\n")
    _row(_("Board"), f"{page_address(place)}/")
    if site.web.tls:
        _row(_("TLS"), f"made here; its SHA-256 begins with {fingerprint(place)[:23]}")
    for name, password in passwords.items():
        _row(_("Sign in"), f"{name} / {password}   (shown once)")
    if site.pbx.mode is PbxMode.PRIVATE:
        _tell_phones(place)
    for hotline in site.hotlines:
        _row(_("Hotline"), f"{hotline.number} ({hotline.name or hotline.trunk})")
    if place.demo:
        _row(_("No phone"), "./hotline demo: Asterisk plays callers and consultants")
    board = _board_with_its_slot(place)
    if board.nobody_is_in:
        nobody = _("nobody is checked in, calls have nowhere to ring: dial *1 on each phone")
        click.secho(f"  ■ {nobody.render(None)}", fg="red", bold=True)
    _tell_of_the_plan(board.plan)
    if place.lan:
        phone = _("The board on a phone:").render(None)
        click.echo(f"\n  {phone}\n\n{lan.qr_code(page_address(place) + '/')}")
    click.echo("\n  Ctrl-C ends everything.\n")


def _row(label: Message, text: str) -> None:
    """A line of what was started: its name in both languages, in a column of its own, and the thing."""
    name = f"{label.render('zh')} {label.render('en')}"
    click.echo(f"  {name}{' ' * max(2, LABEL_COLUMNS - cell_len(name))}{text}")


def _tell_of_the_plan(plan: BoardPlan | None) -> None:
    """R1: a day without a plan of its own is for the supervisor to know."""
    if plan is not None and plan.origin == PlanOrigin.EARLIER:
        words = _("no plan for today: going on with that of %(of)s", of=plan.of)
        click.secho(f"  ▲ {words.render(None)} (hotline plan publish)", fg="yellow", bold=True)
    elif plan is not None and plan.origin == PlanOrigin.NONE:
        words = _("no plan for today: nobody is rung")
        click.secho(f"  ■ {words.render(None)} (hotline plan publish)", fg="red", bold=True)


def _board_with_its_slot(place: Place) -> OfficeBoard:
    """The board, waiting a moment for the slot that runs now: the plan is the engine's first letter."""
    now_ms = time.time_ns() // 1_000_000
    today = datetime.now(place.site.zone).date()
    due = any(
        slot.start <= now_ms < (slot.end or now_ms + 1)
        for slot in plan_that_counts(place.site, place.published, today).slots
    )
    client = EngineClient(place.folder.socket)
    deadline = time.monotonic() + 3
    while (board := client.board()).slot is None and due and time.monotonic() < deadline:
        time.sleep(0.05)
    return board


def _password_once(place: Place, account: str, *, in_file: bool) -> str:
    """What to say of an account's password: itself the first time, and never where what we say is kept as a log."""
    if in_file:
        return "as in the site file"
    if is_log(sys.stdout.fileno()):
        return f"in {place.folder.path / 'secrets.json'}: sip-{account}"
    secret = place.folder.secret_to_show(f"sip-{account}")
    return f"{secret}   (shown once)" if secret else f"shown before; in {place.folder.path / 'secrets.json'}"


def is_log(descriptor: int) -> bool:
    """Whether what is written there is kept: a file, or systemd's journal."""
    status = os.fstat(descriptor)
    journal = os.environ.get("JOURNAL_STREAM", "") == f"{status.st_dev}:{status.st_ino}"
    return journal or stat.S_ISREG(status.st_mode)


def _tell_phones(place: Place) -> None:
    host, port = split_address(place.site.pbx.sip_bind)
    _row(_("Phones"), f"SIP server {place.lan or host}:{port} (UDP)")
    for consultant in place.site.consultants:
        for phone in consultant.all_phones:
            if phone.account:
                secret = _password_once(place, phone.account, in_file=phone.secret is not None)
                click.echo(f"                  {phone.account}  {consultant.name}  password {secret}")
    for trunk in place.site.trunks:
        if trunk.account:
            secret = _password_once(place, trunk.account, in_file=trunk.secret is not None)
            _row(_("Caller"), f"account {trunk.account}  password {secret}")
        for address in trunk.match:
            _row(_("Caller"), f"calls from {address}")
