"""A private Asterisk in a folder: its configuration written, started, asked, stopped. May live here: that life.

Start order for the caller: `start()`; to end: `stop()`. A supervisor of its own takes `prepare()` and `argv` instead.
An Asterisk left over from a start that was killed is adopted, talks and all, when its configuration can be reloaded;
otherwise it is ended first.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Final

from router.logs import logger, state
from router.telephony.private import processes
from router.telephony.private.binary import AsteriskBinary
from router.telephony.private.conf import configuration
from router.telephony.private.errors import AsteriskCommandError, AsteriskSettingsError, AsteriskStartError
from router.telephony.private.prompts import Prompts
from router.telephony.private.settings import PrivateSettings
from router.telephony.private.share import link_share
from router.texts import _

log = logger(__name__)

CDR_FILE: Final = "log/cdr-custom/hotline.csv"
CEL_FILE: Final = "log/cel-custom/hotline.csv"

FOLDERS: Final = (
    "etc",
    "share",
    "lib/agi-bin",
    "lib/keys",
    "spool",
    "run",
    "prompts",
    "log/cdr-custom",
    "log/cel-custom",
)

ONLY_AT_START: Final = frozenset(
    {"asterisk.conf", "modules.conf", "pjsip_transport.conf", "rtp.conf", "logger.conf", "cel.conf"}
)
"""Files whose change takes a restart; others are reloaded with calls going on."""

SOCKET_LIMIT: Final = 107
"""Bytes of a Unix socket's path."""


