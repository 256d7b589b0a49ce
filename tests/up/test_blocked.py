"""Blocked numbers and inside phones on the real telephone: logged, nobody rung, no call back owed."""

from __future__ import annotations

from click.testing import CliRunner, Result

from router.cli.main import cli
from tests.telephony.phones.people import until
from tests.up.evidence import Evidence
from tests.up.service import HOTLINE, Service

NUMBER = "13900006601"


def hotline(service: Service, *arguments: str) -> Result:
    where = ["--config", str(service.config), "--data", str(service.data)]
    return CliRunner().invoke(cli, [*arguments, *where])


def test_a_blocked_caller_is_logged_and_nobody_rung_until_the_block_is_taken_back(
    service: Service, evidence: Evidence
) -> None:
    before = service.turns()
    assert "blocked, from now on" in hotline(service, "block", NUMBER, "--reason", "推销贷款").output
    caller = service.caller(NUMBER)
    caller.dials(HOTLINE)
    caller.is_let_go(within=15)
    assert caller.final_status() == 486
    call = evidence.logged(NUMBER)
    assert (call["missed_why"], call["answerer"]) == ("blocked", None)
    assert evidence.turns(call["id"]) == []
    assert service.turns() == before
    assert not any(leg for phone in service.phone.values() for leg in phone.legs if leg.state == "ringing")
    assert "推销贷款" in hotline(service, "block", "list").output
    assert "not blocked any more, from now on" in hotline(service, "block", "remove", NUMBER).output
    first = service.engine.board()["next"]
    again = service.caller(NUMBER).dials(HOTLINE)
    service.phone[first].rings(within=8)
    again.hangs_up()
    service.settle()


def test_a_consultants_phone_that_dials_the_hotline_rings_nobody(service: Service, evidence: Evidence) -> None:
    before = service.turns()
    leg = service.phone["A"].dials(HOTLINE)
    until("the phone is told that we are busy", lambda: leg.state == "ended", 15)
    call = evidence.logged("101")
    assert (call["missed_why"], call["answerer"]) == ("inside", None)
    assert service.turns() == before
    service.settle()
