"""How carriers write a number that is advertised. May live here: that list, without Asterisk."""

from __future__ import annotations

from phonenumbers import country_code_for_region


def ways_to_write(number: str, *, region: str = "CN", area_code: str = "") -> tuple[str, ...]:
    """The number as it stands, then as carriers may dial it: with the country's code, a zero, the area or without.

    >>> ways_to_write("4008001234")
    ('4008001234', '+864008001234', '864008001234', '00864008001234', '04008001234')
    >>> ways_to_write("87654321", area_code="025")[-2:]
    ('2587654321', '02587654321')
    """
    country = str(country_code_for_region(region))
    area = area_code.removeprefix("0")
    national = number.removeprefix("+")
    for prefix in (f"00{country}", country) if number.startswith(("+", "00")) else ():
        national = national.removeprefix(prefix)
    national = national.removeprefix("0")
    is_local = bool(area) and len(national) <= LOCAL_DIGITS and number[0] not in "+0"
    if is_local:
        national = area + national
    ways = [f"+{country}{national}", f"{country}{national}", f"00{country}{national}", national, f"0{national}"]
    if area and national.startswith(area) and len(national) - len(area) <= LOCAL_DIGITS:
        ways.append(national.removeprefix(area))
    return tuple(dict.fromkeys((number, *ways)))


LOCAL_DIGITS = 8
