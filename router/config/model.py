"""The site as its file describes it. May live here: frozen models, their own checks, and what follows from one value.

Checks that need two parts of the file (unknown names, clashes) are in `checks.py`.
"""

from __future__ import annotations

import re
from datetime import date, time
from enum import StrEnum
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from router.core.policy import DAY_MS, PRESENCE, Policy
from router.core.words import Kind

# Length of one ring and the pause after it, by the trunk's country (ITU-T E.180 supplement 2); others: as CN
RING_SECONDS = {
    "CN": 5.0,
    "US": 6.0,
    "CA": 6.0,
    "GB": 3.0,
    "DE": 5.0,
    "FR": 5.0,
    "HK": 3.0,
    "TW": 3.0,
    "JP": 3.0,
    "SG": 3.0,
}


class Model(BaseModel):
    """Frozen, and strict about unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _time_of_day(value: Any) -> int:
    """`HH:MM` to minutes since midnight; `24:00` is allowed."""
    if isinstance(value, time):
        return value.hour * 60 + value.minute
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", value) if isinstance(value, str) else None
    if not match or int(match[2]) > 59 or int(match[1]) * 60 + int(match[2]) > 24 * 60:
        raise ValueError(f"{value!r} is not a time of day like 09:00")
    return int(match[1]) * 60 + int(match[2])


Minutes = Annotated[int, BeforeValidator(_time_of_day)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
Dialled = Annotated[str, Field(pattern=r"^\+?[0-9]{2,20}$")]
Account = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{2,32}$")]
Port = Annotated[int, Field(ge=1, le=65535)]


def _address(value: Any) -> Any:
    host, separator, port = str(value).rpartition(":")
    if not separator or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"{value!r} is not an address like 127.0.0.1:8080")
    try:
        ip_address(host.strip("[]"))
    except ValueError as error:
        raise ValueError(f"{host!r} is not an IP address; write one like 127.0.0.1") from error
    return value


Address = Annotated[str, BeforeValidator(_address)]


def split_address(value: str) -> tuple[str, int]:
    """Host and port of an address that the model has checked."""
    host, _, port = value.rpartition(":")
    return host.strip("[]"), int(port)


class SiteTable(Model):
    """`[site]`."""

    name: str = Field(default="售楼处", min_length=1, max_length=80)
    zone: str = "Asia/Shanghai"
    language: Literal["zh", "en"] = "zh"
    region: str = "CN"
    area_code: Annotated[str, Field(pattern=r"^0?[0-9]{1,5}$")] | None = None

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is not a time zone like Asia/Shanghai") from error
        return value

    @field_validator("region")
    @classmethod
    def _known_region(cls, value: str) -> str:
        if value not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError(f"{value!r} is not a country code of two capitals like CN")
        return value


class WebTable(Model):
    """`[web]`."""

    bind: Address = "127.0.0.1:8080"


class AmiTable(Model):
    """`[pbx.ami]`: an existing Asterisk's manager interface."""

    host: str = "127.0.0.1"
    port: Port = 5038
    username: str = "hotline"
    secret_file: Path
    tls: bool = False


class PbxMode(StrEnum):
    """Whose Asterisk it is."""

    PRIVATE = "private"
    EXISTING = "existing"


class PbxTable(Model):
    """`[pbx]`."""

    mode: PbxMode = PbxMode.PRIVATE
    sip_bind: Address = "127.0.0.1:5060"
    rtp_ports: str = "20000-20999"
    ami_port: Port = 5038
    alert_after_seconds: float = Field(default=4, ge=0, le=30)
    silent_seconds: float = Field(default=4, gt=0, le=60)
    ami: AmiTable | None = None

    @field_validator("rtp_ports")
    @classmethod
    def _a_range(cls, value: str) -> str:
        match = re.fullmatch(r"(\d+)-(\d+)", value)
        if not match or not 1024 <= int(match[1]) < int(match[2]) <= 65535:
            raise ValueError(f"{value!r} is not a range of ports like 20000-20999")
        if int(match[2]) - int(match[1]) < 19:
            raise ValueError(f"{value!r} is too small: a call takes four ports, leave room for ten calls or more")
        return value

    @model_validator(mode="after")
    def _existing_needs_ami(self) -> PbxTable:
        if self.mode is PbxMode.EXISTING and self.ami is None:
            raise ValueError('mode = "existing" needs a table [pbx.ami] with host, port, username and secret_file')
        return self

    @property
    def rtp_range(self) -> tuple[int, int]:
        """First and last port for voice."""
        first, _, last = self.rtp_ports.partition("-")
        return int(first), int(last)


