"""What phones may dial outside: the own country, none abroad, none that earn others money, and not without end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from router.telephony.private.dialplan import extensions
from router.telephony.private.settings import TrunkSettings
from tests.telephony.phones.people import Phone, until
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.pbx import HOTLINE, MOBILE, Pbx, settings

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]

GOES = (
    *("110", "114", "10086", "12345", "1008611", "95588", "4008001111", "8001234567"),
    *("87654321", "7654321", "13912345678", "013912345678", "16612345678", "17012345678", "19912345678"),
    *("01087654321", "02187654321", "057187654321", "03127654321"),
)
GOES_NOT = (
    *("1795113912345678", "17951001", "179110085291234567", "17909021", "1259313912345678", "1019313912345678"),
    *("16888", "16812345", "16888888888", "1601234", "12590", "1259012345"),
    *("02116812345", "01016812345", "0571160123", "0018001234567", "008613912345678", "0085291234567"),
    *("87654321012345678", "9001234567"),
)


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    """An office whose phones may make three calls a day."""
    trunks = (
        TrunkSettings(name="carrier", match=("127.0.0.2",), numbers=((HOTLINE, HOTLINE),)),
        TrunkSettings(
            name="mobiles", match=(MOBILE[0],), server=f"{MOBILE[0]}:{MOBILE[1]}", outgoing=True, daily_calls=3
        ),
    )
    made = Pbx(Path(tmp_path_factory.mktemp("outside")), trunks=trunks)
    made.start()
    yield made
    made.stop()


def test_a_phone_makes_so_many_calls_a_day_and_no_more_but_emergencies(stage: Stage, outside: Pbx) -> None:
    scene = stage("A", "C", on=outside)
    scene.dialled_out = True
    carrier = Phone(scene.world, scene.server, user="carrier", bind=MOBILE)
    scene.phone["carrier"] = carrier
    for number, (name, dialled) in enumerate(
        [("A", "13912345678")] * 3 + [("C", "17012345678"), ("A", "110")], start=1
    ):
        scene.phone[name].dials(dialled)
        until("it comes", lambda number=number: len(carrier.legs) == number)
        scene.phone[name].hangs_up()
        carrier.is_let_go()
    scene.phone["A"].dials("13912345678")
    until("somebody is told", lambda: "outgoing-limit" in scene.alarms)
    assert len(carrier.legs) == 5


@pytest.mark.parametrize("number", GOES_NOT)
def test_the_rules_of_outgoing_calls_can_not_be_gone_round(outside: Pbx, number: str) -> None:
    assert "Dial(" not in leads_to(outside, number)


@pytest.mark.parametrize("number", GOES)
def test_the_country_s_own_numbers_can_be_dialled(outside: Pbx, number: str) -> None:
    assert "Dial(PJSIP/${EXTEN}@mobiles" in leads_to(outside, number)


def leads_to(pbx: Pbx, number: str) -> str:
    """What Asterisk would do with a number that a phone dials: its best match."""
    shown = pbx.cli(f"dialplan show {number}@hotline-outgoing")
    first, _, rest = shown.partition("'_")
    return first + rest.partition("\n\n")[0].split("  '")[0] if rest else shown


def test_premium_numbers_of_other_countries_are_refused_too() -> None:
    for country, number in (("US", "_1900"), ("GB", "_09X"), ("DE", "_0900"), ("JP", "_0570")):
        text = extensions(
            settings(trunks=(TrunkSettings(name="t", match=("127.0.0.9",), outgoing=True, country=country),))
        )
        assert f"exten => {number},1,Playtones(congestion)" in text
