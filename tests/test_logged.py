"""The look for numbers in logs bites: in this process, in the files of others, and it fails the test at hand."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.logged import LogFiles, Witness, numbers_in

ROOT = Path(__file__).parents[1]
LEAKS = """
import logging
from pathlib import Path

def test_here():
    logging.getLogger("router.store").info("stored %s", "13812345678")

def test_masked():
    logging.getLogger("router.store").info("stored %s", "138****5678")

def test_elsewhere(tmp_path_factory):
    (tmp_path_factory.mktemp("service") / "messages.log").write_text("Executing [13812345678@trunk:1]\\n")
"""


@pytest.mark.parametrize(
    "line",
    [
        "number=13900000001",
        "number=+8613900000001",
        "from=008613900000001",
        "to=8613900000001",
        "sip:913900000099@127.0.0.1",
        "PJSIP/013900000009@carrier",
        "caller=+442079460000",
        "number=139****0001 caught=number",
    ],
)
def test_a_whole_number_is_found_however_it_is_written(line: str) -> None:
    assert numbers_in([line]) == [line]


@pytest.mark.parametrize(
    "line", ["number=139****0001", "at=1795168138.12 ms=1795168138123", "call=c0139000000012abcdef"]
)
def test_what_is_no_number_is_not(line: str) -> None:
    assert numbers_in([line]) == []


REFUSED = [
    (
        "NOTICE[1] res_pjsip/pjsip_distributor.c: Request 'INVITE' from '<sip:13900000001@127.0.0.3>' failed for "
        "'127.0.0.3:39998' (callid: fb8c) - No matching endpoint found"
    ),
    'SECURITY[1] res_security_log.c: SecurityEvent="InvalidAccountID",AccountID="13900000001",SessionID="fb8c"',
]


def test_a_stranger_whom_asterisk_turned_away_is_named_and_nobody_else_is(apart: Path) -> None:
    (apart / "messages.log").write_text(REFUSED[0] + "\n")
    (apart / "security.log").write_text(REFUSED[1] + "\n")
    assert LogFiles(apart).found() == []
    (apart / "engine.log").write_text("time=1 " + REFUSED[0] + "\n")
    (apart / "security.log").write_text('SecurityEvent="SuccessfulAuth",AccountID="13900000001"\n')
    assert [line.partition(":")[0] for line in LogFiles(apart).found()] == [
        str(apart / "engine.log"),
        str(apart / "security.log"),
    ]


@pytest.fixture
def apart() -> Iterator[Path]:
    """A folder where the look through this very run's files does not come."""
    with tempfile.TemporaryDirectory(prefix="leaks") as folder:
        yield Path(folder)


def test_a_plain_line_in_the_log_of_a_service_is_found(apart: Path) -> None:
    (apart / "engine.log").write_text("time=2026-11-30T10:00:00.000+08:00 level=info\nTraceback (most recent\n")
    assert [line.split(": ")[1] for line in LogFiles(apart).found()] == ["Traceback (most recent"]


def test_a_test_that_logs_a_number_fails_and_so_does_one_whose_service_does(apart: Path) -> None:
    (apart / "test_leaks.py").write_text(LEAKS)
    (apart / "pytest.ini").write_text("[pytest]\nlog_level = INFO\n")
    plugins = ("-p", "tests.conftest", "-p", "no:cacheprovider")
    command = ("-m", "pytest", "-q", *plugins, "--basetemp", str(apart / "t"))
    told = subprocess.run(
        [sys.executable, *command, "-c", str(apart / "pytest.ini"), str(apart / "test_leaks.py")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 1, told.stdout + told.stderr
    assert "test_leaks.py::test_here" in told.stdout
    assert "test_leaks.py::test_elsewhere" in told.stdout  # the last test: files are looked at in the end
    assert "3 passed, 2 errors" in told.stdout
    assert "number=138****5678" not in told.stdout
    assert Witness().lines == []
