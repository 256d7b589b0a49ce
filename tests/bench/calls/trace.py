"""Where each millisecond of a call goes: `python -m tests.bench.calls.trace`.

A process of its own listens on the loopback interface (it needs root) and notes, by the kernel's clock, each SIP and
AMI message of calls through the router, so that nothing of what is measured is changed. May live here: listening,
putting the messages of a call together, and the table of its way.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import re
import signal
import socket
import statistics
import struct
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Final

import click

from tests.bench.calls.load import MOST_BYTES, SO_TIMESTAMPNS, TIMESPEC, Load
from tests.bench.calls.pbx import CUSTOMERS, PEERS, Pbx
from tests.bench.calls.sip import Message, read
from tests.bench.calls.table import share

ALL_PROTOCOLS: Final = 0x0003
OUTGOING: Final = 4  # of a packet on the loopback interface its second sight
UDP, TCP = 17, 6
WAY: Final = (
    ("invited", "INVITE of the caller"),
    ("told", "the event that tells of the call"),
    ("originated", "Originate"),
    ("offered", "the event that tells of the offer (beside the way)"),
    ("rung", "INVITE at the phone"),
    ("rings", "the phone's 180"),
    ("ringing", "Newstate Ringing"),
    ("answered", "the phone's 200"),
    ("picked", "Pickup"),
    ("talks", "200 at the caller"),
)


@dataclass(frozen=True, slots=True)
class Packet:
    """A payload on the loopback interface; `at` in ns."""

    at: int
    protocol: int
    source: tuple[str, int]
    target: tuple[str, int]
    data: bytes


@dataclass(slots=True)
class Way:
    """One call: when what was first seen (ns), and which AMI messages were about it."""

    at: dict[str, int] = field(default_factory=dict)
    said: Counter[str] = field(default_factory=Counter)

    def note(self, what: str, at: int) -> None:
        """It was seen."""
        self.at.setdefault(what, at)


def listen(path: Path, ready: Event) -> None:
    """Note every IPv4 packet on the loopback interface until SIGTERM."""
    over: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: over.append(1))
    with (
        socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL_PROTOCOLS)) as tap,
        path.open("wb") as file,
    ):
        tap.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * MOST_BYTES)
        tap.bind(("lo", ALL_PROTOCOLS))
        tap.settimeout(0.2)
        ready.set()
        while not over:
            try:
                data, extra, _, sender = tap.recvmsg(65_536, 64)
            except TimeoutError:
                continue
            if sender[2] != OUTGOING and extra:
                file.write(struct.pack("I", len(data)) + extra[0][2][:16] + data)


def packets(path: Path) -> Iterator[Packet]:
    """What was noted."""
    written, place = path.read_bytes(), 0
    while place < len(written):
        (length,) = struct.unpack_from("I", written, place)
        seconds, rest = TIMESPEC.unpack_from(written, place + 4)
        packet = _packet(written[place + 20 : place + 20 + length], seconds * 1_000_000_000 + rest)
        place += 20 + length
        if packet is not None:
            yield packet


def _packet(data: bytes, at: int) -> Packet | None:
    protocol, start = data[9], (data[0] & 15) * 4
    if data[0] >> 4 != 4 or protocol not in (UDP, TCP):
        return None
    source, target = (socket.inet_ntoa(data[place : place + 4]) for place in (12, 16))
    ports = struct.unpack_from("!HH", data, start)
    body = start + (8 if protocol == UDP else (data[start + 12] >> 4) * 4)
    end = struct.unpack_from("!H", data, 2)[0]
    return Packet(at, protocol, (source, ports[0]), (target, ports[1]), data[body:end])


class Ways:
    """Puts the messages together, call by call."""

    def __init__(self, sip: tuple[str, int], ami: int) -> None:
        self._sip, self._ami = sip, ami
        self.by_number: dict[str, Way] = defaultdict(Way)
        self._by_call: dict[str, Way] = {}
        self._by_sip_id: dict[str, Way] = {}
        self._streams: dict[tuple[str, int], bytes] = defaultdict(bytes)
        self.all: Counter[str] = Counter()

    def take(self, packet: Packet) -> None:
        """One packet more."""
        if packet.protocol == TCP and self._ami in (packet.source[1], packet.target[1]):
            kept = self._streams[packet.source] + packet.data
            *messages, self._streams[packet.source] = kept.split(b"\r\n\r\n")
            for message in messages:
                self._ami_said(message.decode("utf-8", "replace"), packet.at)
        elif packet.protocol == UDP and self._sip in (packet.source, packet.target):
            message = read(packet.data)
            if message is not None:
                self._sip_said(message, packet)

    def _sip_said(self, message: Message, packet: Packet) -> None:
        is_to_us = packet.target == self._sip
        if message.method == "INVITE":
            way = self._by_sip_id[message.call_id] = self.by_number[message.caller]
            way.note("invited" if is_to_us else "rung", packet.at)
        elif message.about == "INVITE" and (known := self._by_sip_id.get(message.call_id)) is not None:
            is_final = message.status == 200
            if is_to_us and message.status in (180, 200):
                known.note("answered" if is_final else "rings", packet.at)
            elif is_final:
                known.note("talks", packet.at)

    def _ami_said(self, text: str, at: int) -> None:
        head, _, value = text.partition("\r\n")[0].partition(": ")
        fields = dict(re.findall(r"([\w-]+): ([^\r\n]*)", text))
        name = f"{value} {fields.get('UserEvent', '')}".strip()
        if head == "Response":
            name = "Response"
        elif head == "Action":
            name = f"→ {name}"
        self.all[name] += 1
        if fields.get("UserEvent") == "HotlineCall":
            self._by_call[fields.get("Call", "")] = self.by_number[fields.get("From", "")]
        named = re.search(r"\bc[0-9a-f]{19}\b", text)
        way = self._by_call.get(named[0]) if named else None
        if way is not None:
            way.said[name] += 1
            self._note(way, name, fields, at)

    @staticmethod
    def _note(way: Way, name: str, fields: dict[str, str], at: int) -> None:
        if name == "UserEvent HotlineCall":
            way.note("offered" if fields.get("Offer") else "told", at)
        elif name == "→ Originate":
            way.note("originated", at)
        elif name == "Newstate" and fields.get("ChannelStateDesc") == "Ringing":
            way.note("ringing", at)
        elif name == "Pickup":
            way.note("picked", at)


def table(ways: Ways) -> Iterator[str]:
    """The way of a call, and what was said of it, as Markdown."""
    whole = [way for way in ways.by_number.values() if {"invited", "rung"} <= way.at.keys()]
    yield "| | calls | since the one before p50 / p99 ms | since the INVITE p50 / p99 ms |"
    yield "|---|---|---|---|"
    before = "invited"
    for name, words in WAY:
        steps = [(way.at[name] - way.at[before]) / 1e6 for way in whole if {name, before} <= way.at.keys()]
        since = [(way.at[name] - way.at["invited"]) / 1e6 for way in whole if name in way.at]
        if since:
            yield f"| {words} | {len(since)} | {_two(steps)} | {_two(since)} |"
            before = before if name == "offered" else name
    yield ""
    calls = len(whole) or 1
    yield f"AMI messages a call: {sum(ways.all.values()) / calls:.1f}"
    for name, count in ways.all.most_common(30):
        yield f"- {count / calls:.1f} {name}"


def _two(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} / {share(values, 0.99):.2f}" if values else "–"


def traced(folder: Path, rate: float, count: int, *, first: bool) -> Ways:
    """Let `count` calls come at `rate` a second, and listen."""
    spawn = multiprocessing.get_context("spawn")
    load, ready = Load(50, (CUSTOMERS, PEERS)), spawn.Event()
    pbx = Pbx(folder, {line.name: line.address for line in load.phones})
    listener = spawn.Process(target=listen, args=(folder / "packets", ready), daemon=True)
    try:
        pbx.start()
        if first:
            pbx.go_first()
        target = pbx.target("router", 0, [line.name for line in load.phones])
        load.run(CUSTOMERS, lambda _: target, 10, 20)  # first uses
        load.rest(2)
        listener.start()
        ready.wait()
        load.run(CUSTOMERS, lambda _: target, rate, count)
        load.rest(1)
    finally:
        if listener.pid is not None:
            listener.terminate()
            listener.join()
        pbx.stop()
        load.close()
    ways = Ways((pbx.sip.host, pbx.sip.port), pbx.place.site.pbx.ami_port)
    for packet in packets(folder / "packets"):
        ways.take(packet)
    return ways


@click.command()
@click.option("--rate", "rates", multiple=True, type=float, default=(20.0,), show_default=True, help="Calls a second.")
@click.option("--count", default=100, show_default=True)
@click.option("--first", is_flag=True, help="Before all other work of this machine (as root).")
def main(rates: tuple[float, ...], count: int, *, first: bool) -> None:
    """Print where each millisecond of a call through the router goes."""
    for rate in rates:
        load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
        with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
            ways = traced(Path(temporary), rate, count, first=first)
        click.echo(f"\n{rate:g} calls/s, {os.cpu_count()} cores, Python {platform.python_version()}; load: {load}\n")
        for line in table(ways):
            click.echo(line)


if __name__ == "__main__":
    main()
