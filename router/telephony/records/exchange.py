"""Which rows of Asterisk's records are calls of the hotline, and who answered them. May live here: that judgement.

What Asterisk writes of one call (all of it seen with Asterisk 22.10; docs/records.md shows the rows):

- The trunk's channel has a row for each thing it was connected to: a first one to `Local/<call>@hotline-offer…;1`,
  often ANSWERED with no talk, one for each phone it talked with, one for the hangup handler. They share its uniqueid,
  which is the call's (R24), through waits, takes and hand-overs, while `dst` and `dcontext` change.
- So a row is an answer only where its `dstchannel` is a consultant's phone. That the PBX answers to play music shows as
  ANSWERED to a Local channel or to nothing, or as NO ANSWER with an answer time: nobody's answer.
- Phones that lost a race or declined have rows of their own channel (`hl.…`), some ANSWERED, with another linkedid.
- Where the fallback or a queue dials, the phone stands in the row of the other half of the Local channel, `Local/…;2`,
  whose linkedid is the trunk channel's uniqueid.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from router.config.model import Site, Trunk
from router.reading.numbering import Numbering, digits
from router.telephony.private.from_site import dial_string
from router.telephony.records.recorded_legs import ANSWERED, RecordedLeg
from router.telephony.switchboard.directory import device_of

OURS: Final = frozenset({"hotline-in", "hotline-hold", "hotline-release", "hotline-transfer"})
"""Contexts of dialplan/hotline.conf that a caller's channel runs in."""

OFFERS: Final = ("@hotline-offer", "@hotline-handover")
LOCAL: Final = "Local/"
OUR_LEGS: Final = "hl."
"""What the ids of phones' channels begin with (telephony.switchboard.legs)."""

DIALLED: Final = re.compile(r"\+?[0-9*#]+")

