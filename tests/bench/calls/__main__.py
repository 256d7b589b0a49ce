"""Calls through the router, through plain `Dial` and through `app_queue`, side by side: `python -m tests.bench.calls`.

One generator, the same 50 phones (each answers 0.1 s after it was invited), the same Asterisk with the settings of a
site; the engine is the real process with its journal and its database. At each rate the contenders take turns, in
another order each round, so that the machine's mood touches all alike. `generator` is the caller dialling the phone
directly: what the bench itself adds. Prints the Markdown tables of docs/benchmarks.md.
"""

from __future__ import annotations

import os
import platform
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from tests.bench.calls.load import Load
from tests.bench.calls.pbx import CUSTOMERS, PEERS, Pbx
from tests.bench.calls.table import Result, Results, details, ratios

CONTENDERS = ("router", "Dial", "app_queue")
GENERATOR = "generator"
PHONES = 50
QUIET = 0.05  # CPU seconds a second of both processes: nobody catches up any more
QUIET_AT_MOST_SECONDS = 30.0


class Bench:
    """The generator, what it drives, and what came out."""

    def __init__(self, load: Load, pbx: Pbx, seconds: float) -> None:
        self._load, self._pbx, self._seconds = load, pbx, seconds
        self._names = [line.name for line in load.phones]
        self._next_phone = 0
        self.results: Results = {}

    def segment(self, peer: str, rate: int, count: int = 0) -> None:
        """Let one contender take calls at one rate, for a while or `count` of them."""
        count = count or max(10, round(rate * self._seconds * (3 if rate < 20 else 1)))
        before = self._pbx.cpu_seconds()
        first = self._next_phone
        self._next_phone += count
        host = CUSTOMERS if peer == "router" else PEERS
        attempts = self._load.run(host, lambda n: self._target(peer, first + n), rate, count)
        self._settle()
        result = self.results.setdefault((rate, peer), Result())
        result.attempts += attempts
        if peer != GENERATOR:
            for name, seconds in self._pbx.cpu_seconds().items():
                result.cpu[name] = result.cpu.get(name, 0) + seconds - before[name]

    def _target(self, peer: str, number: int) -> str:
        if peer == GENERATOR:
            line = self._load.phones[number % len(self._load.phones)]
            return f"sip:{line.name}@{line.address}"
        return self._pbx.target(peer, number, self._names)

    def _settle(self) -> None:
        """Wait until all has been written and everything is quiet."""
        deadline = time.monotonic() + QUIET_AT_MOST_SECONDS
        spent = sum(self._pbx.cpu_seconds().values())
        while time.monotonic() < deadline:
            self._load.rest(1.0)
            now = sum(self._pbx.cpu_seconds().values())
            if now - spent < QUIET:
                return
            spent = now


def _rotated(turn: int) -> tuple[str, ...]:
    turn %= len(CONTENDERS)
    return CONTENDERS[turn:] + CONTENDERS[:turn]


def _machine() -> str:
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; load before: {load}"


@click.command()
@click.option("--rate", "rates", multiple=True, default=(5, 20, 50, 100), show_default=True, help="Calls a second.")
@click.option("--rounds", default=4, show_default=True)
@click.option("--seconds", default=5.0, show_default=True, help="Of calls at each rate; three times that below 20/s.")
@click.option("--quick", is_flag=True, help="One round of 3 s.")
@click.option("--keep", type=click.Path(path_type=Path), help="Work in this folder and leave logs and journal there.")
@click.option("--first", is_flag=True, help="Before all other work of this machine (as root).")
def main(rates: tuple[int, ...], rounds: int, seconds: float, quick: bool, keep: Path | None, first: bool) -> None:
    """Print set-up and answer times of calls, failures, and what a call costs."""
    if quick:
        rounds, seconds = 1, 3.0
    machine, begun = _machine() + (", our processes first" if first else ""), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        load = Load(PHONES, (CUSTOMERS, PEERS))
        pbx = Pbx(folder, {line.name: line.address for line in load.phones})
        try:
            pbx.start()
            if first:
                pbx.go_first()
            bench = Bench(load, pbx, seconds)
            left = _measure(bench, rates, rounds, pbx)
        finally:
            pbx.stop()
            load.close()
    took = time.monotonic() - begun
    click.echo(f"\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine}; {rounds} rounds, {took:.0f} s\n")
    for line in (*ratios(bench.results, rates), "", *details(bench.results, rates, (*CONTENDERS, GENERATOR))):
        click.echo(line)
    for (rate, peer), result in bench.results.items():
        for why, count in result.failures().items():
            click.echo(f"failed at {rate}/s through {peer}: {count} × {why}")
    for what in left:
        click.echo(f"left over: {what}")


def _measure(bench: Bench, rates: tuple[int, ...], rounds: int, pbx: Pbx) -> list[str]:
    for peer in CONTENDERS:  # caches, name lookups, first uses
        bench.segment(peer, 10, 20)
    bench.results.clear()
    for turn in range(rounds):
        for place, rate in enumerate(rates):
            for peer in _rotated(turn + place):
                click.echo(f"round {turn + 1}/{rounds}: {peer} at {rate}/s", err=True)
                bench.segment(peer, rate)
    for rate in rates:
        bench.segment(GENERATOR, rate)
    return pbx.leftovers()


if __name__ == "__main__":
    main()
