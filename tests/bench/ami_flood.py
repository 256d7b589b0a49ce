"""Events without a loss at 10,000 a second over a real socket: `python -m tests.bench.ami_flood`.

A process of its own plays Asterisk: it sends recorded events, numbered and stamped with their time, and answers actions
in between. The client counts what comes, in which order and how late, while another thread asks it 20 actions a second.
"""

from __future__ import annotations

import multiprocessing
import resource
import threading
import time
from multiprocessing.connection import Connection as Pipe

import click

from router.telephony.ami import AmiAction, AmiAddress, AmiClient, AmiEvent
from tests.telephony.ami.scripted_server import SECRET, Connection, ScriptedServer
from tests.telephony.ami.transcripts import record

BATCH_SECONDS = 0.002


def play_asterisk(pipe: Pipe, rate: int, seconds: float) -> None:
    """Send `rate` events a second for so long; tells its port first, at the end the count and how long it took."""
    bodies = [message[: message.index(b"\r\n\r\n")] for message in record(5000)]
    with ScriptedServer() as server:
        pipe.send(server.port)
        connection = server.client_signs_in()
        pipe.recv()
        sent, started = 0, time.monotonic()
        total = int(rate * seconds)
        while sent < total:
            due = min(total, int((time.monotonic() - started) * rate))
            if due > sent:
                send(connection, bodies, sent, due)
                sent = due
            time.sleep(BATCH_SECONDS)
        pipe.send((sent, time.monotonic() - started))
        pipe.recv()


def send(connection: Connection, bodies: list[bytes], first: int, end: int) -> None:
    """One batch of numbered events in one write."""
    stamp = b"%.6f" % time.monotonic()
    connection.send(
        b"".join(b"%b\r\nSeq: %d\r\nAt: %b\r\n\r\n" % (bodies[n % len(bodies)], n, stamp) for n in range(first, end))
    )


class Counter:
    """What the client hears."""

    def __init__(self) -> None:
        self.count = 0
        self.out_of_order = 0
        self.late_seconds: list[float] = []
        self.expected: int | None = None
        self.complete = threading.Event()

    def hear(self, event: AmiEvent) -> None:
        """Count one event."""
        if int(event["Seq"]) != self.count + self.out_of_order:
            self.out_of_order += 1
        self.count += 1
        self.late_seconds.append(time.monotonic() - float(event["At"]))
        if self.count == self.expected:
            self.complete.set()


def ask(client: AmiClient, until: threading.Event, took_seconds: list[float]) -> None:
    """Twenty actions a second beside the flood."""
    while not until.wait(0.05):
        started = time.monotonic()
        client.send_action(AmiAction("Ping")).result(10.0)
        took_seconds.append(time.monotonic() - started)


def share(values: list[float], part: float) -> float:
    """A percentile, in milliseconds."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] * 1000 if values else 0.0


def flood(rate: int, seconds: float) -> str:
    """One flood; a line of the table."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    asterisk = context.Process(target=play_asterisk, args=(theirs, rate, seconds))
    asterisk.start()
    counter, over, took_seconds = Counter(), threading.Event(), list[float]()
    address = AmiAddress(host="127.0.0.1", port=ours.recv(), username="hotline", secret=SECRET)
    lost_links: list[object] = []
    client = AmiClient(address, on_event=counter.hear, on_disconnected=lost_links.append)
    client.login()
    asking = threading.Thread(target=ask, args=(client, over, took_seconds))
    asking.start()
    before = resource.getrusage(resource.RUSAGE_SELF)
    ours.send("begin")
    sent, lasted = ours.recv()
    counter.expected = sent
    if counter.count < sent:
        counter.complete.wait(10.0)
    after = resource.getrusage(resource.RUSAGE_SELF)
    over.set()
    asking.join()
    links_lost = len(lost_links)
    client.close()
    ours.send("end")
    asterisk.join()
    cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / lasted
    return (
        f"{sent / lasted:10,.0f}{sent:10,}{sent - counter.count:6}{counter.out_of_order:14}{links_lost:12}"
        f"{share(counter.late_seconds, 0.5):9.1f}{share(counter.late_seconds, 0.99):9.1f}"
        f"{share(took_seconds, 0.5):11.1f}{share(took_seconds, 0.99):11.1f}{cpu:7.0%}"
    )


@click.command()
@click.option("--rate", "rates", multiple=True, default=(10_000, 30_000), show_default=True, help="Events a second.")
@click.option("--seconds", default=5.0, show_default=True)
def main(rates: tuple[int, ...], seconds: float) -> None:
    """Print, for each rate, what was sent, lost and late, and how long actions took meanwhile."""
    click.echo(
        f"{'events/s':>10}{'sent':>10}{'lost':>6}{'out of order':>14}{'links lost':>12}"
        f"{'p50 ms':>9}{'p99 ms':>9}{'action p50':>11}{'action p99':>11}{'CPU':>7}"
    )
    for rate in rates:
        click.echo(flood(rate, seconds))


if __name__ == "__main__":
    main()
