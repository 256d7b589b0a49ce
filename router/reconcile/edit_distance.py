"""Which numbers are nearly the same (R24 step 3), without comparing each with each.

May live here: edit distance of numbers, nothing about calls. Theory: if two texts are at most 2 edits apart, then
deleting at most 2 characters from each makes them equal; so an index of such deletions finds every near number, and the
distance itself (rapidfuzz) decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

from rapidfuzz.distance import Levenshtein

MAX_DISTANCE = 2


def distance(one: str, other: str) -> int:
    """Levenshtein distance of the digits of two numbers (a swap is 2); more than 2 is said as 3."""
    return Levenshtein.distance(one.lstrip("+"), other.lstrip("+"), score_cutoff=MAX_DISTANCE)


class NearNumbers:
    """Finds, among some numbers, those that are 1 or 2 edits from a given one."""

    def __init__(self, numbers: Iterable[str]) -> None:
        self._by_shape: dict[str, list[str]] = defaultdict(list)
        for number in dict.fromkeys(numbers):
            for shape in _shapes(number):
                self._by_shape[shape].append(number)

    def of(self, number: str) -> set[str]:
        """The numbers at a distance of 1 or 2 from this one; none from a withheld one, which disagrees with nothing."""
        if not number:
            return set()  # R24: what is unknown is step 4's, however short the other number is
        found = {near for shape in _shapes(number) for near in self._by_shape.get(shape, ())}
        return {near for near in found if 1 <= distance(number, near) <= MAX_DISTANCE}


def _shapes(number: str) -> set[str]:
    """The digits, and all that is left of them after deleting one or two."""
    text = number.lstrip("+")
    keep = len(text)
    return {"".join(left) for gone in range(min(MAX_DISTANCE, keep) + 1) for left in combinations(text, keep - gone)}
