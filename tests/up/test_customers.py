"""Whose customer, on the real telephone: blocked numbers, inside phones, an imported list, a further number."""

from __future__ import annotations

from datetime import datetime, timedelta

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
    first = service.engine.board().next
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


def test_customers_of_an_imported_list_ring_their_owner_from_any_of_their_numbers(
    service: Service, evidence: Evidence
) -> None:
    first, further = "13900006611", "13900006612"
    yesterday = datetime.now().astimezone() - timedelta(days=1)
    file = service.folder / "customers.csv"
    row = f"王女士,{first};0{further},D,{yesterday.isoformat(timespec='seconds')}"
    file.write_text(f"客户姓名,电话,置业顾问,末次联系\n{row}\n", encoding="utf-8-sig")
    taken = hotline(service, "import", "customers", str(file))
    assert "1 customers" in taken.output, taken.output
    assert "does not run" not in taken.output
    for number in (first, further):
        caller = service.caller(number).dials(HOTLINE)
        service.phone["D"].rings(within=8)
        service.phone["D"].answers()
        caller.hears(service.phone["D"])
        caller.hangs_up()
        service.settle()
        call = evidence.logged(number)
        assert (call["answerer"], call["stage"]) == ("D", "owner")
