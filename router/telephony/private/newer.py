"""Is there a newer Asterisk than the one unpacked here? May live here: what apt's index knows, compared as dpkg does.

An unpacked Asterisk gets no updates by itself. The index is the machine's own, as `apt-get update` left it: nothing is
fetched, and where it has no Asterisk nothing can be known.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote

from router.telephony.private.apt import run_apt
from router.telephony.private.binary import AsteriskBinary, AsteriskOrigin
from router.telephony.private.errors import AsteriskInstallError
from router.telephony.private.install import default_tree
from router.texts import Message, _

LISTS = Path("/var/lib/apt/lists")
"""Where apt keeps its index."""


def renewal(tree: Path | None = None) -> Message:
    """How an unpacked Asterisk is brought up to date."""
    return _("stop the service, delete the folder %(tree)s and start it again", tree=tree or default_tree())


def newer_in_index(binary: AsteriskBinary, tree: Path | None = None) -> str:
    """The newest version in apt's index, if it is newer than the unpacked one; else, or where unknown, ""."""
    here = unpacked_version(tree or default_tree()) if binary.origin is AsteriskOrigin.TREE else ""
    newest = here
    for version in _index_versions() if here else ():
        if _is_newer(version, newest):
            newest = version
    return newest if newest != here else ""


def newer_as_remembered(binary: AsteriskBinary, tree: Path | None = None, lists: Path = LISTS) -> str:
    """As `newer_in_index`, which takes seconds; asked anew only when apt's lists or the tree have changed."""
    if binary.origin is not AsteriskOrigin.TREE:
        return ""
    place = tree or default_tree()
    note = place.with_name(place.name + ".newer")
    try:
        asked_of = f"{lists.stat().st_mtime_ns} {unpacked_version(place)}"
        known, _line, newest = note.read_text(encoding="utf-8").partition("\n") if note.exists() else ("", "", "")
        if known != asked_of:
            newest = newer_in_index(binary, place)
            note.write_text(f"{asked_of}\n{newest}", encoding="utf-8")
    except OSError:
        return ""  # no apt here, or a folder that is not ours to write in
    return newest


def unpacked_version(tree: Path) -> str:
    """The package's version, as the tree remembers what it was made of; "" where it does not."""
    try:
        packages = json.loads((tree / "hotline.json").read_text(encoding="utf-8"))["packages"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    named = (re.fullmatch(r"asterisk_(.+)_[a-z0-9]+\.deb", str(package)) for package in packages)
    return next((unquote(match[1]) for match in named if match), "")


def _index_versions() -> list[str]:
    if not (shutil.which("apt-cache") and shutil.which("dpkg")):
        return []
    try:
        lines = run_apt(("apt-cache", "madison", "asterisk"), {}).splitlines()
    except AsteriskInstallError:
        return []
    return [parts[1].strip() for line in lines if len(parts := line.split("|")) == 3 and parts[0].strip() == "asterisk"]


def _is_newer(one: str, other: str) -> bool:
    done = subprocess.run(["dpkg", "--compare-versions", one, "gt", other], capture_output=True, check=False)
    return done.returncode == 0
