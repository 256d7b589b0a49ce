"""Dates and times as people, spreadsheets and other programs write them. May live here: that one reader.

Year first in any of the usual ways (`2026/9/5 9:05`, `2026年11月5日 下午3:05`, ISO 8601). What may mean two things is
refused rather than guessed: a day or a month in front, two digits for a year, a spreadsheet's bare day number.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final

from router.errors import RequestError

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2100

NOT_A_TIME: Final = "not-a-time"
AMBIGUOUS: Final = "ambiguous-date"
DAY_NUMBER: Final = "day-number"

_DATE = r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?"
_PACKED = r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2}))?"
_WEEKDAY = r"(?:\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?|\s*,?\s*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?)?"
_HALF = r"(?P<half>上午|下午|中午|凌晨|清晨|早上|早晨|早|傍晚|晚上|晚|AM|PM|am|pm)?\s*"
_CLOCK = (
    r"(?P<hour>\d{1,2})\s*(?::|时|点)\s*(?P<minute>\d{1,2}|半)?\s*(?:分|(?::|分)\s*(?P<second>\d{1,2})(?P<part>\.\d+)?\s*秒?)?"
    r"\s*(?P<after>AM|PM|am|pm|[AP]\.M\.)?"
)
_OFFSET = r"\s*(?P<offset>Z|UTC|[+-]\d{2}:?\d{2})?"
_FULL = re.compile(rf"{_DATE}{_WEEKDAY}(?:[T\s]*{_HALF}{_CLOCK}{_OFFSET})?")
_DIGITS = re.compile(_PACKED)
_TWO_WAYS = re.compile(r"\d{1,2}\s*[-/.月年]\s*\d{1,2}(?:\s*[-/.月日]|\b).*", re.DOTALL)
_DAY_NUMBER = re.compile(r"[1-9]\d{4}(?:\.\d+)?")
_SAME = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | {"T": "T", "⁄": "/", "。": "."})

# half of the day -> hour as written -> hour of the day; what is not here may mean two things
_MORNING = {hour: hour % 12 for hour in range(13)}
_AFTERNOON = {hour: hour % 12 + 12 for hour in range(1, 13)} | {hour: hour for hour in range(13, 24)}
_EVENING = {hour: hour + 12 for hour in range(5, 12)} | {hour: hour for hour in range(17, 24)}
_EARLY = {hour: hour for hour in range(12)}
_HOURS: Final = {
    **dict.fromkeys(("上午", "AM"), _MORNING),
    **dict.fromkeys(("下午", "PM"), _AFTERNOON),
    **dict.fromkeys(("傍晚", "晚上", "晚"), _EVENING),
    **dict.fromkeys(("清晨", "早上", "早晨", "早"), _EARLY),
    "凌晨": _EARLY | {12: 0},
    "中午": {11: 11, 12: 12, 1: 13, 2: 14},
    "": {hour: hour for hour in range(24)},
}


class MomentError(RequestError, ValueError):
    """Text that is no moment, or may be two; `fault` says which."""

    id = "moment"

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An aware moment; `has_time` is false where a date stood alone (the moment is its first then)."""

    at: datetime
    has_time: bool


def read_moment(text: str, zone: tzinfo) -> Moment:
    """A date with or without a time; without an offset it is meant in `zone`. Raises `MomentError`.

    >>> read_moment("2026年11月5日 下午3:05", UTC).at.isoformat()
    '2026-11-05T15:05:00+00:00'
    """
    said = _plain(text)
    found = _FULL.fullmatch(said) or _DIGITS.fullmatch(said)
    if found is None:
        raise MomentError(_why(said))
    part = found.groupdict()
    try:
        day = date(int(part["year"]), int(part["month"]), int(part["day"]))
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise MomentError(NOT_A_TIME)
        if part["hour"] is None:
            return Moment(at=datetime(day.year, day.month, day.day, tzinfo=zone), has_time=False)
        at = datetime(day.year, day.month, day.day, *_clock(part), tzinfo=_zone(part.get("offset"), zone))
    except (ValueError, OverflowError) as error:
        raise MomentError(error.fault if isinstance(error, MomentError) else NOT_A_TIME) from error
    return Moment(at=at, has_time=True)


def read_day(text: str) -> date:
    """A date; a time behind it is of no matter. Raises `MomentError`."""
    return read_moment(text, UTC).at.date()


def local_text(moment: Moment, zone: tzinfo) -> str:
    """A moment as forms keep it: local, without a zone; a date alone stays one.

    >>> local_text(read_moment("2026/11/26 9:05", UTC), UTC)
    '2026-11-26T09:05'
    """
    local = moment.at.astimezone(zone).replace(tzinfo=None)
    if not moment.has_time:
        return local.date().isoformat()
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def _plain(text: str) -> str:
    """Full-width characters as others write them, without invisible ones, single spaces."""
    seen = unicodedata.normalize("NFKC", text).translate(_SAME)
    seen = "".join(char for char in seen if unicodedata.category(char) != "Cf")
    return " ".join(seen.split())


def _why(said: str) -> str:
    if _DAY_NUMBER.fullmatch(said):
        return DAY_NUMBER
    return AMBIGUOUS if _TWO_WAYS.fullmatch(said) else NOT_A_TIME


def _clock(part: dict[str, str | None]) -> tuple[int, int, int, int]:
    half, after = part.get("half") or "", (part.get("after") or "").replace(".", "")
    if half and after:
        raise MomentError(NOT_A_TIME)
    hours = _HOURS[(half or after).upper()]
    hour = int(part["hour"] or 0)
    if hour not in hours:
        raise MomentError(AMBIGUOUS if half and hour < 24 else NOT_A_TIME)
    minute = 30 if part["minute"] == "半" else int(part["minute"] or 0)
    fraction = (part.get("part") or ".0")[1:7].ljust(6, "0")
    return hours[hour], minute, int(part["second"] or 0), int(fraction)


def _zone(offset: str | None, zone: tzinfo) -> tzinfo:
    if not offset:
        return zone
    if offset in ("Z", "UTC"):
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