class StoreTable(Model):
    """`[store]`."""

    url: Annotated[str, Field(pattern=r"^(sqlite|sqlite:///.+|postgresql\+psycopg://.+)$")] = "sqlite"


class RegisterTable(Model):
    """`register` of a trunk."""

    server: str
    username: str
    secret_file: Path


class Trunk(Model):
    """`[[trunk]]`."""

    name: Id
    match: tuple[str, ...] = ()
    register_with: RegisterTable | None = Field(default=None, alias="register")
    account: Account | None = None
    secret: Annotated[str, Field(min_length=6, max_length=64, pattern=r"^[^\s;]+$")] | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "CN"
    lines: Annotated[int, Field(ge=1, le=1000)] | None = None
    answer: Literal["waiting", "never", "always"] = "waiting"
    no_answer_seconds: int = Field(default=60, ge=5, le=600)
    outgoing: bool = False
    international: bool = False

    @field_validator("match")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            try:
                ip_network(address, strict=False)
            except ValueError as error:
                raise ValueError(f"{address!r} is not an IP address or network") from error
        return value

    @model_validator(mode="after")
    def _has_a_source(self) -> Trunk:
        if not self.match and self.register_with is None and self.account is None:
            raise ValueError("a trunk needs match (addresses that calls come from), register or account")
        return self


class Hotline(Model):
    """`[[hotline]]`."""

    number: Dialled
    trunk: str
    name: str = ""
    media: str = ""
    aliases: tuple[Dialled, ...] = ()


