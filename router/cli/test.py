"""`hotline test`: installs what the tests need, then runs every check. Only in a checkout of the project.

Linters and types first (fast, and they name the line), pytest last, so that its closing line closes the output.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from router.errors import ConfigurationError, HotlineError
from router.texts import _

ROOT = Path(__file__).resolve().parents[2]

# Debian package -> the program it brings; all of them are for tests only
APT: dict[str, str] = {"chromium": "chromium", "fonts-noto-cjk": "", "sip-tester": "sipp"}

NOT_EVERYWHERE = ("hadolint",)  # its package brings a program for x86-64 alone

CHECKS: tuple[tuple[str, Sequence[str]], ...] = (
    ("ruff: style", ("ruff", "check", ".")),
    ("ruff: format", ("ruff", "format", "--check", ".")),
    ("mypy: types", ("mypy",)),
    ("import-linter: who may import whom", ("lint-imports",)),
    ("shellcheck: scripts", ("shellcheck", ".ci/run", "docker/asterisk/start")),
    ("hadolint: Dockerfiles", ("hadolint", "Dockerfile", "docker/asterisk/Dockerfile")),
)


@click.command(name="test", context_settings={"ignore_unknown_options": True})
@click.argument("pytest_arguments", nargs=-1, type=click.UNPROCESSED)
def command(pytest_arguments: tuple[str, ...]) -> None:
    """Install what the tests need and run every check.

    PYTEST_ARGUMENTS go to pytest; with some, only pytest runs: ./hotline test tests/core -k owner.
    """
    if not (ROOT / "pyproject.toml").exists():
        raise ConfigurationError(
            _("the tests are not part of an installed package"), cure=_("run ./hotline test in a checkout")
        )
    _install_programs()
    _install_asterisk()
    _fetch_assets()
    failed = [] if pytest_arguments else [name for name, arguments in CHECKS if not _run(name, arguments)]
    tested = _run("pytest", ("pytest", *(pytest_arguments or ("-n", "2", "--dist", "loadgroup"))))
    for name in failed:
        click.echo(f"hotline test: FAILED {name}", err=True)
    raise SystemExit(1 if failed or not tested else 0)


def _run(name: str, arguments: Sequence[str]) -> bool:
    click.echo(f"hotline test: {name}", err=True)
    program, *rest = arguments
    path = Path(sys.executable).with_name(program)
    if not path.exists() and program in NOT_EVERYWHERE:
        click.echo(f"hotline test: not run: there is no {program} for this machine", err=True)
        return True
    # the tests start the programs hundreds of times: compiled once, whatever the machine's habit
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run([str(path), *rest], cwd=ROOT, env=environment, check=False).returncode == 0


def _install_programs() -> None:
    missing = [package for package, program in APT.items() if not _is_there(package, program)]
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        click.echo(f"hotline test: not installed, tests that need them fail: {' '.join(missing)}", err=True)
        return
    click.echo(f"hotline test: apt-get install {' '.join(missing)}", err=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", *missing)):
        subprocess.run(["apt-get", *arguments], env=environment, stdout=sys.stderr, check=False)


def _install_asterisk() -> None:
    """A real Asterisk for the telephony tests, in .venv; where it can't be had, those tests fail and say so."""
    from router.telephony.private.find import ensure_asterisk

    last = [""]

    def progress(text: str, done: int, total: int) -> None:
        if text != last[0] or done == total:
            last[0] = text
            click.echo(f"hotline test: Asterisk: {text}", err=True)

    try:
        ensure_asterisk(progress=progress)
    except HotlineError as error:
        click.echo(f"hotline test: {error}", err=True)


def _fetch_assets() -> None:
    """The pages' CSS and JavaScript for tests in a browser; where they can't be had, those are skipped and say so."""
    from router.web import assets

    try:
        assets.ensure(lambda text: click.echo(f"hotline test: {text}", err=True))
    except HotlineError as error:
        click.echo(f"hotline test: {error}", err=True)


def _is_there(package: str, program: str) -> bool:
    if program:
        return shutil.which(program) is not None
    return subprocess.run(["dpkg", "-s", package], capture_output=True, check=False).returncode == 0
