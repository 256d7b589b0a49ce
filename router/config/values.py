"""The kinds of single values in a site file, each with its own check. May live here: types of one value."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from router.config.words import shown, wrong
from router.core.policy import PRESENCE, PRESENT

DAY_MINUTES = 24 * 60
SMALLEST_RTP_RANGE = 20  # ports: five calls
# R3's reasons and R6's: a presence of that name would be mistaken for one of them in the trail
REASONS = frozenset({PRESENT, *PRESENCE, "suspended", "offered", "busy", "wrap_up", "absent", "no_answer", "declined"})


def _matching(pattern: str, mistake: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise wrong(mistake, value=shown(value))
        return value

    return AfterValidator(check)


def _checked(is_right: Callable[[str], object], mistake: str) -> AfterValidator:
    """Text for which `is_right` is true and raises no ValueError."""

    def check(value: str) -> str:
        try:
            right = bool(is_right(value))
        except ValueError:
            right = False
        if not right:
            raise wrong(mistake, value=shown(value))
        return value

    return AfterValidator(check)


def _minutes(value: Any, *, last: int) -> int:
    """`HH:MM` (or TOML's own time) to minutes since midnight."""
    if isinstance(value, time) and not value.second and not value.microsecond:
        return value.hour * 60 + value.minute
    match = re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])", value) if isinstance(value, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else last + 1
    if minutes > last:
        raise wrong("bad-time", value=shown(value))
    return minutes


def clock_text(minutes: int) -> str:
    """Minutes since midnight as `HH:MM`; the end of the day is `24:00`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _date(value: Any) -> date:
    """A TOML date, or one in quotes; pydantic alone would take a number for seconds since 1970."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007  (a date has no zone)
        except ValueError:
            pass
    raise wrong("not-a-date", value=shown(value))


def split_address(value: str) -> tuple[str, int]:
    """Host and port of an `Address`."""
    host, _, port = value.rpartition(":")
    return host.strip("[]"), int(port)


def _is_address(value: str) -> bool:
    match = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([0-9]{1,5})", value)
    return match is not None and bool(ip_address(match[1] or match[2])) and 0 < int(match[3]) < 65536


def _is_contact(value: str) -> bool:
    match = re.fullmatch(r"sip:[A-Za-z0-9_.+-]+@([0-9.]+:[0-9]+)", value)
    return match is not None and _is_address(match[1])


def _is_server(value: str) -> bool:
    match = re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(?::([0-9]{1,5}))?", value)
    return match is not None and 0 < int(match[2] or 1) < 65536


def _is_zone(value: str) -> bool:
    try:
        return bool(ZoneInfo(value))
    except (ZoneInfoNotFoundError, OSError):  # a folder of the zone files, such as "Asia", is an OSError
        return False


def _ports(value: str) -> str:
    match = re.fullmatch(r"([0-9]{1,5})-([0-9]{1,5})", value)
    if not match or not 1024 <= int(match[1]) < int(match[2]) <= 65535:
        raise wrong("bad-range", value=shown(value))
    size = int(match[2]) - int(match[1]) + 1
    if size < SMALLEST_RTP_RANGE:
        raise wrong("small-range", value=shown(value), ports=size)
    return value


def _one_line(value: str, info: ValidationInfo) -> str:
    """Names are one line. Said of files alone: from elsewhere a strange name is made harmless where it is used."""
    if _is_file(info) and re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", value):
        raise wrong("bad-text", value=shown(value))
    return value


def _is_file(info: ValidationInfo) -> bool:
    return "folder" in (info.context or {})


def _beside_the_file(value: Path, info: ValidationInfo) -> Path:
    """A relative path begins in the site file's folder, wherever `hotline` is started from."""
    folder = (info.context or {}).get("folder", Path())
    return Path(folder) / value


Whole = Annotated[int, Field(strict=True)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
YesNo = Annotated[bool, Field(strict=True)]
Port = Annotated[int, Field(strict=True, ge=1, le=65535)]

Text = Annotated[str, _matching(r"(?s)(?=.*\S).{1,80}", "bad-text"), AfterValidator(_one_line)]
Title = Annotated[str, _matching(r"(?s).{0,80}", "bad-text"), AfterValidator(_one_line)]
Id = Annotated[str, _matching(r"[A-Za-z0-9_-]{1,32}", "bad-id")]
Account = Annotated[str, _matching(r"[A-Za-z0-9_-]{2,32}", "bad-id")]
Username = Annotated[str, _matching(r"[A-Za-z0-9_.-]{2,32}", "bad-username")]
Dialled = Annotated[str, _matching(r"\+?[0-9]{2,20}", "bad-number")]
AreaCode = Annotated[str, _matching(r"0?[1-9][0-9]{0,4}", "bad-area-code")]
OutsidePrefix = Annotated[str, _matching(r"[0-9*#]{0,4}", "bad-prefix")]
DutyPhone = Annotated[str, _matching(r"[A-Za-z0-9_-]{1,32}|[0-9]{2,20}@[A-Za-z0-9_-]{1,32}", "bad-duty")]
Extension = Annotated[str, _matching(r"[0-9]{2,8}", "bad-extension")]
DialString = Annotated[str, _matching(r"[A-Za-z0-9]+/[A-Za-z0-9_.@:/+-]+", "bad-dial")]
# What Asterisk's configuration can hold as a value: no comment sign, and no ">", which it takes for a part of "=>"
Secret = Annotated[str, _matching(r"(?!>)[!-:<-~]{1,64}", "bad-secret")]
SecretFile = Annotated[Path, AfterValidator(_beside_the_file)]
PresenceName = Annotated[
    str, _checked(lambda name: re.fullmatch(r"\w{1,32}", name) and name not in REASONS, "bad-presence")
]

Address = Annotated[str, _checked(_is_address, "bad-address")]
Network = Annotated[str, _checked(lambda value: ip_network(value, strict=False), "bad-match")]
Contact = Annotated[str, _checked(_is_contact, "bad-contact")]
Host = Annotated[str, _matching(r"[A-Za-z0-9:]([A-Za-z0-9.:-]*[A-Za-z0-9])?", "bad-host")]
Server = Annotated[str, _checked(_is_server, "bad-server")]
RtpPorts = Annotated[str, AfterValidator(_ports)]

Zone = Annotated[str, _checked(_is_zone, "bad-zone")]
Country = Annotated[str, _checked(lambda code: code in phonenumbers.SUPPORTED_REGIONS, "bad-country")]
SlotTime = Annotated[int, BeforeValidator(partial(_minutes, last=DAY_MINUTES))]
TimeOfDay = Annotated[int, BeforeValidator(partial(_minutes, last=DAY_MINUTES - 1))]
Date = Annotated[date, BeforeValidator(_date)]

StoreUrl = Annotated[str, _matching(r"sqlite|sqlite:///.+|postgresql\+psycopg://.+", "bad-url")]
RecordSource = Annotated[str, _matching(r"private|csv:.+|sqlite:.+|[a-z][a-z0-9]*(\+[a-z0-9]+)?://.+", "bad-source")]
HookUrl = Annotated[str, _matching(r"https?://[^\s@]+", "bad-hook")]
