"""One Asterisk for all tests here; a stage of its own for each test, which must leave nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from router.telephony.switchboard import Times
from tests.telephony.switchboard.pbx import Pbx
from tests.telephony.switchboard.scene import Scene, endpoints

Stage = Callable[..., Scene]


@pytest.fixture(scope="session")
def pbx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    folder = Path(tmp_path_factory.mktemp("pbx"))
    made = Pbx(folder, endpoints())
    made.start()
    yield made
    made.stop()


@pytest.fixture
def stage(pbx: Pbx) -> Iterator[Stage]:
    """`stage("A", "B")`: these phones are registered, the switchboard runs."""
    scenes: list[Scene] = []

    def make(*accounts: str, times: Times | None = None, user: str = "hotline", **trunk: Any) -> Scene:
        scene = Scene(pbx, times, user, **trunk)
        scenes.append(scene)
        scene.begin(*accounts)
        return scene

    yield make
    for scene in scenes:
        scene.end()
