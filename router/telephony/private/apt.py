"""apt without root: reading the machine's sources, writing an APT_CONFIG of our own, asking apt to fetch packages.

May live here: what apt's files say and how apt is run. Signatures are always checked; nothing of the machine's own apt
is changed. The mirror is the one the machine already uses, with its proxies, certificates and passwords.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from router.telephony.private.errors import AsteriskInstallError
from router.texts import _

CARRIED: Final = re.compile(r"^Acquire::(?:https?|ftp|tor|Retries|ForceIPv[46]|Proxy)\b", re.IGNORECASE)
"""Settings of the machine's apt that decide how a mirror is reached; `Dir::Etc::Parts` would lose them."""

EXPIRED: Final = re.compile(r"is expired|Valid-Until|no longer valid", re.IGNORECASE)
"""What apt says of a release file that is past its date."""

SECONDS: Final = 900
"""Longest for one run of apt: a slow line takes minutes for 110 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AptSource:
    """One archive that the machine uses."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""


def machine_sources(etc: Path = Path("/etc/apt")) -> list[AptSource]:
    """Every binary archive in the machine's sources, one-line and deb822 files, in apt's order."""
    parts = etc / "sources.list.d"
    files = [etc / "sources.list", *sorted([*parts.glob("*.list"), *parts.glob("*.sources")])]
    found: list[AptSource] = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        found += deb822_sources(text) if file.suffix == ".sources" else one_line_sources(text)
    return found


def one_line_sources(text: str) -> Iterator[AptSource]:
    """The archives of a `sources.list`."""
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[([^]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)", line)
        if match:
            options = dict(part.split("=", 1) for part in (match[1] or "").split() if "=" in part)
            yield AptSource(
                uri=match[2],
                suites=(match[3],),
                components=tuple(match[4].split()),
                signed_by=options.get("signed-by", ""),
            )


def deb822_sources(text: str) -> Iterator[AptSource]:
    """The archives of a `.sources` file, apart from those switched off."""
    for stanza in re.split(r"\n\s*\n", "\n".join(line for line in text.splitlines() if not line.startswith("#"))):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line[:1].isspace():
                fields[name] = f"{fields.get(name, '')} {line.strip()}"
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.strip()
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in ("no", "false"):
            continue
        signed_by = fields.get("signed-by", "").split(" ")[0]
        for uri in fields.get("uris", "").split():
            yield AptSource(
                uri=uri,
                suites=tuple(fields.get("suites", "").split()),
                components=tuple(fields.get("components", "").split()),
                signed_by=signed_by if signed_by.startswith("/") else "",
            )


def carried_settings(dump: str) -> list[str]:
    """The lines of `apt-config dump` that say how mirrors are reached: proxies, certificates, time-outs."""
    return [line for line in dump.splitlines() if CARRIED.match(line) and not line.rstrip().endswith('"";')]


def config_text(work: Path, carried: list[str], etc: Path = Path("/etc/apt")) -> str:
    """An APT_CONFIG that keeps everything of apt's below `work`."""
    values = {
        "Dir": f"{work}/",
        "Dir::Etc": f"{work}/etc/",
        "Dir::Etc::SourceList": f"{work}/etc/sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Parts": "/dev/null",
        "Dir::Etc::netrc": f"{etc}/auth.conf",
        "Dir::Etc::netrcparts": f"{etc}/auth.conf.d/",
        "Dir::State": f"{work}/state/",
        "Dir::State::status": f"{work}/status",
        "Dir::Cache": f"{work}/cache/",
        "Dir::Log": f"{work}/log/",
        "Debug::NoLocking": "true",
        "APT::Sandbox::User": "",
        "APT::Install-Recommends": "false",
        "APT::Update::Error-Mode": "any",
        "Acquire::Languages": "none",
    }
    return "\n".join([*(f'{name} "{value}";' for name, value in values.items()), *carried, ""])


class PrivateApt:
    """apt in a folder of its own, for one archive."""

    def __init__(self, work: Path, source_line: str, dump: str) -> None:
        self.work = work
        for part in ("etc/preferences.d", "state/lists/partial", "cache/archives/partial", "log"):
            (work / part).mkdir(parents=True, exist_ok=True)
        (work / "status").write_text("", encoding="ascii")
        (work / "etc/sources.list").write_text(source_line + "\n", encoding="utf-8")
        (work / "apt.conf").write_text(config_text(work, carried_settings(dump)), encoding="utf-8")
        self._late = False

    def update(self, on_expired: Callable[[], None]) -> None:
        """Fetch the list of packages; a release file past its date is taken the second time, after `on_expired`."""
        try:
            self.run("update")
        except AsteriskInstallError as error:
            if not EXPIRED.search(error.message):
                raise
            on_expired()
            self._late = True
            self.run("update")

    def files(self, packages: tuple[str, ...]) -> list[str]:
        """The file names that installing `packages` on an empty system takes."""
        said = self.run("install", "-y", "-d", "--print-uris", *packages)
        return re.findall(r"^'[^']*' (\S+)", said, flags=re.MULTILINE)

    def download(self, packages: tuple[str, ...], on_line: Callable[[str], None]) -> Path:
        """Fetch `packages` and all they need; returns the folder of the files."""
        self.run("install", "-y", "-d", *packages, on_line=on_line)
        return self.work / "cache/archives"

    def run(self, *arguments: str, on_line: Callable[[str], None] | None = None) -> str:
        """Run apt-get; its standard output. Raises `AsteriskInstallError` with its own words."""
        late = ("-o", "Acquire::Check-Valid-Until=false") if self._late else ()
        return run_apt(("apt-get", *late, *arguments), {"APT_CONFIG": str(self.work / "apt.conf")}, on_line)


def run_apt(
    command: tuple[str, ...], environment: Mapping[str, str], on_line: Callable[[str], None] | None = None
) -> str:
    """Run a command of apt's and return its standard output, handing each line to `on_line` as it comes."""
    surroundings = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive", **environment}
    lines: list[str] = []
    try:
        with subprocess.Popen(
            ["timeout", str(SECONDS), *command],
            env=surroundings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                lines.append(line)
                if on_line:
                    on_line(line)
    except OSError as error:
        raise AsteriskInstallError(_("%(part)s can't be run: %(why)s", part=command[0], why=error.strerror)) from error
    if process.returncode:
        words = [line.strip() for line in lines if line.startswith(("E:", "Err:", "W:"))] or [
            lines[-1] if lines else ""
        ]
        raise AsteriskInstallError(
            _(
                "%(these)s failed (%(returncode)s): %(these2)s",
                these=" ".join(command[:2]),
                returncode=process.returncode,
                these2=" ".join(words[:6]),
            ),
            cure=_("check the network and the machine's apt sources, then start again"),
        )
    return "".join(lines)
