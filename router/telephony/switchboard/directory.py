"""What the switchboard must know of the site: people and their phones, trunks, hotlines, times.

May live here: frozen descriptions and what follows from one of them alone. No state, no AMI.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from router.core.words import PersonId
from router.texts import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Handset:
    """One phone. `device` is its name for device states and in channel names (`PJSIP/101`); "" for a mobile.

    A mobile is dialled through `trunk`, takes one of its lines, and must press 1 where `confirm` says so. `fixed`: a
    phone at an address of its own, which never registers and always counts as registered.
    """

    dial: str
    device: str = ""
    trunk: str = ""
    confirm: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A consultant: name for displays, extension that others dial ("" for none), phones that ring together."""

    id: PersonId
    name: str = ""
    extension: str = ""
    phones: tuple[Handset, ...]

    @property
    def internal_dial(self) -> str:
        """What the dialplan dials for this person's extension: the desk phones (mobiles must confirm first)."""
        return "&".join(phone.dial for phone in self.phones if phone.device)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkLine:
    """A line to the carrier: `lines` at a time (None: no limit), and when the PBX answers by itself (DESIGN 10)."""

    name: str
    lines: int | None = None
    answer: str = "waiting"
    no_answer_seconds: int = 60
    outgoing: bool = False
    international: bool = False
    tells_hangup: bool = True  # False: it can't tell that the caller has hung up, so nobody knows who was first (R19)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvertisedNumber:
    """A number that is advertised; `ways`: how else carriers may write it."""

    number: str
    trunk: str
    name: str = ""
    ways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long for what. The defaults are DESIGN's; tests shorten some."""

    alert_after_ms: int = 4_000  # a phone behind a trunk counts as ringing after this
    silent_ms: int = 4_000  # a desk phone without 180 or 183 has failed after this
    silent_again_ms: int = 1_500  # the same, for one that was silent before
    look_again_ms: int = 3_000  # so often it is asked whether a silent phone has registered again
    ring_limit_ms: int = 150_000  # Asterisk itself stops a phone after this, whatever becomes of us
    hand_over_ms: int = 20_000  # R16.6
    giver_ms: int = 60_000  # so long the one who handed over is rung again
    rest_ms: int = 30_000  # a phone that failed is left alone
    absent_ms: int = 600_000  # no registration for so long: unregistered; until then lost
    settle_ms: int = 1_000  # a device state may be older than the end of our own call
    watchdog_ms: int = 2_000  # answered and not picked up for so long is an alarm
    stop_again_ms: tuple[int, ...] = (200, 1_000, 3_000)  # a stop right after an Originate can be lost
    three_rings_ms: int = 15_000  # for the fallback, and for *8
    max_ring_ms: int = 60_000  # for the fallback: what the rules allow (R14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The whole of it: who can be rung where, by which trunks calls come, and how long for what."""

    people: tuple[Subscriber, ...]
    hotlines: tuple[AdvertisedNumber, ...] = ()
    trunks: tuple[TrunkLine, ...] = ()
    times: Times = Times()
    language: Language = "zh"
    music: str = "default"
    prompts: str = ""  # folder below Asterisk's sounds folder; "" for tones
    duty_dial: str = ""  # what is dialled in closed hours; "": nothing
    duty_person: PersonId | None = None  # the consultant whose phone that is, if it is one's
    duty_confirm: bool = False  # it is a mobile, whose owner must press 1
    by_id: Mapping[PersonId, Subscriber] = field(init=False, repr=False, compare=False)
    by_device: Mapping[str, PersonId] = field(init=False, repr=False, compare=False)
    by_extension: Mapping[str, PersonId] = field(init=False, repr=False, compare=False)
    by_number: Mapping[str, AdvertisedNumber] = field(init=False, repr=False, compare=False)
    by_trunk: Mapping[str, TrunkLine] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        def keep(name: str, pairs: Mapping[str, object]) -> None:
            object.__setattr__(self, name, MappingProxyType(pairs))

        keep("by_id", {person.id: person for person in self.people})
        keep(
            "by_device", {phone.device: person.id for person in self.people for phone in person.phones if phone.device}
        )
        keep("by_extension", {person.extension: person.id for person in self.people if person.extension})
        keep("by_number", {hotline.number: hotline for hotline in self.hotlines})
        keep("by_trunk", {trunk.name: trunk for trunk in self.trunks})

    def trunk_of(self, number: str) -> TrunkLine | None:
        """The trunk that calls of this hotline number come by."""
        hotline = self.by_number.get(number)
        return self.by_trunk.get(hotline.trunk) if hotline else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A coming slot: whom to ring in it, in sheet order, whoever is there by then. Ends are seconds since 1970."""

    start: int
    end: int
    order: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """Whom Asterisk rings while we are silent.

    `present`: who is there now, in sheet order, until the slot ends (`until`, seconds since 1970). `shifts`: the slots
    of the next days, this one among them; beyond the last one everybody is rung, at any hour.
    """

    present: tuple[PersonId, ...] = ()
    until: int = 0
    shifts: tuple[Shift, ...] = ()


def device_of(channel: str) -> str:
    """The device of a channel's name: `PJSIP/101-0000002a` is `PJSIP/101`."""
    return channel.rpartition("-")[0]
