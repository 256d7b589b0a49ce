"""How carriers write a number that is advertised."""

from __future__ import annotations

import pytest

from router.telephony.numbers import ways_to_write


@pytest.mark.parametrize(
    ("number", "region", "area", "ways"),
    [
        ("4008001234", "CN", "025", {"+864008001234", "864008001234", "00864008001234", "04008001234"}),
        ("+864008001234", "CN", "", {"4008001234", "864008001234", "04008001234"}),
        ("87654321", "CN", "025", {"02587654321", "2587654321", "+862587654321", "862587654321"}),
        ("02587654321", "CN", "025", {"87654321", "2587654321", "+862587654321"}),
        ("02587654321", "CN", "", {"2587654321", "+862587654321"}),
        ("96888", "CN", "", {"+8696888", "096888"}),
        ("2125550100", "US", "", {"+12125550100", "12125550100"}),
        ("85224681234", "HK", "", {"85224681234"}),
    ],
)
def test_each_way_stands_beside_the_number_as_it_is_written(
    number: str, region: str, area: str, ways: set[str]
) -> None:
    told = ways_to_write(number, region=region, area_code=area)
    assert told[0] == number
    assert ways <= set(told)
    assert len(set(told)) == len(told)