OUTSIDE_DIGITS: Final = 7
"""Shorter numbers dialled by a phone count as outside only where a trunk took the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEntry:
    """A row that counts: `direction` is `in` to a hotline, `out` to a customer; `person` answered, or rang out."""

    leg: RecordedLeg
    direction: str
    call_id: str
    number: str
    person: str
    answered_at: datetime | None
    hotline: str = ""
    trunk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What of the site is needed to read its PBX's records.

    `people`: device (`PJSIP/101`) -> consultant; `mobiles`: a trunk's device -> consultants with a mobile behind it;
    `hotlines`: number as dialled -> hotline; `prefix`: what phones dial first to get outside.
    """

    people: Mapping[str, str]
    trunks: Mapping[str, str]
    mobiles: Mapping[str, tuple[str, ...]]
    hotlines: Mapping[str, str]
    normalise: Callable[[str], str]
    prefix: str = ""

    def is_hotline(self, leg: RecordedLeg) -> bool:
        """Whether the row says by itself that its channel called a hotline."""
        if leg.channel.startswith(LOCAL) or leg.uniqueid.startswith(OUR_LEGS):
            return False  # a phone that lost the race names the offer, too: it tried to pick it up
        if device_of(leg.channel) in self.people and leg.dstchannel and not leg.dstchannel.startswith(LOCAL):
            return False  # it asked somebody whom the caller was given to: Asterisk has swapped the two channels' data
        offered = any(offer in leg.dstchannel for offer in OFFERS)
        return offered or self.calls_hotline(leg.channel, leg.uniqueid, leg.dcontext, leg.dst)

    def calls_hotline(self, channel: str, uniqueid: str, context: str, dialled: str) -> bool:
        """Whether a channel that dials this in this context calls a hotline."""
        if channel.startswith(LOCAL) or uniqueid.startswith(OUR_LEGS):
            return False
        return context in OURS or dialled in self.hotlines

    def trunk_of(self, channel: str) -> str:
        """The trunk that a channel is of; "" for none."""
        return self.trunks.get(device_of(channel), "")

    def is_answer(self, leg: RecordedLeg) -> bool:
        """Whether a consultant's phone answered in this row."""
        return leg.disposition == ANSWERED and self.whose(leg.dstchannel) is not None

    def entry(self, leg: RecordedLeg, calls: Container[str]) -> CallEntry | None:
        """The row as it counts, or None; `calls` are the ids of channels known to have called a hotline."""
        if leg.channel.startswith(LOCAL):
            return self._behind_local(leg, calls)
        if leg.uniqueid in calls:
            return self._incoming(leg, leg.uniqueid)
        return self._outgoing(leg)

    def whose(self, channel: str) -> str | None:
        """Whose phone a channel is: a consultant's id, "" where several have one behind that trunk, None: nobody's."""
        device = device_of(channel)
        if device in self.people:
            return self.people[device]
        behind = self.mobiles.get(device)
        return None if not behind else behind[0] if len(behind) == 1 else ""

    def _behind_local(self, leg: RecordedLeg, calls: Container[str]) -> CallEntry | None:
        """R24: the other half of a Local channel counts only where it found a consultant's phone that answered."""
        ours = any(offer in leg.channel for offer in OFFERS)  # written before the row that tells of its call, or after
        if not self.is_answer(leg) or not leg.linkedid or not (ours or leg.linkedid in calls):
            return None
        return self._incoming(leg, leg.linkedid)

    def _incoming(self, leg: RecordedLeg, call_id: str) -> CallEntry:
        person = self.whose(leg.dstchannel) if leg.disposition == ANSWERED else None
        return CallEntry(
            leg=leg,
            direction="in",
            call_id=call_id,
            number=self.normalise(leg.src),
            person=person or "",
            answered_at=(leg.answer or leg.start) if person is not None else None,
            hotline=self.hotlines.get(leg.dst, ""),
            trunk=self.trunk_of(leg.channel),
        )

    def _outgoing(self, leg: RecordedLeg) -> CallEntry | None:
        """A consultant rings somebody outside: a call back (R15), or a customer that is somebody else's."""
        person = self.people.get(device_of(leg.channel))
        to = device_of(leg.dstchannel)
        number = leg.dst.removeprefix(self.prefix) if self.prefix else leg.dst
        outside = to in self.trunks or (len(digits(number)) >= OUTSIDE_DIGITS and to not in self.people)
        if number in self.hotlines or leg.uniqueid.startswith(OUR_LEGS):
            return None  # what rings a phone for a call has a channel of that phone, too: nobody dialled there
        if person is None or not outside or not DIALLED.fullmatch(number):
            return None
        return CallEntry(
            leg=leg,
            direction="out",
            call_id=leg.uniqueid,
            number=self.normalise(number),
            person=person,
            answered_at=(leg.answer or leg.start) if leg.disposition == ANSWERED else None,
            trunk=self.trunks.get(to, ""),
        )


def exchange_of(site: Site) -> Exchange:
    """The exchange of a site, private or existing."""
    people: dict[str, str] = {}
    behind: dict[str, list[str]] = {}
    trunks = {trunk_device(trunk): trunk.name for trunk in site.trunks}
    devices = {name: device for device, name in trunks.items()}
    for consultant in site.consultants:
        for phone in consultant.all_phones:
            if phone.mobile:
                behind.setdefault(devices.get(phone.trunk or "", f"PJSIP/{phone.trunk}"), []).append(consultant.id)
            else:
                people[dial_string(consultant, phone)] = consultant.id
    table = site.site
    return Exchange(
        people=people,
        trunks=trunks,
        mobiles={device: tuple(dict.fromkeys(ids)) for device, ids in behind.items()},
        hotlines={number: one.number for one in site.hotlines for number in (one.number, *one.aliases)},
        normalise=Numbering(region=table.region, area_code=table.area_code or "").one,
        prefix=site.reconcile.outside_prefix,
    )


def trunk_device(trunk: Trunk) -> str:
    """What its channels are called."""
    return f"PJSIP/{trunk.account or trunk.name}"
