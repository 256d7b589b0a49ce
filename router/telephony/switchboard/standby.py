"""What Asterisk has at hand to serve calls without us: numbers, extensions, and whom to ring in each coming slot.

May live here: what is written into AstDB, and when. It is written as a whole, a *generation*, by one Originate into the
dialplan's `hotline-write`, which names it as the one that counts when all of it stands (dialplan/hotline.conf). So no
call finds half of it, and nothing is deleted that still counts. One is written at a time: of two at once the older
might end later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from router.core.words import PersonId
from router.telephony.ami import AmiEvent
from router.telephony.switchboard import commands
from router.telephony.switchboard.directory import Directory, Handset, Standby
from router.telephony.switchboard.floor import Floor

LINE_CHARACTERS: Final = 440  # of an AMI header; quoting may double it, and Asterisk reads 1,022 bytes
LIST_CHARACTERS: Final = 400
PATIENCE_MS: Final = 5_000
AGAIN_MS: Final = 30_000


def keep(floor: Floor, standby: Standby) -> None:
    """Whom to ring has changed."""
    floor.writing.standby = standby
    write(floor)


def linked(floor: Floor) -> None:
    """A new link, perhaps to an Asterisk that knows nothing: all of it is written anew."""
    floor.writing.under_way, floor.writing.counts, floor.writing.items = "", "", ()
    write(floor)


def write(floor: Floor) -> None:
    """Write what counts now, unless it stands there; while another is under way, after that one."""
    writing = floor.writing
    if writing.standby is None or not floor.linked:
        return
    if writing.under_way:
        writing.again = True
        return
    generation = f"{writing.name}{writing.serial + 1}"
    items = tuple(_items(floor.directory, writing.standby))
    if items == writing.items:
        return
    writing.serial += 1
    writing.items, writing.under_way, writing.again = items, generation, False
    floor.say(commands.write(generation, _lines(item.replace("{G}", generation) for item in items)))
    floor.at(PATIENCE_MS, _overdue, generation)


def on_written(floor: Floor, event: AmiEvent) -> None:
    """All of a generation stands, and counts."""
    writing = floor.writing
    if event.one("Generation") != writing.under_way or not writing.under_way:
        return
    writing.counts, writing.under_way = writing.under_way, ""
    if writing.again:
        write(floor)


def is_stale(floor: Floor) -> bool:
    """Whether the newest list does not stand in Asterisk: it is being written, or was not taken."""
    writing = floor.writing
    return floor.linked and writing.standby is not None and (bool(writing.under_way) or not writing.items)


def _overdue(floor: Floor, generation: str) -> None:
    if floor.writing.under_way != generation or not floor.linked:
        return
    floor.alarm("standby-not-written", "Asterisk does not take the list of whom to ring while the router is away")
    floor.writing.under_way, floor.writing.items = "", ()
    floor.at(AGAIN_MS, write)


def _items(directory: Directory, standby: Standby) -> Iterator[str]:
    """The generation as KEY=VALUE; `{G}` stands for its name."""
    yield from _numbers(directory)
    phones: dict[PersonId, list[str]] = {}
    for number, (person, phone) in enumerate(_phones(directory), start=1):
        phones.setdefault(person, []).append(str(number))
        yield from _phone(number, person, phone)
    for one in directory.people:
        if one.extension and one.internal_dial:
            yield f"ext/{one.extension}={one.internal_dial}"
    if standby.present:
        yield f"now={standby.until},{_listed(standby.present, phones)}"
    for number, shift in enumerate(standby.shifts, start=1):
        yield f"slot/{number}={shift.start},{shift.end},{_listed(shift.order, phones)}"
    end = max((shift.end for shift in standby.shifts), default=None)
    if end is not None:
        yield f"after={end},{_listed(phones, phones)}"
    yield f"duty={directory.duty_dial}"
    yield f"duty-confirm={1 if directory.duty_confirm else 0}"


def _numbers(directory: Directory) -> Iterator[str]:
    """As they are written, and in every other way a carrier may write them; where two meet, the first."""
    written = [(hotline.number, hotline) for hotline in directory.hotlines]
    written += [(way, hotline) for hotline in directory.hotlines for way in hotline.ways]
    for dialled, hotline in dict(reversed(written)).items():
        trunk = directory.by_trunk.get(hotline.trunk)
        yield f"number/{dialled}={trunk.answer if trunk else 'waiting'},{hotline.number}"


def _phones(directory: Directory) -> Iterator[tuple[PersonId, Handset]]:
    return ((person.id, phone) for person in directory.people for phone in person.phones)


def _phone(number: int, person: PersonId, phone: Handset) -> Iterator[str]:
    """A mobile is rung by way of a context where it must press 1."""
    if phone.device:
        yield f"phone/{number}={phone.device},{phone.dial}"
        return
    yield f"phone/{number}=,Local/{{G}}-{number}@hotline-fallback-mobile/n"
    yield f"mobile/{number}={person},{'1' if phone.confirm else ''},{phone.dial}"


def _listed(order: Iterable[PersonId], phones: dict[PersonId, list[str]]) -> str:
    """The phones of these people; as many as Asterisk can read, which is over a hundred."""
    listed = "&".join(number for person in order for number in phones.get(person, ()))
    return listed if len(listed) <= LIST_CHARACTERS else listed[:LIST_CHARACTERS].rpartition("&")[0]


def _lines(items: Iterable[str]) -> Iterator[str]:
    """The items in as few headers as they fit."""
    line = ""
    for item in items:
        if line and len(line) + len(item) + 1 > LINE_CHARACTERS:
            yield line
            line = ""
        line = f"{line}|{item}" if line else item
    yield line
