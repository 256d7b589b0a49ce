"""The quick pairing against the obvious one, on crowded moments full of ties."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from router.reconcile.closest_pairs import Item, Window, pair_closest

WINDOW = Window(from_us=-3, to_us=8)


def obvious(left: Sequence[Item], right: Sequence[Item]) -> list[tuple[int, int]]:
    """Try all pairs, take the best, again."""
    possible = sorted(
        (abs(b.at_us - a.at_us), a.at_us, b.at_us, a.id, b.id, i, j)
        for i, a in enumerate(left)
        for j, b in enumerate(right)
        if a.keys & b.keys and WINDOW.from_us <= b.at_us - a.at_us <= WINDOW.to_us
    )
    pairs: list[tuple[int, int]] = []
    for *_, i, j in possible:
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return pairs


def crowd(dice: random.Random, prefix: str, keys: int) -> list[Item]:
    size, span = dice.randrange(0, 25), dice.choice((5, 30, 200))
    names = dice.sample(range(100), size)
    return [
        Item(
            at_us=dice.randrange(span),
            id=f"{prefix}{name:02}",
            keys=frozenset(dice.sample(range(keys), dice.randrange(0, keys + 1))),
        )
        for name in names
    ]


@pytest.mark.parametrize("keys", [1, 2, 5])
def test_crowded_pairs_are_those_that_trying_all_would_take(keys: int) -> None:
    dice = random.Random(keys)
    for _ in range(400):
        left, right = crowd(dice, "l", keys), crowd(dice, "r", keys)
        assert sorted(pair_closest(left, right, WINDOW)) == sorted(obvious(left, right))
