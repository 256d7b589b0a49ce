"""From the columns of foreign records to legs. May live here: names and places of columns, and reading their values.

Times without a zone are meant in the site's (or `[reconcile] pbx_zone`). An hour that the clock shows twice is told
apart by the row's uniqueid, which begins with the second of the channel's birth; the same gives away a wrong zone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from statistics import median
from typing import Any, Final

from router.config.model import ColumnsTable
from router.reading.numbers import caller_number
from router.telephony.records.errors import NumericIdsError, RecordsColumnsError
from router.telephony.records.recorded_legs import ANSWERED, RecordedLeg
from router.texts import _, _p

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "uniqueid": ("uniqueid",),
    "linkedid": ("linkedid",),
    "channel": ("channel",),
    "dstchannel": ("dstchannel",),
    "src": ("src",),
    "dst": ("dst",),
    "dcontext": ("dcontext",),
    "start": ("start", "calldate"),
    "answer": ("answer", "answerdate"),
    "end": ("end", "enddate"),
    "disposition": ("disposition",),
    "lastdata": ("lastdata",),
    "sequence": ("sequence",),
    "duration": ("duration",),
    "billsec": ("billsec",),
}
"""A leg's field -> what Asterisk's own modules and their usual tables call it."""

SETTINGS: Final[Mapping[str, str]] = {
    "uniqueid": "call_id",
    "linkedid": "linked_id",
    "channel": "channel",
    "dstchannel": "answered_by",
    "src": "caller",
    "dst": "dialled",
    "dcontext": "context",
    "start": "started_at",
    "answer": "answered_at",
    "end": "ended_at",
    "disposition": "disposition",
    "sequence": "sequence",
}
"""A leg's field -> its key in `[reconcile.columns]`."""

NEEDED: Final = ("uniqueid", "channel", "dstchannel", "src", "dst", "start", "disposition")

TEXTS: Final = tuple(name for name in NAMES if name not in ("start", "answer", "end", "duration", "billsec"))

DISPOSITIONS: Final[Mapping[str, str]] = {
    **{word: word for word in (ANSWERED, "NO ANSWER", "BUSY", "FAILED", "CONGESTION", "UNKNOWN")},
    "NOANSWER": "NO ANSWER",
    "ANSWER": ANSWERED,
    "NULL": "NO ANSWER",
    "CANCEL": "NO ANSWER",
    "0": "NO ANSWER",
    "1": "NO ANSWER",
    "2": "FAILED",
    "4": "BUSY",
    "8": ANSWERED,
    "16": "CONGESTION",
}
"""How a row may say that it ended -> Asterisk's word; the numbers are those of its cdr.h."""

