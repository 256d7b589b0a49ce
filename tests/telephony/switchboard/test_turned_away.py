"""Calls that are nobody's leads: a blocked number, a consultant's own phone. The desk never hears of them."""

from __future__ import annotations

from router.core.inputs import CallArrived
from router.engine.ports import Letter
from router.reading.numbering import Numbering
from router.store.follow.events import FactKind
from router.wire.observation import Observation
from tests.telephony.switchboard.table import CALL, ENDED, HOTLINE_CALL, Table

ANNOUNCED = HOTLINE_CALL.replace("Offer: Local/c0123456789abcdef012@hotline-offer-00000000\n", "")
ANNOUNCED = ANNOUNCED.replace("From: 13900000001", "From: {number}")
OFFERED = HOTLINE_CALL.replace("From: 13900000001", "From: {number}")


class Numbers:
    """An office that has blocked one number and knows a further one of a customer."""

    def normalise(self, number: str) -> str:
        return Numbering(area_code="021").one(number)

    def first(self, number: str) -> str:
        return {"+8613900000009": "+8613900000001"}.get(number, number)

    def is_blocked(self, number: str) -> bool:
        return number == "+8613900000002"


def office() -> Table:
    table = Table()
    table.board.floor.numbers = Numbers()
    return table


def comes(table: Table, number: str) -> None:
    """As a call does: said by the caller's channel, then by the offer."""
    table.says(ANNOUNCED.replace("{number}", number), "-")
    table.says(OFFERED.replace("{number}", number), "-")


def noted(table: Table) -> list[Observation]:
    return [out for out in table.out if isinstance(out, Observation)]


def test_a_blocked_number_is_logged_once_and_hears_that_we_are_busy() -> None:
    table = office()
    comes(table, "013900000002")
    assert table.told() == []
    assert [(one.what, one.call, one.facts["caller"]) for one in noted(table)] == [
        (FactKind.BLOCKED, CALL, "+8613900000002")
    ]
    moved = table.said("Redirect")
    assert [(one["Context"], one["Exten"]) for one in moved] == [("hotline-release", "blocked")]
    table.says(ENDED, "-")
    assert table.told() == [], "its end is no news for a desk that never heard of it"
    assert CALL not in table.board.floor.calls


def test_a_consultants_phone_that_dials_the_hotline_is_no_lead() -> None:
    table = office()
    inside = OFFERED.replace("PJSIP/carrier-00000000", "PJSIP/101-00000000").replace("{number}", "101")
    table.says(inside, "-")
    assert table.told() == []
    assert [one.what for one in noted(table)] == [FactKind.INSIDE]
    assert len(table.said("Redirect")) == 1


def test_a_further_number_reaches_the_desk_as_the_customers_first_one() -> None:
    table = office()
    comes(table, "013900000009")
    arrived = [out for out in table.out if isinstance(out, Letter) and isinstance(out.input, CallArrived)]
    assert [out.input for out in arrived] == [CallArrived(call=CALL, number="+8613900000001")]  # type: ignore[arg-type]  # ids are text
    assert (arrived[0].facts["caller"], arrived[0].facts["number"]) == ("+8613900000009", "013900000009")


def test_however_the_carrier_writes_a_number_the_desk_knows_it_by_one() -> None:
    written = {
        "+8613812345678": "+8613812345678",
        "008613812345678": "+8613812345678",
        "013812345678": "+8613812345678",
        "13812345678": "+8613812345678",
        "8613812345678": "+8613812345678",
        "87654321": "+862187654321",
        "02187654321": "+862187654321",
        "+85291234567": "+85291234567",
        "0085291234567": "+85291234567",
        "": "",
    }
    for sent, known in written.items():
        table = office()
        comes(table, sent)
        told = [told.number for told in table.told() if isinstance(told, CallArrived)]
        assert told == [known], sent
