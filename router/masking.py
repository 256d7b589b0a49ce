"""Numbers as people and logs may see them: 138****5678. May live here: the mask and nothing that knows who calls."""

from __future__ import annotations

import re

SHOWN_IN_FRONT, SHOWN_BEHIND = 3, 4


def mask(number: str) -> str:
    """The number with its middle hidden, in national form where it is Chinese; "" (withheld) stays empty.

    >>> mask("+8613812345678")
    '138****5678'
    >>> mask("12345")
    '1****'
    """
    shown = national(number)
    if not shown:
        return ""
    if len(shown) <= SHOWN_IN_FRONT + SHOWN_BEHIND:
        return shown[0] + "****"
    return f"{shown[:SHOWN_IN_FRONT]}****{shown[-SHOWN_BEHIND:]}"


def national(number: str) -> str:
    """A Chinese number as people write it; any other as it is.

    >>> national("+8613812345678")
    '13812345678'
    """
    return number.removeprefix("+86")


def mask_within(text: str) -> str:
    """A text of people's with the numbers in it masked.

    >>> mask_within("太太 13812345678，晚上打")
    '太太 138****5678，晚上打'
    >>> mask_within("2026-11-30 09:30, 138 1234 5678")
    '2026-11-30 09:30, 138****5678'
    """
    return _LONG.sub(lambda found: mask(re.sub(r"[ -]", "", found[1])) if found[1] else found[0], text)


_LONG = re.compile(r"\d{4}-\d\d-\d\d(?!\d)|(\+?\d(?:[ -]?\d){6,})")  # a date is none