NEVER: Final = frozenset({"", "0", "0.000000", "0000-00-00 00:00:00", "None"})
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
WRONG_ZONE: Final = timedelta(minutes=20)
_BORN = re.compile(r"(?:^|-)(\d{9,11})\.\d+$")
_EPOCH = re.compile(r"\d{9,11}(\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where each of a leg's fields stands in a row (a place or a name), and the zone of its times."""

    at: Mapping[str, int | str]
    zone: tzinfo
    width: int = 0  # fields of a row, where that is certain
    has_header: bool = False
    delimiter: str = ","

    def fits(self, fields: Sequence[str]) -> bool:
        """Whether fields can be a row: enough of them, with a start that is a time."""
        if len(fields) <= self._last or (self.width and len(fields) != self.width):
            return False
        try:
            return moment(fields[int(self.at["start"])], self.zone) is not None
        except ValueError:
            return False

    @property
    def _last(self) -> int:
        return max((place for place in self.at.values() if isinstance(place, int)), default=0)

    def leg(self, row: Any) -> RecordedLeg:
        """The leg of a row. Raises `ValueError` for what is no row."""
        value = {field: row[place] for field, place in self.at.items()}
        uniqueid = _id(value["uniqueid"])
        start = moment(value["start"], self.zone, uniqueid)
        kept = {field: _text(value.get(field)) for field in TEXTS}
        kept |= {"src": caller_number(kept["src"]), "linkedid": _id(value.get("linkedid"))}
        if start is None or not uniqueid or not kept["channel"]:
            raise ValueError("a row without an id, a channel or a start")
        disposition = kept["disposition"] = _disposition(kept["disposition"])
        end = moment(value.get("end"), self.zone, uniqueid) or _later(start, _text(value.get("duration")))
        answer = moment(value.get("answer"), self.zone, uniqueid)
        talked = _text(value.get("billsec"))
        if answer is None and end is not None and disposition == ANSWERED and talked:
            answer = end - timedelta(seconds=float(talked))
        return RecordedLeg(**kept, start=start, answer=answer, end=end)


def named_columns(available: Sequence[str], table: ColumnsTable, zone: tzinfo, *, places: bool = False) -> Columns:
    """The columns of a table or a file with names, as configured, else as Asterisk calls them.

    `places`: give their places rather than names; then the configuration may name places, too, from 1. Raises
    `RecordsColumnsError` where one that is needed or configured is missing.
    """
    lower = {name.lower(): name for name in available}
    at: dict[str, int | str] = {}
    for field, usual in NAMES.items():
        key = SETTINGS.get(field, "")
        wanted = getattr(table, key) if key else None
        if places and wanted and wanted.isdigit() and 0 < int(wanted) <= len(available):
            at[field] = int(wanted) - 1
            continue
        found = next((lower[name.lower()] for name in ((wanted,) if wanted else usual) if name.lower() in lower), None)
        if found is not None:
            at[field] = list(available).index(found) if places else found
        elif wanted or field in NEEDED:
            name = wanted or " / ".join(usual)
            raise RecordsColumnsError(
                _(
                    "the PBX's records have no column %(name)s; they have %(part)s",
                    name=name,
                    part=", ".join(available)[:300],
                ),
                cure=_("name it in [reconcile.columns]: %(key)s", key=key or field),
            )
    return Columns(at=at, zone=zone)


def birth(uniqueid: str) -> datetime | None:
    """When the channel was born, as its id says: `hotline-1795520813.0`; None where it says nothing."""
    found = _BORN.search(uniqueid)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def moment(value: Any, zone: tzinfo, uniqueid: str = "") -> datetime | None:
    """A time of a row, aware; None for "never". Raises `ValueError`."""
    if not isinstance(value, datetime):
        text = _text(value)
        if text in NEVER:
            return None
        if _EPOCH.fullmatch(text):
            seconds, _, fraction = text.partition(".")
            return EPOCH + timedelta(seconds=int(seconds), microseconds=int(fraction[:6].ljust(6, "0")))
        value = datetime.fromisoformat(text)
    return _in_utc(value, zone, uniqueid)


def _in_utc(value: datetime, zone: tzinfo, uniqueid: str) -> datetime:
    if value.tzinfo is not None:
        return value.astimezone(UTC)
    first, second = (value.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    born = birth(uniqueid)  # the wall shows this time twice
    return second if born is not None and first < born - timedelta(minutes=1) else first


def check_zone(legs: Sequence[RecordedLeg]) -> None:
    """Compare starts with the seconds of birth in the ids. Raises `RecordsColumnsError` when all are hours apart."""
    apart: dict[str, timedelta] = {}
    for leg in legs:
        born = birth(leg.uniqueid)
        if born is not None:
            apart[leg.uniqueid] = min(leg.start - born, apart.get(leg.uniqueid, timedelta.max))
    if not apart:
        return
    middle = timedelta(seconds=median(one.total_seconds() for one in apart.values()))
    if middle < -WRONG_ZONE or (middle > WRONG_ZONE and len(apart) >= 3):
        raise RecordsColumnsError(
            _(
                "the PBX's times are %(gap)s %(side)s those in its own ids",
                gap=str(abs(middle)),
                side=_p("of a clock", "before") if middle < timedelta() else _p("of a clock", "after"),
            ),
            cure=_("set [reconcile] pbx_zone to the zone that the PBX writes, such as UTC"),
        )


def _later(start: datetime, duration: str | None) -> datetime | None:
    return start + timedelta(seconds=float(duration)) if duration else None


def _text(value: Any) -> str:
    """A value as text; a column of numbers gives whole ones a point, which nobody dialled."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def _id(value: Any) -> str:
    """A unique id. Raises `NumericIdsError`."""
    if isinstance(value, float | Decimal):
        raise NumericIdsError(
            _("the PBX's table keeps unique ids as numbers: it can't tell 1795520813.1 from 1795520813.10"),
            cure=_("make its columns uniqueid and linkedid text, such as varchar(150); rows from then on can be read"),
        )
    return _text(value)


def _disposition(text: str) -> str:
    """How it ended, in Asterisk's words. Raises `ValueError` for any other: silence would mean "unanswered"."""
    said = " ".join(text.upper().replace("_", " ").split())
    word = DISPOSITIONS.get(said.removesuffix(".0"))
    if word is None:
        raise ValueError(f"disposition is {text[:40]!r}, which is no word of Asterisk's")
    return word