class PrivateAsterisk:
    """One Asterisk of ours, living in `folder`; not safe to use from several threads at once."""

    def __init__(self, binary: AsteriskBinary, folder: Path, settings: PrivateSettings) -> None:
        self.binary, self.folder, self.settings = binary, folder.absolute(), settings
        self.conf = self.folder / "etc" / "asterisk.conf"
        self._process: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None

    @property
    def argv(self) -> tuple[str, ...]:
        """The command that runs it in the foreground."""
        return (*self.binary.command, "-C", str(self.conf), "-f")

    @property
    def pid(self) -> int | None:
        """Its process, None where it doesn't run."""
        if self._pid is not None and processes.is_ours(self._pid, self.conf):
            return self._pid
        self._pid = processes.running(self.conf) if self.conf.exists() else None
        return self._pid

    @property
    def cdr_file(self) -> Path:
        """Asterisk's own record of legs, a CSV file (its columns: `telephony.records.private`)."""
        return self.folder / CDR_FILE

    @property
    def cel_file(self) -> Path:
        """Asterisk's own record of events of channels, a CSV file likewise."""
        return self.folder / CEL_FILE

    def prepare(self) -> set[str]:
        """Write configuration, prompts and folders; returns the names of the files that changed."""
        if len(os.fsencode(self.folder / "run" / "asterisk.ctl")) > SOCKET_LIMIT:
            raise AsteriskSettingsError(
                _("the path %(folder)s is too long for Asterisk's socket", folder=self.folder),
                cure=_("choose a data folder with a shorter path (--data)"),
            )
        for name in FOLDERS:
            (self.folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        for file in (self.cdr_file, self.cel_file):
            file.touch(mode=0o600)  # there before the first call: later a file that is missing is a loss
        prompts = self.folder / "prompts"
        Prompts(self.binary.speech).make(prompts)
        link_share(self.folder / "share", self.binary.data, prompts)
        texts = configuration(self.settings, self.binary, self.folder)
        return {name for name, text in texts.items() if _write(self.folder / "etc" / name, text)}

    def start(self, limit_seconds: float = 30.0) -> None:
        """Bring it up and wait until it takes calls; adopts a running one. Raises `AsteriskStartError`."""
        left_over = self.pid
        changed = self.prepare()
        if left_over and not self._adopt(changed):
            self._end(left_over)
            left_over = None
        if not left_over:
            self._spawn()
        self.wait_booted(limit_seconds)

    def wait_booted(self, limit_seconds: float = 30.0) -> None:
        """Wait until it takes calls. Raises `AsteriskStartError` with the end of its log."""
        deadline = time.monotonic() + limit_seconds
        socket = self.folder / "run" / "asterisk.ctl"
        while time.monotonic() < deadline:
            if self._process and self._process.poll() is not None:
                raise AsteriskStartError(
                    _(
                        "Asterisk ended with %(returncode)s: %(value)s",
                        returncode=self._process.returncode,
                        value=self._last_words(),
                    )
                )
            if socket.exists():
                try:
                    if "fully booted" in self.rx("core waitfullybooted", deadline - time.monotonic()):
                        return
                except AsteriskCommandError:
                    pass  # its socket is there a moment before it listens
            time.sleep(0.02)
        raise AsteriskStartError(
            _(
                "Asterisk did not come up within %(limit_seconds)g s: %(value)s",
                limit_seconds=limit_seconds,
                value=self._last_words(),
            )
        )

    def rx(self, command: str, limit_seconds: float = 10.0) -> str:
        """What Asterisk's command line answers to `command`. Raises `AsteriskCommandError`."""
        try:
            done = subprocess.run(
                [*self.binary.command, "-C", str(self.conf), "-rx", command],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=max(0.1, limit_seconds),
                check=False,
                env=_environment(),
            )
        except subprocess.TimeoutExpired as error:
            raise AsteriskCommandError(
                _("no answer to %(command)r within %(limit_seconds)g s", command=command, limit_seconds=limit_seconds)
            ) from error
        if done.returncode or "Unable to connect to remote asterisk" in done.stdout:
            raise AsteriskCommandError(
                _(
                    "%(command)r was not taken: %(part)s",
                    command=command,
                    part=(done.stdout + done.stderr).strip()[-300:],
                )
            )
        return done.stdout

    def reload(self) -> set[str]:
        """Take over changed settings with calls going on; returns the changed files that need a restart instead."""
        changed = self.prepare()
        if changed - ONLY_AT_START:
            self.rx("core reload")
        return changed & ONLY_AT_START

    def stop(self, seconds: float = 3.0) -> None:
        """End it and its calls: asked, then SIGTERM, then SIGKILL. Nothing happens where it doesn't run."""
        pid = self.pid
        if pid is not None:
            self._end(pid, seconds)
        if self._process:
            self._process.wait(timeout=seconds)
            self._process = None

    def _spawn(self) -> None:
        if os.geteuid() == 0:
            log.warning("asterisk as root", cure="fine for a trial; in earnest run hotline as a user of its own")
        (self.folder / "run" / "asterisk.ctl").unlink(missing_ok=True)  # a killed one's: it would look like a start
        with (self.folder / "log" / "console.log").open("wb") as console:
            self._process = subprocess.Popen(
                self.argv,
                cwd=self.folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal ends us; we end it
            )
        self._pid = self._process.pid
        state(log, "stopped", "started", of="asterisk", pid=self._pid, version=self.binary.version_text)

    def _adopt(self, changed: set[str]) -> bool:
        """Keep the running one: it answers, and what changed can be reloaded."""
        if changed & ONLY_AT_START:
            return False
        try:
            self.rx("core reload" if changed else "core show uptime", 5.0)
        except AsteriskCommandError:
            return False
        state(log, "running", "adopted", of="asterisk", pid=self._pid, changed=sorted(changed))
        return True

    def _end(self, pid: int, seconds: float = 3.0) -> None:
        try:
            self.rx("core stop now", seconds)
        except AsteriskCommandError:
            log.warning("asterisk deaf", pid=pid)
        try:
            if not processes.wait_ended(pid, seconds):
                processes.end(pid, seconds)
        except PermissionError as error:
            raise AsteriskStartError(
                _("an Asterisk of another user (%(pid)s) runs in %(folder)s", pid=pid, folder=self.folder),
                cure=_("end it as that user, then start again"),
            ) from error
        self._pid = None

    def _last_words(self) -> str:
        words = []
        for name in ("log/messages.log", "log/console.log"):
            path = self.folder / name
            if path.exists():
                words += path.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
        return " | ".join(words)[-1500:] or "it said nothing"


def _environment() -> dict[str, str]:
    """Ours without what would make Asterisk's loader pick libraries of the machine; colours off for `-rx`."""
    return {**{k: v for k, v in os.environ.items() if not k.startswith("LD_")}, "TERM": "dumb", "LC_ALL": "C.UTF-8"}


def _write(path: Path, text: str) -> bool:
    """Write a file for its owner alone, at once or not at all; False where it says so already."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    draft = path.with_name(path.name + ".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
    return True
