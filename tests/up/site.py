"""The sites of these tests, as files. May live here: their text, made from a few values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEAD = """
[site]
name = "试验售楼处"
[web]
bind = "127.0.0.1:{web}"
[pbx]
sip_bind = "127.0.0.1:{sip}"
rtp_ports = "{rtp}-{rtp_last}"
ami_port = {ami}
[[trunk]]
name = "carrier"
match = ["127.0.0.2"]
[[hotline]]
number = "4008001234"
trunk = "carrier"
"""

PLAN = """
[[plan]]
days = "daily"
slots = [{{ name = "全天", from = "00:00", to = "24:00", continues = true, call = {call}, reception = {reception} }}]
"""

NAMES = {"A": "陈晨", "B": "李丽", "C": "王伟", "D": "赵敏"}
EXTENSIONS = {"A": "101", "B": "102", "C": "103", "D": "104"}
AT_A_FIXED_ADDRESS = "C"


RTP_PORTS = 800  # two for each phone that rings, and Asterisk keeps them a moment longer: a crowd rings call after call


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where a service listens; `fixed` is where C's phone does."""

    sip: int
    web: int
    ami: int
    rtp: int
    fixed: int


def office_of_four(ports: Ports, policy: str) -> str:
    """A and B take calls, C and D receive; C's phone is at a fixed address and does not register."""
    people = [_consultant(person, EXTENSIONS[person], NAMES[person], ports) for person in NAMES]
    return _site(ports, people, ("A", "B"), ("C", "D"), policy)


def crowd(ports: Ports, policy: str, size: int) -> str:
    """A call group of so many, with a desk phone each: `P01` has account 201, and so on."""
    people = crowd_of(size)
    tables = [_consultant(person, account, f"顾问{person[1:]}", ports) for person, account in people.items()]
    return _site(ports, tables, tuple(people), (), policy)


def long_day(ports: Ports, policy: str, *, zone: str, call: Sequence[str], desk: Sequence[str]) -> str:
    """A call group and a reception group as `crowd_of` names them, one slot, and a zone of its own."""
    people = crowd_of(len(call) + len(desk))
    tables = [_consultant(person, account, f"顾问{person[1:]}", ports) for person, account in people.items()]
    text = _site(ports, tables, call, desk, policy)
    return text.replace("[site]\n", f'[site]\nzone = "{zone}"\n', 1)


def plan_of_two_slots(day: str, boundary: str, names: Sequence[str], call: Sequence[str], desk: Sequence[str]) -> str:
    """A plan file for a date: the second slot goes on with the first one's sheets, from `boundary` (HH:MM) on."""
    groups = f"continues = true, call = {_names(call)}, reception = {_names(desk)}"
    times = (("00:00", boundary), (boundary, "24:00"))
    slots = [
        f'{{ name = "{name}", from = "{first}", to = "{end}", {groups} }}'
        for name, (first, end) in zip(names, times, strict=True)
    ]
    return f"date = {day}\nslots = [{', '.join(slots)}]\n"


def crowd_of(size: int) -> dict[str, str]:
    """Persons and their accounts."""
    return {f"P{number:02}": str(200 + number) for number in range(1, size + 1)}


def _consultant(person: str, account: str, name: str, ports: Ports) -> str:
    phone = f'account = "{account}", secret = "secret-{account}"'
    if person == AT_A_FIXED_ADDRESS:
        phone = f'contact = "sip:c@127.0.0.1:{ports.fixed}"'
    head = f'[[consultant]]\nid = "{person}"\nname = "{name}"\n'
    return f'{head}extension = "{account}"\nphone = {{ {phone} }}\n'


def _site(ports: Ports, people: Sequence[str], call: Sequence[str], reception: Sequence[str], policy: str) -> str:
    head = HEAD.format(web=ports.web, sip=ports.sip, ami=ports.ami, rtp=ports.rtp, rtp_last=ports.rtp + RTP_PORTS - 1)
    plan = PLAN.format(call=_names(call), reception=_names(reception))
    return head + "".join(people) + plan + f"[policy]\n{policy}\n"


def _names(people: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{person}"' for person in people) + "]"
