"""What the private Asterisk's channel events add: who hung up first (R19), which mobile answered.

May live here: reading them and matching them with rows on record. An event whose call has no rows yet holds the
book-mark back for a while: rows are written when a call ends, and its events earlier.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from router.store.pbx_log import known_calls, name_answerer, name_enders
from router.telephony.records.columns import moment
from router.telephony.records.exchange import LOCAL, OUR_LEGS, Exchange
from router.telephony.records.intake import BATCH, Intake
from router.telephony.records.private import CEL_COLUMNS
from router.telephony.records.tail import Piece, mark_at, mark_of, records, way_from
from router.telephony.switchboard.legs import read_leg_id
from router.telephony.switchboard.office import device_of

PATIENCE: Final = timedelta(hours=4)  # longer than any call
KINDS: Final = ("HANGUP", "PICKUP")
_AT: Final = {name: place for place, name in enumerate(CEL_COLUMNS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEvent:
    """A HANGUP or PICKUP of a call's channel; `at_byte` is where its record begins."""

    kind: str
    call_id: str
    at: datetime
    channel: str
    extra: dict[str, Any]
    at_byte: int


def read_events(path: Path, intake: Intake) -> None:
    """Read what is new and add it to the rows on record. Raises a `HotlineError` when nothing can be read."""
    way = way_from(path, mark_of(intake.source.position.get("cel")))
    for piece in way.pieces:
        _read_piece(piece, intake)


def _read_piece(piece: Piece, intake: Intake) -> None:
    events: list[ChannelEvent] = []
    end, held, newest = piece.offset, None, None
    for record in records(piece, _fits):
        begin, end = end, record.end
        if not record.fields:
            continue
        newest = moment(record.fields[_AT["eventtime"]], UTC)
        event = _event(record.fields, begin)
        if event is not None:
            events.append(event)
        if len(events) >= BATCH:
            held = _apply(events, intake, newest, held)
            events = []
    held = _apply(events, intake, newest, held)
    if end > piece.offset:
        intake.move({"cel": mark_at(piece.path, end if held is None or piece.over else held).as_data()})


def _fits(fields: tuple[str, ...]) -> bool:
    try:
        return len(fields) == len(CEL_COLUMNS) and moment(fields[_AT["eventtime"]], UTC) is not None
    except ValueError:
        return False


def _event(fields: tuple[str, ...], at_byte: int) -> ChannelEvent | None:
    kind, uniqueid, channel = fields[_AT["eventtype"]], fields[_AT["uniqueid"]], fields[_AT["channame"]]
    at = moment(fields[_AT["eventtime"]], UTC)
    if kind not in KINDS or at is None or uniqueid.startswith(OUR_LEGS):
        return None
    if kind == "HANGUP" and channel.startswith(LOCAL):
        return None
    try:
        extra = json.loads(fields[_AT["extra"]] or "{}")
    except ValueError:
        return None
    call_id = uniqueid if kind == "HANGUP" else fields[_AT["linkedid"]]
    return ChannelEvent(kind=kind, call_id=call_id, at=at, channel=channel, extra=extra, at_byte=at_byte)


def _apply(events: list[ChannelEvent], intake: Intake, newest: datetime | None, held: int | None) -> int | None:
    """Add events to their calls; returns where the first stands whose call may still come on record."""
    site_id = intake.source.site_id
    known = known_calls(intake.session, {event.call_id for event in events}, site_id=site_id)
    enders: dict[str, str] = {}
    for event in events:
        if event.call_id not in known:
            if held is None and newest is not None and event.at > newest - PATIENCE:
                held = event.at_byte
        elif event.kind == "HANGUP":
            who = _ended_by(event, intake.exchange)
            if who:
                enders[event.call_id] = who
        else:
            _answered(event, intake)
    name_enders(intake.session, enders, site_id=site_id)
    return held


def _ended_by(event: ChannelEvent, exchange: Exchange) -> str:
    """R19: `caller`, `consultant`, or "" where it can't be known."""
    source = str(event.extra.get("hangupsource") or "")
    if source and source == event.channel:
        return "caller"
    return "consultant" if source and exchange.whose(source) is not None else ""


def _answered(event: ChannelEvent, intake: Intake) -> None:
    """A mobile's channel is named after its trunk; the id that it was rung with names the person."""
    leg = read_leg_id(str(event.extra.get("pickup_channel_uniqueid") or ""))
    channel = str(event.extra.get("pickup_channel") or "")
    if leg is not None and device_of(channel) in intake.exchange.mobiles:
        name_answerer(intake.session, event.call_id, event.at, leg[1], site_id=intake.source.site_id)
