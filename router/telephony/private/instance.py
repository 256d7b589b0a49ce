"""A private Asterisk as a process. May live here: its folder, its start, its end, and talking to its console.

It runs in the foreground as a child of whoever starts it (supervisor in service, a test in a test), from files made
new at each start. Nothing outside its folder is written.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from router.errors import PbxError
from router.telephony.private.binary import AsteriskBinary
from router.telephony.private.files import PrivateSettings, files

BOOT_SECONDS = 30.0
STOP_SECONDS = 5.0


class PrivateAsteriskError(PbxError):
    """The private Asterisk does not start or answer."""

    id = "private-asterisk"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateAsterisk:
    """One instance in a folder of its own; `dialplan` is the folder with our dialplan files."""

    binary: AsteriskBinary
    folder: Path
    settings: PrivateSettings
    dialplan: Path

    @property
    def configuration(self) -> Path:
        """The file that the process is started with."""
        return self.folder / "etc" / "asterisk.conf"

    @property
    def command(self) -> tuple[str, ...]:
        """How to run it in the foreground."""
        return (*self.binary.command, "-C", str(self.configuration), "-f")

    def write(self) -> None:
        """Write the configuration anew, readable by its owner alone; what it recorded stays."""
        etc = self.folder / "etc"
        for part in ("etc", "lib", "db", "spool", "run", "log", "log/cdr-csv"):
            (self.folder / part).mkdir(parents=True, exist_ok=True, mode=0o700)
        for stale in etc.iterdir():
            stale.unlink()
        for name, text in files(self.binary, self.folder, self.settings).items():
            (etc / name).write_text(text, encoding="utf-8")
        for source in self.dialplan.glob("*.conf"):
            shutil.copy(source, etc / source.name)
        for path in etc.iterdir():
            path.chmod(0o600)

    def start(self) -> subprocess.Popen[bytes]:
        """Write, start and wait until it is booted; raises `PrivateAsteriskError` with its last words."""
        self.write()
        environment = {**os.environ, "LANG": "C.UTF-8"}
        process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        deadline = time.monotonic() + BOOT_SECONDS
        while not self.is_booted():
            if process.poll() is not None or time.monotonic() > deadline:
                stop(process)
                raise PrivateAsteriskError(
                    f"Asterisk did not start: {self.last_words()}", cure=f"see {self.folder}/log"
                )
            time.sleep(0.05)
        return process

    def is_booted(self) -> bool:
        """Whether it answers its console and is fully booted."""
        return (self.folder / "run" / "asterisk.ctl").exists() and "booted" in self.console("core waitfullybooted")

    def console(self, command: str) -> str:
        """What its console answers; empty when it does not."""
        line = [*self.binary.command, "-C", str(self.configuration), "-rx", command]
        try:
            done = subprocess.run(
                line, capture_output=True, encoding="utf-8", errors="replace", timeout=10, check=False
            )
        except subprocess.TimeoutExpired:
            return ""
        return done.stdout

    def last_words(self) -> str:
        """The end of its log."""
        try:
            return " / ".join((self.folder / "log" / "messages").read_text(errors="replace").splitlines()[-3:])
        except OSError:
            return "it wrote no log"


def stop(process: subprocess.Popen[bytes]) -> None:
    """End it by its process id: at once, then by force."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
