"""One line of log/cel-custom/hotline.csv. May live here: reading its fields."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from router.telephony.records.columns import moment
from router.telephony.records.exchange import LOCAL, OUR_LEGS
from router.telephony.records.private import CEL_COLUMNS
from router.telephony.switchboard.legs import read_leg_id

KINDS: Final = frozenset({"CHAN_START", "HANGUP", "PICKUP", "BRIDGE_ENTER"})
FIRST: Final = ".0"
"""How the id of the first channel ends that an Asterisk makes."""

_AT: Final = {name: place for place, name in enumerate(CEL_COLUMNS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEvent:
    """An event of a channel; `at_byte` is where its line begins."""

    kind: str
    at: datetime
    uniqueid: str
    linkedid: str
    channel: str
    number: str
    exten: str
    context: str
    peer: str
    extra: dict[str, Any]
    at_byte: int

    @property
    def call_id(self) -> str:
        """The call that it tells of, if it is a hotline's."""
        return self.linkedid if self.kind == "PICKUP" else self.uniqueid

    @property
    def ended_by(self) -> str:
        """The channel that hung up first."""
        return str(self.extra.get("hangupsource") or "")

    @property
    def picked_up_by(self) -> str:
        """Whose phone picked the call up, as the id says that it was rung with; "" where it says nothing."""
        leg = read_leg_id(str(self.extra.get("pickup_channel_uniqueid") or ""))
        return leg[1] if leg else ""

    @property
    def picked_up_with(self) -> str:
        """The channel that picked it up."""
        return str(self.extra.get("pickup_channel") or "")


def fits(fields: tuple[str, ...]) -> bool:
    """Whether fields are a line of that file."""
    try:
        return len(fields) == len(CEL_COLUMNS) and moment(fields[_AT["eventtime"]], UTC) is not None
    except ValueError:
        return False


def moment_and_id(fields: tuple[str, ...]) -> tuple[datetime, str, bool]:
    """When a line's event was, of which channel, and whether it is the channel's first; the line `fits`."""
    at = moment(fields[_AT["eventtime"]], UTC)
    if at is None:
        raise AssertionError("a line that fits has a time")
    return at, fields[_AT["uniqueid"]], fields[_AT["eventtype"]] == "CHAN_START"


def event_of(fields: tuple[str, ...], at_byte: int) -> ChannelEvent | None:
    """The event, if it is one that tells of calls: not of the halves of Local channels, nor of phones that are rung."""
    value = {name: fields[place] for name, place in _AT.items()}
    kind, at = value["eventtype"], moment(value["eventtime"], UTC)
    aside = value["channame"].startswith(LOCAL) or value["uniqueid"].startswith(OUR_LEGS)
    needless = aside and kind in ("HANGUP", "CHAN_START") and not value["uniqueid"].endswith(FIRST)
    if kind not in KINDS or at is None or needless:
        return None
    try:
        extra = json.loads(value["extra"] or "{}")
    except ValueError:
        extra = {}
    return ChannelEvent(
        kind=kind,
        at=at,
        uniqueid=value["uniqueid"],
        linkedid=value["linkedid"],
        channel=value["channame"],
        number=value["cid_num"],
        exten=value["exten"],
        context=value["context"],
        peer=value["peer"],
        extra=extra if isinstance(extra, dict) else {},
        at_byte=at_byte,
    )
