"""Installing a private Asterisk: packages of the machine's own distribution, unpacked in a folder. No root needed.

May live here: which packages, from which release, and the steps. The tree is built beside its place and renamed, so a
half one is never seen; a lock file keeps two processes from doing it at once.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from router.telephony.private.apt import AptSource, PrivateApt, machine_sources, run_apt
from router.telephony.private.binary import AsteriskBinary, from_tree
from router.telephony.private.errors import AsteriskInstallError
from router.telephony.private.progress import Progress, silent
from router.texts import _

PACKAGES: Final = ("asterisk", "asterisk-core-sounds-en", "asterisk-moh-opsound-wav", "espeak-ng")

DEBIAN_SUITE: Final = "forky"
"""Debian 12 and 13 have no Asterisk; forky has 22 (LTS), and its name stays when it is released."""

TREE_VARIABLE: Final = "HOTLINE_ASTERISK_TREE"


def default_tree() -> Path:
    """Where the tree lies: `HOTLINE_ASTERISK_TREE`, else below `.venv`, shared by sites and gone with it."""
    named = os.environ.get(TREE_VARIABLE)
    return Path(named) if named else Path(sys.prefix) / "share" / "asterisk-tree"


def install_tree(tree: Path | None = None, progress: Progress = silent) -> AsteriskBinary:
    """Unpack an Asterisk into `tree` (default `default_tree()`), or return the one that is there.

    Takes about 10 s and 350 MB on a fast line. Raises `AsteriskInstallError` with apt's words.
    """
    place = (tree or default_tree()).absolute()
    place.parent.mkdir(parents=True, exist_ok=True)
    with _lock(place.with_name(place.name + ".lock"), progress):
        there = from_tree(place)
        if isinstance(there, AsteriskBinary):
            return there
        with tempfile.TemporaryDirectory(prefix=f"{place.name}.new-", dir=place.parent) as temporary:
            work = Path(temporary)
            _build(work, progress)
            if place.exists():
                place.rename(work / "unusable")
            (work / "tree").rename(place)
        made = from_tree(place)
    if isinstance(made, str):
        raise AsteriskInstallError(
            _("the Asterisk unpacked in %(place)s can't be run: %(made)s", place=place, made=made)
        )
    return made


def _build(work: Path, progress: Progress) -> None:
    """Fetch and unpack everything into `work/tree`."""
    late: list[str] = []

    def expired() -> None:
        late.append("release file past its date")
        progress(
            f"the mirror's list of {DEBIAN_SUITE} is past its date; taking it all the same (its signature is checked)",
            0,
            0,
        )

    progress("asking apt's mirror what there is", 0, 0)
    apt = PrivateApt(work / "apt", source_line(machine_sources(), _os_release()), run_apt(("apt-config", "dump"), {}))
    apt.update(expired)
    total = len(apt.files(PACKAGES))
    files = sorted(apt.download(PACKAGES, _counter(total, progress)).glob("*.deb"))
    unpack(files, work / "tree", progress)
    facts = {"packages": [file.name for file in files], "remarks": late}
    (work / "tree" / "hotline.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")


class _counter:  # noqa: N801  (a function with a memory)
    """Counts apt's `Get:` lines and tells `progress`."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.total, self.progress, self.done = total, progress, 0

    def __call__(self, line: str) -> None:
        if re.match(r"(Get|Hit):\d+ ", line):
            self.done += 1
            self.progress("downloading packages", min(self.done, self.total), self.total)


def unpack(files: list[Path], tree: Path, progress: Progress) -> None:
    """Unpack each Debian package of `files` into `tree`; no script of theirs is run."""
    tree.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(files, 1):
        done = subprocess.run(
            ["dpkg-deb", "-x", str(file), str(tree)],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise AsteriskInstallError(
                _("%(name)s can't be unpacked: %(part)s", name=file.name, part=done.stderr.strip()[-200:]),
                cure=_("check the free space on the disk, then start again"),
            )
        progress("unpacking packages", number, len(files))


def source_line(sources: list[AptSource], release: Mapping[str, str]) -> str:
    """The one line of our `sources.list`: the machine's own mirror, and the release that has an Asterisk."""
    if release.get("ID") == "ubuntu":
        wanted = release.get("VERSION_CODENAME", "")
        mirror = next((s for s in sources if wanted in s.suites and "main" in s.components), None)
        line = f"{wanted} main universe"
        keyring = "ubuntu-archive-keyring"
    else:
        mirror = next((s for s in sources if _is_debian(s)), None)
        line, keyring = f"{DEBIAN_SUITE} main", "debian-archive-keyring"
    if mirror is None:
        raise AsteriskInstallError(
            _("no mirror of Debian or Ubuntu is among this machine's apt sources"),
            cure=_("install Asterisk 18 or newer by the system's own means, so that `asterisk` is found on PATH"),
        )
    keys = next((str(p) for e in ("gpg", "pgp") if (p := Path(f"/usr/share/keyrings/{keyring}.{e}")).exists()), "")
    keys = keys or mirror.signed_by
    return f"deb {f'[signed-by={keys}] ' if keys else ''}{mirror.uri} {line}"


def _is_debian(source: AptSource) -> bool:
    """Whether it is Debian's main archive: not its security one, nor somebody's own."""
    own = re.compile(r"^(bullseye|bookworm|trixie|forky|sid|oldstable|stable|testing|unstable)(-updates)?/?$")
    return "main" in source.components and "security" not in source.uri and any(own.match(s) for s in source.suites)


def _os_release(path: Path = Path("/etc/os-release")) -> dict[str, str]:
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return {key: value.strip('"') for key, value in re.findall(r"^(\w+)=(.*)$", text, flags=re.MULTILINE)}


@contextmanager
def _lock(path: Path, progress: Progress) -> Iterator[None]:
    """Hold `path` as a lock; the kernel lets go of it when its holder dies."""
    with path.open("w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            progress("another process is installing Asterisk; waiting for it", 0, 0)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def apt_candidate() -> str:
    """The version of Asterisk that apt would install here, empty where there is none."""
    if not shutil.which("apt-cache"):
        return ""
    match = re.search(r"Candidate: (\S+)", run_apt(("apt-cache", "policy", "asterisk"), {}))
    return "" if not match or match[1] == "(none)" else match[1]


def install_by_apt(progress: Progress = silent) -> None:
    """Install the distribution's Asterisk (root only), and leave the service of its own that comes with it off."""
    progress("installing the distribution's Asterisk by apt", 0, 0)
    run_apt(("apt-get", "install", "-y", "--no-install-recommends", *PACKAGES), {})
    if Path("/run/systemd/system").exists():
        # The package starts a service with a sample configuration, which would take our ports
        subprocess.run(["systemctl", "disable", "--now", "asterisk"], capture_output=True, check=False)
        progress("the service that came with it is switched off: we run our own", 0, 0)
