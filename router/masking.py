"""Numbers as people and logs may see them: 138****5678. May live here: the mask and nothing that knows who calls."""

from __future__ import annotations

SHOWN_IN_FRONT, SHOWN_BEHIND = 3, 4


def mask(number: str) -> str:
    """The number with its middle hidden, in national form where it is Chinese; "" (withheld) stays empty.

    >>> mask("+8613812345678")
    '138****5678'
    >>> mask("12345")
    '1****'
    """
    national = number.removeprefix("+86")
    if not national:
        return ""
    if len(national) <= SHOWN_IN_FRONT + SHOWN_BEHIND:
        return national[0] + "****"
    return f"{national[:SHOWN_IN_FRONT]}****{national[-SHOWN_BEHIND:]}"
