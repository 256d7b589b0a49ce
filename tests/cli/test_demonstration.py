"""The demonstration's own settings in a data folder, and the stage on which Asterisk plays it."""

from __future__ import annotations

import dataclasses
import re
import socket
from pathlib import Path

import pytest

from router.cli.demo import call, write_own_file
from router.cli.demo_site import DEMO, HABITS, OWN_FILE, STORY, DemonstrationFileError, demonstration
from router.cli.demo_view import unseen
from router.cli.ports import PortInUseError, Wanted, check_free
from router.cli.settings import open_file
from router.config.model import split_address
from router.telephony.private.conf import pjsip_sections, shipped
from router.telephony.private.from_site import settings_for
from router.telephony.private.stage import stage_habits
from router.wire.board import BoardItem


def test_a_file_in_the_data_folder_moves_the_demonstration_s_ports(tmp_path: Path) -> None:
    (tmp_path / OWN_FILE).write_text('[web]\nbind = "127.0.0.1:9090"\n', encoding="utf-8")
    place = open_file(None, tmp_path, lan="")
    assert place.demo
    assert place.stage is None
    assert place.site.web.bind == "127.0.0.1:9090"
    assert len(place.site.consultants) == len(DEMO["consultant"])


@pytest.mark.parametrize("text", ["[web\n", '[web]\nbind = "here"\n', "[stage]\nroom = 1\n", "\udcff"])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / OWN_FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DemonstrationFileError, match=OWN_FILE):
        demonstration(tmp_path)


def test_a_port_in_use_is_named_with_the_file_in_which_to_move_it(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = Wanted(host="127.0.0.1", port=other.getsockname()[1], udp=False, what="pages", setting="[web] bind")
        with pytest.raises(PortInUseError, match=rf"pages, \[web\] bind.*{OWN_FILE}"):
            check_free([taken], tmp_path / OWN_FILE)


def test_a_played_demonstration_has_free_ports_and_each_phone_a_habit(tmp_path: Path) -> None:
    write_own_file(tmp_path, 1.0, "en")
    place = open_file(None, tmp_path, lan="")
    assert place.stage is not None
    ports = [split_address(one)[1] for one in (place.site.web.bind, place.site.pbx.sip_bind)]
    ports += [split_address(one)[1] for one in (place.stage.callers, place.stage.phones)]
    ports.append(place.site.pbx.ami_port)
    assert 5060 not in ports
    assert place.site.policy.ring_seconds == 1
    assert place.site.site.language == "en"
    accounts = [phone.account for one in place.site.consultants for phone in one.all_phones]
    assert accounts == [account for account, _ in HABITS]


def test_the_stage_reaches_asterisk_and_names_only_what_its_dialplan_knows(tmp_path: Path) -> None:
    write_own_file(tmp_path, None, "zh")
    place = open_file(None, tmp_path, lan="")
    assert place.stage is not None
    settings = dataclasses.replace(settings_for(place.site, lambda name: f"secret-of-{name}"), stage=place.stage)
    sections = "\n".join(pjsip_sections(settings))
    assert f"contact = sip:101@{place.stage.phones}" in sections
    assert f"bind = {place.stage.callers}" in sections
    dialplan = (shipped("dialplan") / "demo.conf").read_text(encoding="utf-8")
    for habit in set(re.findall(r"(?:=|&)(\w+)-\d", stage_habits(place.stage))):
        assert f"same => n({habit})" in dialplan


def test_an_office_s_asterisk_has_no_stage(tmp_path: Path) -> None:
    place = open_file(None, tmp_path, lan="")
    assert "demo" not in "\n".join(pjsip_sections(settings_for(place.site, lambda name: f"secret-of-{name}")))


def test_every_caller_of_the_story_has_a_number_of_nobody_and_an_end_to_patience() -> None:
    for visit in STORY:
        assert re.fullmatch(r"1380000000\d", visit.number)
        assert int(call(visit, "4008001234").keys["Timeout"]) > 0


def test_what_happened_is_told_once_however_often_the_board_brings_it() -> None:
    rang = [BoardItem(at=at, what="Rang", details={"who": ["A"]}) for at in range(6)]
    assert unseen([], rang[:2]) == rang[:2]
    assert unseen(rang[:2], rang[:3]) == rang[2:3]
    assert unseen(rang[:3], rang[:3]) == []
    assert unseen(rang[:3], rang[1:5]) == rang[3:5]
    assert unseen(rang[:3], rang[4:6]) == rang[4:6]
    assert unseen(rang[:3], []) == []
