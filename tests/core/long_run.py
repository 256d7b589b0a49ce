"""10,000 random days against the invariants (issue B); run by hand: `python -m tests.core.long_run --days 10000`.

The suite runs a short one (test_long_run.py). Prints a progress bar and, at the first failure, the seed to repeat it.
"""

from __future__ import annotations

import random

import click

from tests.core.invariants import check_day, check_ledger, check_state, check_turns_used, check_uses
from tests.core.random_office import RandomOffice


def run_day(seed: int, steps: int = 60) -> RandomOffice:
    """One random day; raises AssertionError when a promise is broken."""
    day = RandomOffice(random.Random(seed).choice)
    for _ in range(steps):
        day.step()
        check_state(day.desk.office)
    check_day(day)
    check_turns_used(day)
    check_ledger(day)
    check_uses(day)
    return day


@click.command()
@click.option("--days", default=10_000, show_default=True)
@click.option("--first", default=0, show_default=True, help="Seed of the first day.")
def main(days: int, first: int) -> None:
    """Play random days and stop at the first that breaks a promise."""
    with click.progressbar(range(first, first + days), label="days") as seeds:
        for seed in seeds:
            try:
                run_day(seed)
            except Exception as error:
                raise click.ClickException(f"seed {seed}: {type(error).__name__}: {error}") from error
    click.echo(f"{days} days, no promise broken")


if __name__ == "__main__":
    main()
