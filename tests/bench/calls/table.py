"""What was measured, as Markdown: ratios first. May live here: percentiles and the tables' text."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.bench.calls.load import Attempt


@dataclass(slots=True)
class Result:
    """All calls of one contender at one rate, over all rounds; CPU in seconds by process."""

    attempts: list[Attempt] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def good(self) -> list[Attempt]:
        """Those that were answered and ended as they should."""
        return [one for one in self.attempts if not one.failure]

    @property
    def setup_ms(self) -> list[float]:
        """Set-up times."""
        return [one.setup_ms for one in self.good]

    @property
    def answer_ms(self) -> list[float]:
        """Answer times."""
        return [one.answer_ms for one in self.good]

    def failures(self) -> dict[str, int]:
        """How many failed of what."""
        whys = [one.failure for one in self.attempts if one.failure]
        return {why: whys.count(why) for why in sorted(set(whys))}


Results = dict[tuple[int, str], Result]


def share(values: Sequence[float], part: float) -> float:
    """A percentile; not a number of nothing."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else float("nan")


def ratios(results: Results, rates: Sequence[int]) -> Iterator[str]:
    """The router against app_queue, with the aims."""
    yield "| calls/s | set-up p50, router : app_queue | aim: 1.25 × + 2 ms | p99 beyond app_queue's | router failed |"
    yield "|---|---|---|---|---|"
    for rate in rates:
        router, queue = results[rate, "router"], results[rate, "app_queue"]
        ours, theirs = statistics.median(router.setup_ms or [0]), statistics.median(queue.setup_ms or [0])
        aim = 1.25 * theirs + 2
        beyond = share(router.setup_ms, 0.99) - share(queue.setup_ms, 0.99)
        yield (
            f"| {rate} | {ours / theirs if theirs else 0:.2f} × ({ours:.1f} : {theirs:.1f} ms) | {aim:.1f} ms: "
            f"{'met' if ours <= aim else 'missed'} | {beyond:+.1f} ms | {len(router.attempts) - len(router.good)} |"
        )


def details(results: Results, rates: Sequence[int], peers: Sequence[str]) -> Iterator[str]:
    """Every contender at every rate."""
    yield "| calls/s | through | calls | failed | repeats | set-up p50 / p99 ms | answer p50 / p99 ms | CPU ms a call |"
    yield "|---|---|---|---|---|---|---|---|"
    for rate in rates:
        for peer in peers:
            if (rate, peer) in results:
                yield _detail(rate, peer, results[rate, peer])


def _detail(rate: int, peer: str, result: Result) -> str:
    count = len(result.attempts)
    cpu = " + ".join(f"{name} {seconds * 1000 / count:.1f}" for name, seconds in result.cpu.items()) or "–"
    repeats = sum(one.repeats for one in result.attempts)
    return (
        f"| {rate} | {peer} | {count} | {count - len(result.good)} | {repeats} "
        f"| {share(result.setup_ms, 0.5):.1f} / {share(result.setup_ms, 0.99):.1f} "
        f"| {share(result.answer_ms, 0.5):.1f} / {share(result.answer_ms, 0.99):.1f} | {cpu} |"
    )
