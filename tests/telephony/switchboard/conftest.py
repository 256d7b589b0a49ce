"""One Asterisk for all tests here; a stage of its own for each test, which must leave nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from router.telephony.switchboard import Times
from tests.telephony.records.book import Book
from tests.telephony.switchboard.pbx import Pbx
from tests.telephony.switchboard.records import agrees
from tests.telephony.switchboard.scene import Scene
from tests.telephony.switchboard.table import Table

Stage = Callable[..., Scene]


def _running(folder: Path, **changes: object) -> Iterator[Pbx]:
    made = Pbx(folder, **changes)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def pbx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    yield from _running(Path(tmp_path_factory.mktemp("pbx")))


@pytest.fixture(scope="session")
def unfiltered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    """An Asterisk too old for event filters: it sends everything, raw numbers in `Newchannel`, too."""
    yield from _running(Path(tmp_path_factory.mktemp("old")), ami_events=())


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Pbx], Book]]:
    """The book of an Asterisk's own records."""
    made: dict[Path, Book] = {}

    def book_of(pbx: Pbx) -> Book:
        if pbx.folder not in made:
            made[pbx.folder] = Book(Path(tmp_path_factory.mktemp("book")), pbx.folder)
        return made[pbx.folder]

    yield book_of
    for book in made.values():
        book.close()


@pytest.fixture
def table() -> Table:
    """A board with A's desk phone and B's mobile, linked."""
    return Table()


@pytest.fixture
def stage(pbx: Pbx, books: Callable[[Pbx], Book]) -> Iterator[Stage]:
    """`stage("A", "B")`: these phones are registered, the switchboard runs; Asterisk's own records agree with it."""
    scenes: list[Scene] = []

    def make(*accounts: str, times: Times | None = None, on: Pbx = pbx, **trunk: Any) -> Scene:
        scene = Scene(on, times, **trunk)
        books(on).account_so_far()  # a call that was served without a router is on record a moment after its test
        scenes.append(scene)
        scene.begin(*accounts)
        return scene

    yield make
    for scene in scenes:
        scene.end()
        agrees(books(scene.pbx), scene)
