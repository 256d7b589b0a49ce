"""One line for each thing that happened, whatever is in it; no number of a caller in any."""

from __future__ import annotations

import io
import logging
import re
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from router import logs
from router.logs import hide_numbers, logger, state
from router.store.database import open_database

pytestmark = pytest.mark.numbers_in_logs
ROUTER = Path(__file__).parents[1] / "router"
log = logger("router.tests")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a process writes to its log."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def only_line(written: io.StringIO) -> str:
    lines = written.getvalue().split("\n")
    assert len(lines) == 2, lines
    assert lines[1] == ""
    return lines[0]


def test_a_change_of_state_is_one_line_with_the_call_first(written: io.StringIO) -> None:
    state(log, "ringing", "open", people=["A", "B"], call="c1", late=False)
    assert re.fullmatch(
        r"time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d level=info part=tests"
        r" call=c1 event=state from=ringing to=open people=A,B late=false",
        only_line(written),
    )


@pytest.mark.parametrize(
    "forged",
    [
        "left\nlevel=critical event=alarm",
        "left\r\nlevel=critical event=alarm",
        "left\rlevel=critical event=alarm",
        "left\x0blevel=critical",
        "left\x85level=critical",
        "left\u2028level=critical",
        "left\u2029level=critical",
        'left" level=critical',
        "left\x1b[2Jlevel=critical",
        "left\x00level=critical",
    ],
)
def test_a_reason_cannot_forge_a_line_of_the_log(written: io.StringIO, forged: str) -> None:
    log.info("refused", why=forged)
    line = only_line(written)
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    assert not re.search(r'(?<!\\)" level=critical', line)


def test_neither_can_a_key_of_a_library_or_an_exception(written: io.StringIO) -> None:
    logging.getLogger("gunicorn.error").warning("Invalid request from ip=%s: %s", "10.0.0.1", "GET /\r\nlevel=error")
    logging.getLogger("alembic").error("failed", exc_info=ValueError("a\nlevel=critical event=alarm"))
    first, second = written.getvalue().splitlines()
    assert 'part=gunicorn.error event="Invalid request from ip=10.0.0.1: GET /\\nlevel=error"' in first
    assert "part=alembic event=failed" in second
    assert "ValueError: a\\nlevel=critical event=alarm" in second


def test_marks_that_turn_the_reading_round_are_shown_as_signs(written: io.StringIO) -> None:
    log.info("refused", why="abc\u202edef\u2066\u200b", name="张三\u3000李四")
    line = only_line(written)
    assert "why=abc<U+202E>def<U+2066><U+200B>" in line
    assert "name=张三\u3000李四" in line


def test_half_a_character_does_not_cost_the_line(written: io.StringIO) -> None:
    log.info("refused", why="a\ud800b")
    assert "why=a<U+D800>b" in only_line(written)


def test_a_value_without_end_is_cut(written: io.StringIO) -> None:
    log.info("refused", why="x" * 100_000)
    assert len(only_line(written)) < 2_500


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        ("13812345678", "138****5678"),
        ("+8613812345678", "138****5678"),
        ("8613812345678", "861****5678"),
        ("013812345678", "013****5678"),
        ("1795113812345678", "179****5678"),
        ("138 1234 5678", "138****5678"),
        ("138-1234-5678", "138****5678"),
        ("sip:13812345678@10.0.0.1", "sip:138****5678@10.0.0.1"),
        ("/customers?q=13812345678&page=2", "/customers?q=138****5678&page=2"),
        ("PJSIP/13812345678@carrier", "PJSIP/138****5678@carrier"),
        ("Key (number)=(+8613812345678) already exists", "Key (number)=(138****5678) already exists"),
        ("0571-87654321", "057****4321"),
        ("(0571) 87654321", "057****4321"),
        ("057187654321", "057****4321"),
        ("+44 20 7946 0000", "+44****0000"),
        ("004420794600001", "004****0001"),
        ("１３８１２３４５６７８", "１３８****５６７８"),
    ],
)
def test_what_looks_like_a_number_is_masked(said: str, hidden: str) -> None:
    assert hide_numbers(said) == hidden
    assert hide_numbers(hidden) == hidden


@pytest.mark.parametrize(
    "kept",
    [
        "2026-11-30T16:40:00.123+08:00",
        "1795168138.12",
        "1795168138123",
        "1795168138123456",
        "c0138123456789abcdef",
        "PJSIP/carrier-00000012",
        "20261130",
        "127.0.0.1:50601",
        "138****5678",
        "4008001234",
    ],
)
def test_what_is_none_stays(kept: str) -> None:
    assert hide_numbers(kept) == kept


def test_a_number_that_somebody_forgot_to_mask_is_masked_and_the_line_says_so(written: io.StringIO) -> None:
    log.info("arrived", number="+8613812345678", times=13812345678, others=["13900000001"])
    line = only_line(written)
    assert "number=138****5678 times=138****5678 others=139****0001 caught=number" in line


def test_what_the_database_says_holds_no_number(written: io.StringIO, tmp_path: Path) -> None:
    number, database = "+8613812345678", open_database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.begin() as connection:
        connection.execute(text("create table number (number text primary key)"))
    twice = text("insert into number values (:number), (:number)")
    with pytest.raises(IntegrityError) as failed, database.begin() as connection:
        connection.execute(twice, {"number": number})
    database.dispose()
    assert number not in str(failed.value)
    log.error("not written", exc_info=failed.value)
    assert "caught" not in only_line(written)


def test_a_warning_of_the_interpreter_is_a_line_too(written: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("13812345678 is\nodd", UserWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    assert "138****5678 is\\nodd" in only_line(written)


def test_a_thread_that_crashes_says_so_in_one_line(written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    for where, name in (("sys", "excepthook"), ("sys", "unraisablehook"), ("threading", "excepthook")):
        module = {"sys": __import__("sys"), "threading": threading}[where]
        monkeypatch.setattr(module, name, getattr(module, name))
    logs.tell_of_crashes()
    thread = threading.Thread(target=lambda: int("13812345678 is\nno number"), name="worker")
    thread.start()
    thread.join()
    line = only_line(written)
    assert "level=critical" in line
    assert "event=crashed thread=worker" in line
    assert "13812345678" not in line


def test_nobody_logs_past_the_one_place() -> None:
    for path in ROUTER.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if path.name != "logs.py":
            assert "getLogger" not in source, path
            assert "basicConfig" not in source, path
            assert "import structlog" not in source, path
        if path.is_relative_to(ROUTER / "core"):
            assert "router.logs" not in source, path
