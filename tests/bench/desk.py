"""Decisions per second of the desk with 30 people, and a day of 2,000 calls: `python -m tests.bench.desk`."""

from __future__ import annotations

import random
import resource
import time

import click

from router.core import inputs
from router.core.actions import Rang
from router.core.desk import Desk
from router.core.policy import DAY_MS, Policy
from router.core.words import CallId, Number, PersonId

PEOPLE = tuple(PersonId(f"P{i:02}") for i in range(30))


def play_day(desk: Desk, day: int, calls: int, chance: random.Random) -> int:
    """Play one day of `calls` calls, most answered after some seconds; returns how many times somebody was rung."""
    start = day * DAY_MS
    arrivals = sorted(chance.randrange(12 * 3600 * 1000) for _ in range(calls))
    pending: list[tuple[int, int, inputs.Input]] = []
    for i, at in enumerate(arrivals):
        number = Number(f"139{chance.randrange(50_000):08}")
        pending.append((start + at, i, inputs.CallArrived(call=CallId(f"{day}-{i}"), number=number)))
    pending.sort(key=lambda entry: entry[:2])
    rung = 0
    later: list[tuple[int, int, str, CallId]] = []
    while pending or later:
        use_later = later and (not pending or later[0][0] <= pending[0][0])
        if use_later:
            at, i, what, call = later.pop(0)
            known = desk.office.calls[call]
            if what == "answer" and known.unanswered and known.ringing:
                desk.handle(inputs.Answered(call=call, person=known.ringing[0]), at)
                later.append((at + chance.randrange(20_000, 180_000), i, "hangup", call))
                later.sort()
            elif what == "hangup" and known.ended is None:
                desk.handle(inputs.HungUp(call=call), at)
            continue
        at, i, arrived = pending.pop(0)
        answer = desk.handle(arrived, at)
        rung += sum(isinstance(item, Rang) for item in answer)
        assert isinstance(arrived, inputs.CallArrived)
        later.append((at + chance.randrange(2_000, 25_000), i, "answer", arrived.call))
        later.sort()
    return rung


@click.command()
@click.option("--calls", default=2000, show_default=True)
@click.option("--days", default=5, show_default=True)
def main(calls: int, days: int) -> None:
    """Print seconds a day, decisions a second, and the memory after each day."""
    desk = Desk(Policy(keep_ms=32 * DAY_MS))  # as in service
    for person in PEOPLE:
        desk.handle(inputs.PersonKnown(person=person), 0)
    desk.handle(inputs.PlanSet(slots=(inputs.Slot(start=0, end=None, call=PEOPLE[:20], reception=PEOPLE[20:]),)), 0)
    chance = random.Random(1)
    click.echo("day  seconds  decisions/s  peak MB")
    for day in range(days):
        begun = time.perf_counter()
        rung = play_day(desk, day, calls, chance)
        seconds = time.perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        click.echo(f"{day:3}  {seconds:7.2f}  {rung / seconds:11.0f}  {peak:7.0f}")


if __name__ == "__main__":
    main()
