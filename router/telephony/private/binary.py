"""An Asterisk that can be run: how to start it, where its parts lie. May live here: layouts, and asking its version.

Two layouts: a system's own (from a package or built there), and a *tree*: Debian packages unpacked in a folder, run by
the tree's own dynamic loader, which needs neither root nor chroot (measured on Debian 12 with Debian forky's 22.10).
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

MIN_VERSION: Final = (18, 0)
"""Older ones lack PJSIP's `match` by port and modules that we load."""

NEEDED_MODULES: Final = (
    "res_pjsip.so",
    "chan_pjsip.so",
    "app_directed_pickup.so",
    "app_dial.so",
    "app_userevent.so",
    "cdr_sqlite3_custom.so",
    "res_musiconhold.so",
)

LOADERS: Final = {"x86_64": "ld-linux-x86-64.so.2", "aarch64": "ld-linux-aarch64.so.1"}
"""Machine -> its dynamic loader."""


class AsteriskOrigin(StrEnum):
    """Where an Asterisk came from."""

    PATH = "path"
    APT = "apt"
    TREE = "tree"


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskBinary:
    """An Asterisk to run: `[*command, "-C", conf, "-f"]`.

    `modules` is `astmoddir`; `data` holds `documentation`, `sounds` and `moh`; `speech` is the command of a speech
    synthesiser (espeak-ng) that belongs to it, empty where there is none.
    """

    command: tuple[str, ...]
    modules: Path
    data: Path
    version: tuple[int, ...]
    origin: AsteriskOrigin
    speech: tuple[str, ...] = field(default=())

    @property
    def version_text(self) -> str:
        """The version as people write it, such as `22.10.1`."""
        return ".".join(map(str, self.version))

    @property
    def filters_events_by_name(self) -> bool:
        """Whether manager.conf takes `eventfilter(name(...))` (FACTS: from 18.26, 20.11, 21.6, 22.1)."""
        first = {18: (18, 26), 20: (20, 11), 21: (21, 6)}.get(self.version[0], (22, 1))
        return self.version >= first


def from_system(program: Path, origin: AsteriskOrigin = AsteriskOrigin.PATH) -> AsteriskBinary | str:
    """The Asterisk whose program is `program`, or why it can't be used, in words."""
    prefix = program.resolve().parent.parent
    triplet = f"{platform.machine()}-linux-gnu"
    modules = _first_with(
        [prefix / part / "asterisk/modules" for part in (f"lib/{triplet}", "lib64", "lib")], "res_pjsip.so"
    )
    if modules is None:
        return f"its modules (res_pjsip.so) are not below {prefix}/lib"
    data = _first_with([prefix / "share/asterisk", Path("/var/lib/asterisk"), prefix / "var/lib/asterisk"], "sounds")
    speech = shutil.which("espeak-ng")
    return _checked((str(program),), modules, data or prefix / "share/asterisk", origin, (speech,) if speech else ())


def from_tree(tree: Path) -> AsteriskBinary | str:
    """The Asterisk unpacked in `tree`, or why it can't be used, in words."""
    machine = platform.machine()
    if machine not in LOADERS:
        return f"no loader is known for {machine}"
    libraries = [tree / part / f"{machine}-linux-gnu" for part in ("usr/lib", "lib")]
    loader = _first_with(libraries, LOADERS[machine])
    program = tree / "usr/sbin/asterisk"
    if loader is None or not program.exists():
        return f"there is none in {tree}"
    # The tree comes from packages of one release: its programs must load that release's libraries, not the machine's
    path = ":".join(str(folder) for base in libraries for folder in (base, base / "asterisk", base / "pulseaudio"))
    run = (str(loader / LOADERS[machine]), "--library-path", path)
    modules = _first_with([tree / f"usr/lib/{machine}-linux-gnu/asterisk/modules", tree / "usr/lib/asterisk/modules"])
    if modules is None:
        return f"its modules are not in {tree}"
    voice, voices = tree / "usr/bin/espeak-ng", _first_with([base / "espeak-ng-data" for base in libraries])
    speech = (*run, str(voice), f"--path={voices.parent}") if voices and voice.exists() else ()
    return _checked((*run, str(program)), modules, tree / "usr/share/asterisk", AsteriskOrigin.TREE, speech)


def _checked(
    command: tuple[str, ...], modules: Path, data: Path, origin: AsteriskOrigin, speech: tuple[str, ...]
) -> AsteriskBinary | str:
    missing = [name for name in NEEDED_MODULES if not (modules / name).exists()]
    if missing:
        return f"it lacks the modules {', '.join(missing)}"
    version = ask_version(command)
    if version is None:
        return "it doesn't tell its version (asterisk -V)"
    if version < MIN_VERSION:
        return f"it is {'.'.join(map(str, version))}; {MIN_VERSION[0]} or newer is needed"
    return AsteriskBinary(
        command=command, modules=modules, data=data, version=version, origin=origin, speech=tuple(speech)
    )


def ask_version(command: Sequence[str]) -> tuple[int, ...] | None:
    """The version that `asterisk -V` tells, None when it tells none within 20 s."""
    try:
        done = subprocess.run(
            [*command, "-V"], capture_output=True, encoding="utf-8", errors="replace", timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"Asterisk (?:certified[/-])?(\d+(?:\.\d+)*)", done.stdout)
    return tuple(int(part) for part in match[1].split(".")) if match else None


def _first_with(folders: Iterable[Path], name: str = "") -> Path | None:
    return next((folder for folder in folders if (folder / name).exists()), None)
