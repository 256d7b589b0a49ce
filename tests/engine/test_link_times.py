"""The file that says when the router had its link: kept up to the second, whatever ends the router."""

from __future__ import annotations

import threading
from pathlib import Path

from router.engine.link_times import Gap, LinkTimes, gaps

NOON = 1_795_521_600_000


def test_a_link_that_holds_is_one_line_and_no_gap(tmp_path: Path) -> None:
    log = LinkTimes(tmp_path / "link.log")
    for second in range(10):
        log.beat(NOON + second * 1000, is_linked=True)
    assert (tmp_path / "link.log").read_text() == f"{NOON},{NOON + 9000}\n"
    assert gaps(tmp_path / "link.log", NOON + 10_000) == []


def test_a_router_that_died_leaves_a_gap_from_its_last_beat_to_its_return(tmp_path: Path) -> None:
    LinkTimes(tmp_path / "link.log").beat(NOON, is_linked=True)
    assert gaps(tmp_path / "link.log", NOON + 60_000) == [Gap(from_ms=NOON, to_ms=None)]
    LinkTimes(tmp_path / "link.log").beat(NOON + 420_000, is_linked=True)
    assert gaps(tmp_path / "link.log", NOON + 421_000) == [Gap(from_ms=NOON, to_ms=NOON + 420_000)]


def test_a_link_that_breaks_while_the_router_lives_is_a_gap_too(tmp_path: Path) -> None:
    log = LinkTimes(tmp_path / "link.log")
    for second, is_linked in enumerate([True, *[False] * 8, True, True]):
        log.beat(NOON + second * 1000, is_linked=is_linked)
    assert gaps(tmp_path / "link.log", NOON + 10_000) == [Gap(from_ms=NOON, to_ms=NOON + 9000)]


def test_asterisk_waits_for_a_router_that_is_back_at_once(tmp_path: Path) -> None:
    LinkTimes(tmp_path / "link.log").beat(NOON, is_linked=True)
    LinkTimes(tmp_path / "link.log").beat(NOON + 3000, is_linked=True)
    assert gaps(tmp_path / "link.log", NOON + 4000) == []


def test_a_line_that_a_full_disk_tore_off_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "link.log"
    LinkTimes(path).beat(NOON, is_linked=True)
    path.write_text(path.read_text() + "17955")
    LinkTimes(path).beat(NOON + 60_000, is_linked=True)
    assert path.read_text() == f"{NOON},{NOON}\n{NOON + 60_000},{NOON + 60_000}\n"


def test_without_a_file_nothing_is_known(tmp_path: Path) -> None:
    assert gaps(tmp_path / "link.log", NOON) == []


def test_it_beats_until_the_router_ends(tmp_path: Path) -> None:
    over = threading.Event()
    looks: list[bool] = []

    def is_linked() -> bool:
        looks.append(True)
        over.set()
        return True

    LinkTimes(tmp_path / "link.log").follow(over, is_linked)
    assert len(looks) == 1
