"""`hotline demo` as a newcomer runs it: no phone, no file, a real Asterisk; nothing is left of it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.telephony.phones.people import until
from tests.up.service import DIES_WITH_US, ROOT


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder for temporary files with a path short enough for Asterisk's socket."""
    folder = Path(tempfile.mkdtemp(prefix="hl", dir="/tmp"))
    yield folder
    assert not _processes(folder)
    shutil.rmtree(folder)


def _demo(scratch: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*DIES_WITH_US, sys.executable, "-m", "router.cli.main", "demo", "--ring-seconds", "1", *options],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(scratch)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _processes(scratch: Path) -> list[str]:
    """What runs in the scratch folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if f"{scratch}/".encode() in words:
            found.append(words.decode(errors="replace"))
    return found


def _until_a_phone_rings(demo: subprocess.Popen[str]) -> str:
    assert demo.stdout is not None
    said = []
    for line in demo.stdout:
        said.append(line)
        if "响铃" in line:
            return line
    raise AssertionError(f"the demonstration ended with {demo.wait()}:\n{''.join(said)}")


def test_a_newcomer_sees_callers_served_and_why_and_nothing_is_left(scratch: Path) -> None:
    demo = _demo(scratch, "--calls", "3")
    output, _ = demo.communicate(timeout=200)
    assert demo.returncode == 0, output
    assert "轮到的下一位" in output
    calls = output.partition("每通来电")[2]
    assert re.findall(r"138\*{4}000[1-3]", calls) == [f"138****000{number}" for number in range(1, 4)]
    assert calls.count("接听") >= 2, output
    assert list(scratch.iterdir()) == []


def test_ctrl_c_ends_it_and_the_next_one_clears_up_after_a_kill(scratch: Path) -> None:
    killed = _demo(scratch)
    assert "138****0001" in _until_a_phone_rings(killed)
    killed.kill()
    killed.communicate(timeout=30)
    (left,) = scratch.iterdir()
    assert _processes(scratch)
    demo = _demo(scratch)
    _until_a_phone_rings(demo)
    assert not _processes(left)
    demo.send_signal(signal.SIGINT)
    output, _ = demo.communicate(timeout=60)
    assert demo.returncode == 0, output
    until("all folders are gone", lambda: list(scratch.iterdir()) == [], 5)