class Phone(Model):
    """One phone of a consultant: exactly one of account, contact, dial, mobile."""

    account: Account | None = None
    secret: Annotated[str, Field(min_length=6, max_length=64, pattern=r"^[^\s;]+$")] | None = None
    contact: Annotated[str, Field(pattern=r"^sip:[A-Za-z0-9_.+-]+@[0-9.]+:[0-9]+$")] | None = None
    dial: Annotated[str, Field(pattern=r"^[A-Za-z0-9]+/[A-Za-z0-9_.@:/+-]+$")] | None = None
    mobile: Dialled | None = None
    trunk: str | None = None
    confirm: bool = True

    @model_validator(mode="after")
    def _exactly_one(self) -> Phone:
        given = [name for name in ("account", "contact", "dial", "mobile") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("a phone is exactly one of account, contact, dial, mobile")
        if self.mobile and not self.trunk:
            raise ValueError("a mobile needs the trunk that it is dialled through")
        if self.secret and not self.account:
            raise ValueError("only an account has a secret")
        return self


class Consultant(Model):
    """`[[consultant]]`."""

    id: Id
    name: str = Field(min_length=1, max_length=80)
    extension: Annotated[str, Field(pattern=r"^[0-9]{2,8}$")] | None = None
    phone: Phone | None = None
    phones: tuple[Phone, ...] = ()

    @model_validator(mode="after")
    def _has_a_phone(self) -> Consultant:
        if (self.phone is None) == (not self.phones):
            raise ValueError("a consultant has phone, or phones for several")
        return self

    @property
    def all_phones(self) -> tuple[Phone, ...]:
        """Every phone, in the order of the file."""
        return (self.phone,) if self.phone else self.phones

    @property
    def dialled(self) -> str | None:
        """What others dial to reach this person: the extension, else the first account if it is a number."""
        accounts = [phone.account for phone in self.all_phones if phone.account and phone.account.isdigit()]
        return self.extension or (accounts[0] if accounts else None)


class UserEntry(Model):
    """`[[user]]`."""

    username: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{2,32}$")]
    name: str = ""
    role: Literal["supervisor", "manager", "secretary", "consultant", "administrator"]
    consultant: str | None = None


class SlotEntry(Model):
    """One slot of a standing plan (R1); minutes since midnight of the site's zone."""

    name: str = ""
    start: Minutes = Field(alias="from")
    end: Minutes = Field(alias="to")
    continues: bool = False
    call: tuple[str, ...] = ()
    reception: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> SlotEntry:
        if self.end <= self.start:
            raise ValueError("a slot ends after it begins; over midnight make it two, the second with continues = true")
        return self


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Literal["daily", "weekdays", "weekends", "mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Plan(Model):
    """`[[plan]]`: a standing plan for some days."""

    days: tuple[Day, ...] = ()
    dates: tuple[date, ...] = ()
    slots: tuple[SlotEntry, ...] = ()

    @field_validator("days", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_when(self) -> Plan:
        if not self.days and not self.dates:
            raise ValueError("a plan says when: days or dates")
        return self

    def fits(self, day: date) -> int:
        """How specifically the plan is meant for `day`: 0 not at all, 4 for this very date."""
        if day in self.dates:
            return 4
        name, group = DAYS[day.weekday()], "weekends" if day.weekday() >= 5 else "weekdays"
        return 3 if name in self.days else 2 if group in self.days else int("daily" in self.days)


class PresenceTable(Model):
    """`[presence]`."""

    initial: Literal["off", "present"] = "off"


class PolicyTable(Model):
    """`[policy]`: DOMAIN 9, same names."""

    ring_seconds: float | None = Field(default=None, gt=0, le=60)
    rings: int = Field(default=3, ge=1, le=20)
    max_ring_seconds: float = Field(default=60, gt=0, le=3600)
    max_wait_seconds: float = Field(default=120, gt=0, le=3600)
    makeup: Literal["round", "carry"] = "round"
    wrap_up_seconds: float = Field(default=0, ge=0, le=3600)
    presence: dict[str, Literal["objective", "personal"]] = {}
    lapse_days: float = Field(default=7, gt=0, le=3650)
    owner_busy: Literal["substitute", "wait"] = "substitute"
    absent_minutes: float = Field(default=10, ge=0, le=1440)
    form_minutes: float = Field(default=30, gt=0, le=1440)
    max_talk_seconds: float = Field(default=180, gt=0, le=7200)
    max_other_talk_seconds: float = Field(default=120, gt=0, le=7200)


class ReconcileTable(Model):
    """`[reconcile]`."""

    at: Minutes = 23 * 60 + 30
    pbx: str = "private"
    columns: dict[str, str] = {}


class Site(Model):
    """The whole file."""

    site: SiteTable = SiteTable()
    web: WebTable = WebTable()
    pbx: PbxTable = PbxTable()
    store: StoreTable = StoreTable()
    trunks: tuple[Trunk, ...] = Field(default=(), alias="trunk")
    hotlines: tuple[Hotline, ...] = Field(default=(), alias="hotline")
    consultants: tuple[Consultant, ...] = Field(default=(), alias="consultant")
    users: tuple[UserEntry, ...] = Field(default=(), alias="user")
    plans: tuple[Plan, ...] = Field(default=(), alias="plan")
    presence: PresenceTable = PresenceTable()
    policy: PolicyTable = PolicyTable()
    reconcile: ReconcileTable = ReconcileTable()

    @property
    def zone(self) -> ZoneInfo:
        """The site's zone."""
        return ZoneInfo(self.site.zone)

    @property
    def ring_seconds(self) -> float:
        """Length of one ring: the policy's, else that of the first trunk's country."""
        if self.policy.ring_seconds is not None:
            return self.policy.ring_seconds
        return RING_SECONDS.get(self.trunks[0].country if self.trunks else "CN", RING_SECONDS["CN"])

    def desk_policy(self) -> Policy:
        """The policy as the rules take it."""
        table = self.policy
        return Policy(
            ring_ms=round(self.ring_seconds * 1000),
            rings=table.rings,
            max_ring_ms=round(table.max_ring_seconds * 1000),
            max_wait_ms=round(table.max_wait_seconds * 1000),
            makeup_carry=table.makeup == "carry",
            wrap_up_ms=round(table.wrap_up_seconds * 1000),
            lapse_ms=round(table.lapse_days * DAY_MS),
            owner_wait=table.owner_busy == "wait",
            keep_ms=32 * DAY_MS,  # longer than any form is late; what is older is the record's alone
            presence={**PRESENCE, **{name: Kind(kind) for name, kind in table.presence.items()}},
        )
