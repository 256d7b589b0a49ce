"""A site's first file, from a few answers (`hotline init`). May live here: the answers, and the file's text.

The comments are the settings' own help, in the site's language; what is not asked stands in `hotline config defaults`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from string import ascii_uppercase
from typing import Final

from router.config.drawing import help_of
from router.config.model import PbxMode
from router.texts import Language, _

FIRST_EXTENSION: Final = 101
HEAD: Final = (
    _("Written by hotline init; change it as you like. Check: hotline config check %(file)s"),
    _("Start: hotline up --config %(file)s --data DIR; with --lan phones and colleagues on the local network get in"),
    _("Every setting: hotline config defaults"),
)
NOTES: Final = {
    "slots": _("Orders of the call and the reception group; continues: goes on with the round of the slot before"),
    "presence": _("off: everyone checks in with *1 on their phone each day; present: nobody need to"),
    "account": _("The accounts' passwords are made at random; hotline up shows them"),
    "users": _("Who signs in ([[user]]): left out, one for each role, with passwords shown once, changed at once"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A consultant: what others dial, and what an existing PBX rings (else an account of ours)."""

    name: str
    extension: str
    dial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What `hotline init` has learnt; hours are pairs of `HH:MM`."""

    name: str
    zone: str = "Asia/Shanghai"
    language: Language = "zh"
    country: str = "CN"
    area_code: str = ""
    mode: PbxMode = PbxMode.PRIVATE
    ami: str = "127.0.0.1:5038"
    ami_secret_file: str = "ami.secret"  # noqa: S105  (the name of a file)
    records: str = ""
    trunk: tuple[str, ...] = ()
    trunk_user: str = ""
    trunk_secret_file: str = "trunk.secret"  # noqa: S105  (the name of a file)
    hotlines: tuple[str, ...] = ()
    call: tuple[Member, ...] = ()
    reception: tuple[Member, ...] = ()
    hours: tuple[tuple[str, str], ...] = (("09:00", "21:00"),)

    @property
    def registers(self) -> bool:
        """Whether the trunk is a server that we register with."""
        return bool(self.trunk) and not all(is_network(one) for one in self.trunk)


def is_network(text: str) -> bool:
    """Whether it is an address, or a network, that calls come from."""
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def ids(count: int) -> list[str]:
    """Short ids of people: A to Z, then P27 and on."""
    return [ascii_uppercase[n] if n < len(ascii_uppercase) else f"P{n + 1}" for n in range(count)]


def first_file(answers: Answers, file: str) -> str:
    """The site file; `file` is its name, for the commands at the top."""
    head = (f"# {line.fill(file=file).render(answers.language)}" for line in HEAD)
    parts = [_site, _pbx, _trunk, _hotlines, _people, _plan, _presence, *([_records] if answers.records else [])]
    return "\n\n".join("\n".join(lines) for lines in (head, *(part(answers) for part in parts))) + "\n"


def quoted(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _listed(texts: tuple[str, ...] | list[str]) -> str:
    return f"[{', '.join(quoted(text) for text in texts)}]"


def _line(answers: Answers, setting: str, value: str) -> str:
    """A setting with its help as a comment above it."""
    return f"# {help_of(setting).render(answers.language)}\n{setting.rpartition('.')[2]} = {value}"


def _site(answers: Answers) -> Iterator[str]:
    yield "[site]"
    yield _line(answers, "site.name", quoted(answers.name))
    yield _line(answers, "site.zone", quoted(answers.zone))
    yield _line(answers, "site.language", quoted(answers.language))
    yield _line(answers, "site.region", quoted(answers.country))
    if answers.area_code:
        yield _line(answers, "site.area_code", quoted(answers.area_code))


def _pbx(answers: Answers) -> Iterator[str]:
    yield "[pbx]"
    yield _line(answers, "pbx.mode", quoted(answers.mode.value))
    if answers.mode is PbxMode.EXISTING:
        host, _, port = answers.ami.rpartition(":")
        yield "\n[pbx.ami]"
        yield _line(answers, "pbx.ami.host", quoted(host))
        yield _line(answers, "pbx.ami.port", port)
        yield _line(answers, "pbx.ami.secret_file", quoted(answers.ami_secret_file))


def _trunk(answers: Answers) -> Iterator[str]:
    yield "[[trunk]]"
    yield _line(answers, "trunk.name", quoted("carrier"))
    yield _line(answers, "trunk.country", quoted(answers.country))
    if answers.registers:
        table = (
            f"{{ server = {quoted(answers.trunk[0])}, username = {quoted(answers.trunk_user)}, "
            f"secret_file = {quoted(answers.trunk_secret_file)} }}"
        )
        yield _line(answers, "trunk.register", table)
    elif answers.trunk:
        yield _line(answers, "trunk.match", _listed(answers.trunk))


def _hotlines(answers: Answers) -> Iterator[str]:
    for number in answers.hotlines:
        yield "[[hotline]]"
        yield _line(answers, "hotline.number", quoted(number))
        yield f"trunk = {quoted('carrier')}"


def _people(answers: Answers) -> Iterator[str]:
    members = (*answers.call, *answers.reception)
    if answers.mode is PbxMode.PRIVATE:
        yield f"# {NOTES['account'].render(answers.language)}"
    yield f"# {NOTES['users'].render(answers.language)}"
    for person, member in zip(ids(len(members)), members, strict=True):
        own = f"account = {quoted(member.extension)}"
        phone = f"dial = {quoted(member.dial)}" if answers.mode is PbxMode.EXISTING else own
        yield f"\n[[consultant]]\nid = {quoted(person)}\nname = {quoted(member.name)}"
        yield f"extension = {quoted(member.extension)}\nphone = {{ {phone} }}"


def _plan(answers: Answers) -> Iterator[str]:
    people = ids(len(answers.call) + len(answers.reception))
    call, reception = people[: len(answers.call)], people[len(answers.call) :]
    yield f"[[plan]]\ndays = {quoted('daily')}\n# {NOTES['slots'].render(answers.language)}\nslots = ["
    for number, (start, end) in enumerate(answers.hours):
        goes_on = "continues = true, " if number else ""
        times = f"from = {quoted(start)}, to = {quoted(end)}, {goes_on}"
        yield f"  {{ {times}call = {_listed(call)}, reception = {_listed(reception)} }},"
    yield "]"


def _records(answers: Answers) -> Iterator[str]:
    yield "[reconcile]"
    yield _line(answers, "reconcile.pbx", quoted(answers.records))
    yield _line(answers, "reconcile.pbx_zone", quoted(answers.zone))


def _presence(answers: Answers) -> Iterator[str]:
    yield f"[presence]\n# {NOTES['presence'].render(answers.language)}\ninitial = {quoted('off')}"
