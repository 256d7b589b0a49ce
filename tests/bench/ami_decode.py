"""AMI messages decoded per second, ours and three other libraries': `python -m tests.bench.ami_decode`.

The rounds of all contenders are interleaved, each round's ratio is taken by itself, and the median of the ratios
counts: the machine's mood then touches all alike. The others' package names clash, so they get a venv of their own.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from tests.bench.ami_decode_worker import CONTENDERS
from tests.telephony.ami.transcripts import record

WORKER = Path(__file__).with_name("ami_decode_worker.py")
PEERS = ("panoramisk==1.4", "pyst2==0.5.1")
OTHER_VENV = {"panoramisk", "pyst2, parsing only"}


class Contender:
    """One decoder in its own process."""

    def __init__(self, name: str, process: subprocess.Popen[str]) -> None:
        self.name = name
        self._process = process
        said = self._line().split()
        self.messages, self.headers = (int(said[0]), int(said[1])) if said else (0, 0)

    def round(self) -> float:
        """Seconds to decode everything once."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def started(python: Path, name: str, file: Path) -> Iterator[Contender]:
    """Start a contender, end it afterwards."""
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [python, WORKER, name, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={"PYTHONPATH": str(root) if name == "router" else "", "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    with process:
        yield Contender(name, process)


def peers_python(folder: Path) -> Path | None:
    """The interpreter of a venv with the clashing libraries; None when they can't be had."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    done = subprocess.run([python, "-m", "pip", "install", "-q", *PEERS], check=False, capture_output=True, text=True)
    if done.returncode:
        click.echo(f"not compared with {' and '.join(PEERS)}: {done.stderr.strip().splitlines()[-1]}", err=True)
        return None
    return python


def table(contenders: list[Contender], seconds: dict[str, list[float]], messages: int, headers: int) -> Iterator[str]:
    """The lines of the result."""
    titles = f"{'ours is faster by':>18}{'(worst - best round)':>22}{'messages/s':>12}"
    yield f"{'':28}{titles}{'messages':>11}{'headers':>11}"
    for contender in contenders:
        pairs = zip(seconds[contender.name], seconds["router"], strict=True)
        ratios = sorted(theirs / ours for theirs, ours in pairs)
        rate = messages / statistics.median(seconds[contender.name])
        kept = f"{contender.messages / messages:11.2%}{contender.headers / headers:11.2%}"
        spread = f"{ratios[0]:.2f} - {ratios[-1]:.2f}"
        yield f"{contender.name:28}{statistics.median(ratios):17.2f}x{spread:>22}{rate:12,.0f}{kept}"


@click.command()
@click.option("--messages", default=15_000, show_default=True)
@click.option("--rounds", default=15, show_default=True)
@click.option(
    "--peers", type=click.Path(path_type=Path), help="Keep the other libraries' venv here; else in a temporary folder."
)
def main(messages: int, rounds: int, peers: Path | None) -> None:
    """Print the ratios of the rounds, messages a second, and what share of messages and headers comes out."""
    recorded = record(messages)
    headers = sum(message.count(b"\r\n") - 1 for message in recorded)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        file = folder / "recorded"
        file.write_bytes(b"".join(recorded))
        other = peers_python(peers or folder / "peers")
        pythons = {name: other if name in OTHER_VENV else Path(sys.executable) for name in CONTENDERS}
        contenders = [
            stack.enter_context(started(python, name, file)) for name, python in pythons.items() if python is not None
        ]
        seconds: dict[str, list[float]] = {contender.name: [] for contender in contenders}
        for number in range(rounds):
            for contender in contenders if number % 2 else contenders[::-1]:
                seconds[contender.name].append(contender.round())
        size = file.stat().st_size
        click.echo(f"{messages:,} messages, {headers:,} headers, {size / 1e6:.1f} MB, {rounds} rounds")
        for line in table(contenders, seconds, messages, headers):
            click.echo(line)


if __name__ == "__main__":
    main()
