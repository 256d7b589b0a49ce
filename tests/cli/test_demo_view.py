"""What the terminal shows of a demonstration: who is next, who rings for whom, everybody's turn."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from router.cli.demo_view import DemoView
from router.cli.settings import open_file
from router.cli.up import Running
from router.core import inputs
from router.core.desk import Desk
from router.core.words import CallId, Number, PersonId
from router.engine.board import board
from router.engine.daily import DayRules
from router.engine.day_state import DayState
from router.wire.board import BoardItem


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Running]:
    """A demonstration's service as the view is given it, without its processes."""
    place = open_file(None, tmp_path, lan="")
    with subprocess.Popen([sys.executable, "-c", ""]) as supervisor:
        yield Running(
            place=place, passwords={"supervisor": "geheim"}, seconds=1, over=threading.Event(), supervisor=supervisor
        )


@pytest.fixture
def desk() -> Desk:
    """A morning: A is with a visitor, B is being rung."""
    now = time.time_ns() // 1_000_000
    desk = Desk(rings_at_once=True)
    slot = inputs.Slot(start=0, end=None, name="白班", call=(PersonId("A"), PersonId("B"), PersonId("C")), reception=())
    desk.handle(inputs.PlanSet(slots=(slot,)), now)
    desk.handle(inputs.Tick(), now)
    desk.handle(inputs.PresenceChanged(person=PersonId("A"), presence="receiving"), now)
    desk.handle(inputs.CallArrived(call=CallId("c1"), number=Number("+8613812345678")), now)
    return desk


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("下一位 王伟", "接电组 · 第1轮", "◆接待中", "◔派接中", "◔响铃", "138****5678", "/15 s", "李丽")),
        ("en", ("Next: 王伟", "Call group · round 1", "◆With visitor", "◔Offered", "◔Ringing", "138****5678", "李丽")),
    ],
)
def test_the_picture_tells_who_is_next_and_who_rings(
    service: Running, desk: Desk, language: str, words: tuple[str, ...]
) -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100)
    view = DemoView(console, service, language)
    view.greet()
    with view:
        view.show(board(desk.office, DayState(), DayRules()))
    console.print(view.picture())
    shown = out.getvalue()
    assert "supervisor / geheim" in shown
    for word in words:
        assert word in shown


def test_in_a_pipe_each_thing_that_happens_is_a_line(service: Running, desk: Desk) -> None:
    out = io.StringIO()
    view = DemoView(Console(file=out), service, "zh")
    details = {"call": "c1", "who": ["B"], "stage": "rotation"}
    rang = BoardItem(at=desk.office.now, what="Rang", details=details)
    with view:
        view.show(board(desk.office, DayState(), DayRules(), recent=[rang]))
        view.show(board(desk.office, DayState(), DayRules(), recent=[rang]))
    assert out.getvalue().count("138****5678  响铃 李丽：轮到的下一位\n") == 1
    assert not view.has_seen_all(1)
    desk.handle(inputs.HungUp(call=CallId("c1")), desk.office.now)
    view.show(board(desk.office, DayState(), DayRules()))
    assert view.has_seen_all(1)
