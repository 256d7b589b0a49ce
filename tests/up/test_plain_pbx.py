"""The whole path of an office with an Asterisk of its own: as it comes, the docs followed, each fault planted."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.telephony.phones.people import Phone, until
from tests.up.plain_pbx import PlainPbx
from tests.up.service import HOTLINE, Service

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]


@pytest.fixture(scope="module")
def pbx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlainPbx]:
    """A plain Asterisk that runs, with nothing of ours."""
    folder = Path(tmp_path_factory.mktemp("plain"))
    made = PlainPbx(folder / "pbx", Service(folder))
    made.service.data.mkdir(exist_ok=True)
    made.start()
    made.init()
    yield made
    made.stop()


def test_before_anything_is_done_doctor_says_what_to_do_first(pbx: PlainPbx) -> None:
    status, said = pbx.doctor("ami", "calls")
    assert status == 1
    assert "✕ ami" in said
    pbx.write("manager.conf", pbx.manager + pbx.section("manager.conf"))
    pbx.rx("manager reload")
    status, said = pbx.doctor("ami", "calls")
    assert "✓ ami" in said
    assert '#include "hotline.conf"' in said


def test_with_the_docs_followed_doctor_has_tried_everything_and_is_content(pbx: PlainPbx) -> None:
    pbx.takes_us_in()
    assert "pickupexten" not in pbx.read("hotline-features.conf"), "the office's own keys are left alone"
    assert pbx.doctor("ami", "calls") == (0, pbx.doctor("ami", "calls")[1]), pbx.doctor("ami", "calls")[1]
    until("nothing of the trial is left", lambda: "0 active channels" in pbx.rx("core show channels count"), within=2)


def _without(right: str, kind: str) -> Callable[[PlainPbx], None]:
    def plant(pbx: PlainPbx) -> None:
        text = pbx.read("manager.conf")
        line = next(line for line in text.splitlines() if line.startswith(f"{kind} ="))
        rights = [one for one in line.partition("= ")[2].split(",") if one != right]
        pbx.write("manager.conf", text.replace(line, f"{kind} = {','.join(rights)}"))

    return plant


def _in_file(name: str, old: str, new: str) -> Callable[[PlainPbx], None]:
    def plant(pbx: PlainPbx) -> None:
        text = pbx.read(name)
        assert old in text
        pbx.write(name, text.replace(old, new))

    return plant


TO_US = f"exten => {HOTLINE},1,Goto(hotline-in,${{EXTEN}},1)"
FAULTS: dict[str, tuple[Callable[[PlainPbx], None], str]] = {
    "read lacks user": (_without("user", "read"), "does not tell of UserEvent"),
    "read lacks call": (_without("call", "read"), "does not tell of"),
    "write lacks call": (_without("call", "write"), "class call"),
    "write lacks originate": (_without("originate", "write"), "class originate"),
    "write lacks reporting": (_without("reporting", "write"), "class reporting"),
    "write has system": (_in_file("manager.conf", "write = call", "write = system,call"), "has a shell"),
    "a filter is missing": (_in_file("manager.conf", "eventfilter(name(Pickup)) =\n", ""), "does not tell of Pickup"),
    "features not included": (
        _in_file("features.conf", '#include "hotline-features.conf"', "; nothing"),
        "keys in a call (*7, *9) do nothing",
    ),
    "phones without the codes": (_in_file("extensions.conf", "include => hotline-codes", "; none"), "[office]"),
    "the number on its old Dial": (
        _in_file(
            "extensions.conf",
            TO_US,
            f"exten => {HOTLINE},1,Dial(PJSIP/101,60)",
        ),
        "goes to Dial(PJSIP/101,60), past the hotline",
    ),
    "the number nowhere": (
        _in_file("extensions.conf", TO_US, ";"),
        "no extension leads calls",
    ),
    "a phone that is not there": (_in_file("pjsip.conf", "[102]", "[1022]"), "knows no phone PJSIP/102"),
    "the dialplan not included": (
        _in_file("extensions.conf", '#include "hotline.conf"', "; nothing"),
        "no context hotline-in",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_doctor_finds_each_fault_and_says_the_cure(pbx: PlainPbx, fault: str) -> None:
    pbx.takes_us_in()
    plant, words = FAULTS[fault]
    kept = pbx.read("pjsip.conf")
    plant(pbx)
    pbx.reload()
    if pbx.read("pjsip.conf") != kept:
        pbx.rx("module reload res_pjsip.so")
    try:
        status, said = pbx.doctor("calls")
        assert status == 1, said
        assert words in said
        assert "→" in said
    finally:
        if pbx.read("pjsip.conf") != kept:
            pbx.write("pjsip.conf", kept)
            pbx.rx("module reload res_pjsip.so")


def test_doctor_names_the_prompts_that_are_missing(pbx: PlainPbx) -> None:
    pbx.takes_us_in()
    gone = pbx.asterisk.folder / "prompts" / "hotline" / "press-1.wav"
    gone.unlink()
    status, said = pbx.doctor("calls")
    assert status == 1
    assert "press-1" in said
    assert "hotline prompts" in said


# --- the service on it


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PlainPbx]:
    """The same with everything done, and the service running on it; both consultants have checked in."""
    made = PlainPbx(tmp_path / "pbx", Service(tmp_path))
    made.init()
    made.start()
    made.takes_us_in()
    service = made.service
    try:
        service.start()
        for name, account in (("A", "101"), ("B", "102"), ("finance", "103")):
            phone = Phone(service.world, ("127.0.0.1", service.sip), user=account, secret=f"secret{account}")
            service.phone[name] = phone
            phone.signs_in()
        for name in "AB":
            service.phone[name].dials("*1")
            service.phone[name].is_let_go(within=10)
        service.until(lambda board: board.next == "A", within=10)
        yield made
    finally:
        service.end()
        made.stop()


def test_an_office_s_own_asterisk_serves_the_hotline_from_end_to_end(office: PlainPbx) -> None:
    service, phone = office.service, office.service.phone
    caller = service.caller("13900005001")
    caller.dials(HOTLINE)
    phone["A"].rings()
    phone["A"].answers()
    caller.hears(phone["A"])
    phone["A"].presses("*9102")
    phone["B"].rings(within=10)
    phone["B"].answers()
    caller.hears(phone["B"])
    caller.hangs_up()
    phone["B"].is_let_go()

    asks = service.caller("13900005003")
    asks.dials(HOTLINE)
    until("a phone rings", lambda: phone["A"].is_ringing() or phone["B"].is_ringing(), 10)
    rung, other = ("A", "B") if phone["A"].is_ringing() else ("B", "A")
    phone[other].dials("*8")  # the PBX's own pickup, of its groups
    asks.hears(phone[other])
    service.until(lambda board: [call.on_it for call in board.calls] == [other])
    phone[other].presses("#1103*2103")  # its own transfer keys do nothing in the hotline's calls
    asks.hears(phone[other])
    assert not phone["finance"].is_ringing()
    asks.hangs_up()
    phone[other].is_let_go()
    phone[rung].is_let_go()

    phone["A"].dials("200")  # the office's own dialplan goes on as it did
    phone["finance"].rings()
    phone["A"].hangs_up()
    assert office.doctor("ami", "calls", "records")[0] == 0, office.doctor("ami", "calls", "records")[1]

    engine = service.pid_of("engine")
    assert engine is not None
    os.kill(engine, signal.SIGSTOP)
    while_away = service.caller("13900005002")
    while_away.dials(HOTLINE)
    phone["B"].is_let_go()
    until("somebody is rung without the router", lambda: phone["A"].is_ringing() or phone["B"].is_ringing(), 12)
    taker = phone["A"] if phone["A"].is_ringing() else phone["B"]
    taker.answers()
    while_away.hears(taker)
    while_away.hangs_up()
    os.kill(engine, signal.SIGCONT)


def test_a_right_taken_away_while_the_service_runs_is_said_in_the_log_and_on_the_board(office: PlainPbx) -> None:
    service = office.service
    _without("originate", "write")(office)
    office.stop()
    office.start()
    service.until(lambda board: [lack.id for lack in board.pbx_lacks] == ["write-originate"], within=40)
    log = (service.data / "log" / "engine.log").read_text(encoding="utf-8")
    assert "pbx-lacks" in log
    assert "write-originate" in log
    office.takes_us_in()
    office.stop()
    office.start()
    service.until(lambda board: not board.pbx_lacks, within=40)
