"""Scenarios of 2,000 calls and 30 people, as `hotline simulate` plays them: `python -m tests.bench.simulated_day`.

A hundred different days one after another, each with a desk of its own: seconds for each, and the memory in use after
it, which must stay flat. `tests.bench.desk` is the same for one desk that goes on for a hundred days, as in service.
"""

from __future__ import annotations

import gc
import os
import random
import time
from pathlib import Path
from typing import Any

import click

from router.simulate.model import read_case
from router.simulate.play import play

PEOPLE = [f"P{i:02}" for i in range(30)]
DAY_SECONDS = 12 * 3600
PRESENCES = ["present", "present", "receiving", "meeting", "break"]


def scenario(seed: int, calls: int) -> dict[str, Any]:
    """A day in DOMAIN 10's form whose events are possible whatever the rules decide: nobody answers by name.

    Callers give up, people come and go; so every call goes its whole way: offered, opened to everyone, missed.
    """
    chance = random.Random(seed)
    events: list[dict[str, Any]] = []
    for number in range(calls):
        at = round(chance.uniform(0, DAY_SECONDS), 3)
        caller = f"139{chance.randrange(50_000):08}"
        events.append({"at": at, "call": f"c{number}", "from": caller})
        events.append({"at": round(at + chance.uniform(1, 50), 3), "hangup": f"c{number}"})
        events.append({"at": round(at + 1, 3), "presence": chance.choice(PEOPLE), "is": chance.choice(PRESENCES)})
    events.sort(key=lambda event: event["at"])
    return {"case": f"day {seed}", "groups": {"call": PEOPLE[:20], "reception": PEOPLE[20:]}, "events": events}


def resident_mb() -> float:
    """The memory this process has in use now (not its peak), in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@click.command()
@click.option("--calls", default=2000, show_default=True)
@click.option("--days", default=100, show_default=True)
def main(calls: int, days: int) -> None:
    """Print seconds, trace items and memory of every tenth day, and the slowest of all."""
    click.echo("day  seconds  CPU s  items  MB in use")
    slowest = 0.0
    for day in range(days):
        case = read_case(scenario(day, calls))
        begun, cpu_begun = time.perf_counter(), time.process_time()
        result = play(case)
        seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - cpu_begun
        slowest = max(slowest, seconds)
        if result.error:
            raise click.ClickException(result.error)
        items = len(result.trace)
        del case, result
        gc.collect()
        if day % 10 == 0 or day == days - 1:
            click.echo(f"{day:3}  {seconds:7.2f}  {cpu_seconds:5.2f}  {items:5}  {resident_mb():9.1f}")
    click.echo(f"slowest: {slowest:.2f} s")


if __name__ == "__main__":
    main()
