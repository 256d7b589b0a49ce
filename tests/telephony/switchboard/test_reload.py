"""Somebody reloads the dialplan while the router lives."""

from __future__ import annotations

import pytest

from tests.telephony.phones.people import until
from tests.telephony.switchboard.conftest import Stage

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]


def test_a_reload_that_forgets_our_globals_is_noticed_and_mended(stage: Stage) -> None:
    scene = stage("A")
    file = scene.pbx.folder / "etc" / "extensions.conf"
    text = file.read_text(encoding="utf-8")
    key = scene.board._board.floor.key
    try:
        file.write_text(text.replace("clearglobalvars = no", "clearglobalvars = yes"), encoding="utf-8")
        scene.pbx.cli("dialplan reload")
        until("it is told anew", lambda: key in scene.pbx.cli("dialplan show globals"), 6)
    finally:
        file.write_text(text, encoding="utf-8")
        scene.pbx.cli("dialplan reload")
    until("it is told anew", lambda: key in scene.pbx.cli("dialplan show globals"), 6)
    caller, call = scene.call_comes()
    scene.ring(call, "A")
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
