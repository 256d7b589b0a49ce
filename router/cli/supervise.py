"""Running the parts: a generated supervisor file, and the end of what an earlier start left behind.

May live here: starting, watching and ending processes of ours, by process id. Supervisor restarts what dies and stops
in reverse order; killed outright it leaves orphans, which the next start ends before its own.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from router.cli.data_folder import DataFolder
from router.errors import ConfigurationError, HotlineError
from router.telephony.private import processes
from router.texts import _

STOP_SECONDS = 15.0


class StartError(HotlineError):
    """A part did not come up."""

    id = "start"


class AlreadyRunningError(ConfigurationError):
    """Another `hotline up` runs on this data folder; it is left alone, since it may be serving calls."""

    id = "already-running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A part that runs as a process; lower `order` starts earlier and stops later."""

    name: str
    command: Sequence[str]
    order: int
    stop_signal: str = "TERM"
    environment: Mapping[str, str] = field(default_factory=dict)


def write_supervisor_file(folder: DataFolder, programs: Sequence[Program]) -> Path:
    """Write supervisor's configuration for these programs; no control port is opened."""
    path = folder.run / "supervisord.conf"
    parts = [
        "[supervisord]",
        "nodaemon=true",
        f"logfile={folder.logs / 'supervisor.log'}",
        f"pidfile={folder.run / 'supervisord.pid'}",
        f"childlogdir={folder.logs}",
        "user=root" if os.geteuid() == 0 else "",
    ]
    for program in programs:
        parts += [
            f"[program:{program.name}]",
            f"command={' '.join(_quoted(word) for word in program.command)}",
            f"priority={program.order}",
            "autorestart=true",
            "startretries=1000000",  # it never gives up; each try waits a second longer than the last
            "startsecs=1",
            f"stopsignal={program.stop_signal}",
            "stopwaitsecs=10",
            "stopasgroup=false",
            "killasgroup=true",
            "redirect_stderr=true",
            f"stdout_logfile={folder.logs / (program.name + '.log')}",
            "stdout_logfile_maxbytes=20MB",
            "stdout_logfile_backups=5",
            f"environment={_environment(program.environment)}" if program.environment else "",
        ]
    path.write_text("\n".join(line for line in parts if line) + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def _quoted(word: str) -> str:
    escaped = word.replace("%", "%%").replace('"', '\\"')
    return f'"{escaped}"' if " " in escaped or '"' in escaped else escaped


def _environment(values: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{value.replace("%", "%%")}"' for name, value in values.items())


def start_supervisor(configuration: Path) -> subprocess.Popen[bytes]:
    """Start supervisor in a session of its own, so that Ctrl-C reaches it through us alone, once."""
    command = [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(configuration)]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, start_new_session=True
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """End supervisor and, through it, all parts in reverse order."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_SECONDS * 2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def only_one(folder: DataFolder) -> Iterator[None]:
    """Be the one start of this data folder that runs; the lock goes with its holder, however that ends.

    Without it a second start would take the parts of a living one for orphans. Raises `AlreadyRunningError`.
    """
    with (folder.run / "up.lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid = file.read().strip() or "?"
            raise AlreadyRunningError(
                _("already running on %(folder)s (process %(pid)s)", folder=folder.path, pid=pid),
                cure=_("end that one first (Ctrl-C, or kill %(pid)s), or give another --data", pid=pid),
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def end_orphans(folder: DataFolder) -> list[str]:
    """End what an earlier start of this data folder left running; returns what was ended, for the user to read.

    A process is ours if its command line names our data folder: a process id alone may belong to somebody else now.
    Supervisor goes first, so that it does not restart what is ended after it.
    """
    ours = _ours(folder)
    ours.sort(key=lambda entry: "supervisord" not in entry[1])
    for pid, _command in ours:
        _end(pid)
    return [f"{pid} {command}" for pid, command in ours]


def _ours(folder: DataFolder) -> list[tuple[int, str]]:
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            mine = entry.stat().st_uid == os.geteuid()
        except OSError:
            continue  # it has ended meanwhile
        names_us = any(_is_inside(word, folder.path) for word in words[1:])
        if mine and names_us and _is_a_part(int(entry.name), words, folder):
            found.append((int(entry.name), b" ".join(words[:6]).decode(errors="replace").strip()))
    return found


def _is_inside(word: bytes, folder: Path) -> bool:
    text = word.decode(errors="replace")
    return text.startswith(f"{folder}/") or text == str(folder)


def _is_a_part(pid: int, words: Sequence[bytes], folder: DataFolder) -> bool:
    """A process that a start of ours makes; `up` itself, an editor or a pager on the folder is none."""
    text = b" ".join(words)
    is_command = any(f"router.cli.main {part} ".encode() in text for part in ("engine", "follow", "web", "jobs"))
    is_asterisk = processes.is_ours(pid, folder.asterisk / "etc" / "asterisk.conf")
    return is_command or is_asterisk or b"supervisor.supervisord" in text


def _end(pid: int) -> None:
    processes.end(pid, STOP_SECONDS)
    if not processes.wait_ended(pid, 0):
        raise StartError(
            _("process %(pid)s of an earlier start does not end", pid=pid),
            cure=_("end it yourself: kill -9 %(pid)s", pid=pid),
        )
