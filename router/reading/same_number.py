"""Finding a number again in what people wrote, however they wrote it. May live here: that comparison.

A number is given in E.164; in a text it may stand with spaces, dashes, brackets, full-width digits, `0086` or a 0 in
front, an extension behind, or, as a landline, without its area code. Digits that merely contain it are another's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from router.reading.numbering import digits
from router.reading.numbers import numbers_in

GONE = "***"
_MOBILE = re.compile("861[3-9]")
_RUN = re.compile(r"[+＋]?\d(?:[\s().（）–—−-]{0,3}\d){4,}(?:\s*(?:转|分机|ext\.?|x|#)\s*\d{1,6})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SameNumber:
    """Tells whether a text names one of some numbers (E.164)."""

    numbers: frozenset[str]

    @classmethod
    def of(cls, numbers: Iterable[str]) -> SameNumber:
        """For these numbers."""
        return cls(frozenset(filter(None, map(digits, numbers))))

    def is_one(self, written: str) -> bool:
        """Whether this, which is one number, is one of them."""
        bare = re.sub(r"^(?:00)?", "", digits(written))
        return any(_same(bare, number) for number in self.numbers)

    def is_in(self, text: str) -> bool:
        """Whether a text names one of them."""
        return self.without(text) != text

    def without(self, text: str) -> str:
        """The text with each of them taken out; the rest stays as it is."""
        return _RUN.sub(lambda run: self._without_in(run[0]), text)

    def _without_in(self, run: str) -> str:
        if self.is_one(run):
            return GONE
        read = numbers_in(run)
        if not any(self.is_one(number.main) for number in read.numbers):
            return run
        if len(read.numbers) == 1:
            return GONE  # with its extension
        return " ".join(GONE if self.is_one(number.main) else number.main for number in read.numbers)


def _same(written: str, number: str) -> bool:
    """Digits as written and those of E.164 (country in front)."""
    if written == number:
        return True
    national = written.removeprefix("0")
    if not number.endswith(national):
        return False
    lacking = len(number) - len(national)
    if len(national) >= 10 or (number.startswith("86") and len(national) == 9):
        return 1 <= lacking <= 3  # the country's code
    is_local = number.startswith("86") and not number.startswith("861") and 7 <= len(national) <= 8
    return is_local and 4 <= lacking <= 5 and national == written  # country and area
