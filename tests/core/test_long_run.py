"""A short run of the long run: a hundred random days."""

from __future__ import annotations

import pytest

from tests.core.long_run import run_day


@pytest.mark.parametrize("seed", range(0, 100, 10))
def test_ten_random_days_keep_the_promises(seed: int) -> None:
    for day in range(seed, seed + 10):
        run_day(day)
