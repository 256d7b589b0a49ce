"""How numbers are compared (R24): E.164 of the site's region, however they are written.

May live here: reading numbers, nothing about calls. The `phonenumbers` library has the say over whatever it can parse,
valid or not; of what it can't parse the bare digits count, and a number without a digit is withheld: "".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from router.reading.numbers import split_numbers

_PLUS = "+＋"
# China's subscriber numbers: 7 or 8 digits; 0 begins a trunk prefix, 1 mobiles and emergency, 9 services.
_LOCAL_CN = re.compile("[2-8][0-9]{6,7}")
# What the library writes as +86 and the same digits (a test compares the two); it takes 179 for a carrier's prefix.
_PLAIN_MOBILE_CN = re.compile("1(?:[3-689][0-9]|7[0-8])[0-9]{8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """How this site's numbers are read: the region's plan, and the area code put before local numbers ("": none)."""

    region: str = "CN"
    area_code: str = ""

    def one(self, text: str) -> str:
        """The number in E.164, or its bare digits where it can't be parsed, or "" (withheld)."""
        return _normalised(text, self.region, self.area_code)

    def several(self, text: str) -> tuple[str, ...]:
        """The numbers of a form, which are separated by `;` or `；`; withheld ones are left out."""
        found = map(self.one, split_numbers(text))
        return tuple(dict.fromkeys(number for number in found if number))


def digits(text: str) -> str:
    """The decimal digits of a text in ASCII; full-width ones count."""
    if text.isascii():
        return "".join(filter(str.isdigit, text))
    return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())


@lru_cache(maxsize=1 << 17)
def _normalised(text: str, region: str, area_code: str) -> str:
    if region == "CN" and _PLAIN_MOBILE_CN.fullmatch(text):
        return f"+86{text}"
    bare = digits(text)
    if not bare:
        return ""
    if area_code and _is_local(text, bare, region):
        text = area_code + bare
    try:
        return phonenumbers.format_number(phonenumbers.parse(text, region), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        return bare


def _is_local(text: str, bare: str, region: str) -> bool:
    """Whether a number lacks its area code. The library calls a bare Chinese landline possible, so that has a rule."""
    if any(plus in text for plus in _PLUS):
        return False
    if region == "CN":
        return _LOCAL_CN.fullmatch(bare) is not None
    try:
        reason = phonenumbers.is_possible_number_with_reason(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False
    return bool(reason == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
