"""The site as its file describes it. May live here: frozen models, the checks of one table, and what follows from them.

Kinds of single values are in `values.py`; what must fit together across tables is in `checks.py`.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from router.config.cadence import RING_SECONDS
from router.config.form import FormTable
from router.config.notify import Notify, Webhook
from router.config.values import (
    Account,
    Address,
    AreaCode,
    Contact,
    Country,
    Date,
    Dialled,
    DialString,
    DutyPhone,
    Extension,
    Host,
    Id,
    Network,
    Number,
    OutsidePrefix,
    Port,
    PresenceName,
    RecordSource,
    RtpPorts,
    Secret,
    SecretFile,
    Server,
    SlotTime,
    StoreUrl,
    Text,
    TimeOfDay,
    Title,
    Username,
    Whole,
    YesNo,
    Zone,
    split_address,
)
from router.config.words import wrong
from router.core.policy import DAY_MS, PRESENCE, Policy
from router.core.words import Kind

__all__ = ["Site", "split_address"]  # with the tables below; split_address is where readers of an address look for it


class Model(BaseModel):
    """Frozen, and strict about unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteTable(Model):
    """`[site]`."""

    name: Text = "售楼处"
    zone: Zone = "Asia/Shanghai"
    language: Literal["zh", "en"] = "zh"
    region: Country = "CN"
    area_code: AreaCode | None = None


class WebTable(Model):
    """`[web]`."""

    bind: Address = "127.0.0.1:8080"
    tls: YesNo = False
    proxies: tuple[Network, ...] = ()
    second_step: tuple[Literal["supervisor", "manager", "secretary", "consultant", "administrator"], ...] = ()


class AmiTable(Model):
    """`[pbx.ami]`: an existing Asterisk's manager interface."""

    host: Host = "127.0.0.1"
    port: Port = 5038
    username: Username = "hotline"
    secret_file: SecretFile
    tls: YesNo = False


class PbxMode(StrEnum):
    """Whose Asterisk it is."""

    PRIVATE = "private"
    EXISTING = "existing"


class PbxTable(Model):
    """`[pbx]`."""

    mode: PbxMode = PbxMode.PRIVATE
    sip_bind: Address = "127.0.0.1:5060"
    rtp_ports: RtpPorts = "20000-20999"
    ami_port: Port = 5038
    alert_after_seconds: Annotated[Number, Field(ge=0, le=30)] = 4
    silent_seconds: Annotated[Number, Field(gt=0, le=60)] = 4
    ami: AmiTable | None = None

    @model_validator(mode="after")
    def _existing_needs_ami(self) -> PbxTable:
        if self.mode is PbxMode.EXISTING and self.ami is None:
            raise wrong("existing-without-ami", keys=("ami", "mode"), at="mode")
        if self.mode is PbxMode.PRIVATE and self.ami is not None:
            raise wrong("ami-without-existing", keys=("ami", "mode"), at="ami")
        return self

    @property
    def rtp_range(self) -> tuple[int, int]:
        """First and last port for voice."""
        first, _, last = self.rtp_ports.partition("-")
        return int(first), int(last)


class StoreTable(Model):
    """`[store]`."""

    url: Annotated[StoreUrl, Field(repr=False)] = "sqlite"


class RegisterTable(Model):
    """`register` of a trunk."""

    server: Server
    username: Username
    secret_file: SecretFile


class Trunk(Model):
    """`[[trunk]]`."""

    name: Id
    match: tuple[Network, ...] = ()
    register_with: RegisterTable | None = Field(default=None, alias="register")
    account: Account | None = None
    secret: Annotated[Secret | None, Field(repr=False)] = None
    country: Country = "CN"
    lines: Annotated[Whole, Field(ge=1, le=1000)] | None = None
    answer: Literal["waiting", "never", "always"] = "waiting"
    no_answer_seconds: Annotated[Whole, Field(ge=5, le=600)] = 60
    outgoing: YesNo = False
    international: YesNo = False
    daily_calls: Annotated[Whole, Field(ge=0, le=10_000)] = 100
    tells_hangup: YesNo = True

    @model_validator(mode="after")
    def _no_stray_keys(self) -> Trunk:
        if self.secret is not None and self.account is None:
            raise wrong("stray-key", key="secret", other="account", keys=("secret", "account"), at="secret")
        if self.international and not self.outgoing:
            keys = ("international", "outgoing")
            raise wrong("stray-key", key="international", other="outgoing = true", keys=keys, at="international")
        return self

    @property
    def target(self) -> str:
        """Where calls out through it go, host or host:port; "" where it is not known (an account's is its contact)."""
        single = [network for network in self.match if "/" not in network]
        return self.register_with.server if self.register_with else "".join(single[:1])


class Hotline(Model):
    """`[[hotline]]`."""

    number: Dialled
    trunk: Id
    name: Title = ""
    media: Title = ""
    aliases: tuple[Dialled, ...] = ()


PHONE_KINDS = ("account", "contact", "dial", "mobile")


class Phone(Model):
    """One phone of a consultant: exactly one of account, contact, dial, mobile."""

    account: Account | None = None
    secret: Annotated[Secret | None, Field(repr=False)] = None
    contact: Contact | None = None
    dial: DialString | None = None
    mobile: Dialled | None = None
    trunk: Id | None = None
    confirm: YesNo = True

    @model_validator(mode="after")
    def _exactly_one(self) -> Phone:
        if sum(getattr(self, kind) is not None for kind in PHONE_KINDS) != 1:
            raise wrong("phone-not-one", keys=PHONE_KINDS)
        if self.mobile and not self.trunk:
            raise wrong("mobile-without-trunk", keys=("trunk", "mobile"), at="mobile")
        for key, other in (("secret", "account"), ("trunk", "mobile"), ("confirm", "mobile")):
            # `confirm = true` is how every phone is written back from the database; it does no harm
            if getattr(self, key) not in (None, True) and getattr(self, other) is None:
                raise wrong("stray-key", key=key, other=other, keys=(key, other), at=key)
        return self


class Consultant(Model):
    """`[[consultant]]`."""

    id: Id
    name: Text
    extension: Extension | None = None
    phone: Phone | None = None
    phones: tuple[Phone, ...] = ()

    @model_validator(mode="after")
    def _has_a_phone(self) -> Consultant:
        if (self.phone is None) == (not self.phones):
            raise wrong("consultant-without-phone", keys=("phone", "phones"))
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

    username: Username
    name: Title = ""
    role: Literal["supervisor", "manager", "secretary", "consultant", "administrator"]
    consultant: Id | None = None


class SlotEntry(Model):
    """One slot of a standing plan (R1); minutes since midnight of the site's zone."""

    name: Title = ""
    start: SlotTime = Field(alias="from")
    end: SlotTime = Field(alias="to")
    continues: YesNo = False
    call: tuple[Id, ...] = ()
    reception: tuple[Id, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> SlotEntry:
        if self.end <= self.start:
            raise wrong("slot-not-in-order", keys=("to", "from"), at="to")
        return self


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Literal["daily", "weekdays", "weekends", "mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Plan(Model):
    """`[[plan]]`: a standing plan for some days; one without slots is for days on which nobody is rung."""

    days: tuple[Day, ...] = ()
    dates: tuple[Date, ...] = ()
    slots: tuple[SlotEntry, ...] = ()

    @field_validator("days", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_when(self) -> Plan:
        if not self.days and not self.dates:
            raise wrong("plan-without-days", keys=("days", "dates"))
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


class ClosedTable(Model):
    """`[closed]`: what happens to calls outside all slots, beside the announcement and the call back (R15)."""

    duty: DutyPhone | None = None

    @property
    def duty_number(self) -> tuple[str, str] | None:
        """Number and trunk of a duty phone that is no consultant's."""
        number, at, trunk = (self.duty or "").partition("@")
        return (number, trunk) if at else None


class PolicyTable(Model):
    """`[policy]`: DOMAIN 9, same names."""

    ring_seconds: Annotated[Number, Field(gt=0, le=60)] | None = None
    rings: Annotated[Whole, Field(ge=1, le=20)] = 3
    max_ring_seconds: Annotated[Number, Field(gt=0, le=3600)] = 60
    max_wait_seconds: Annotated[Number, Field(gt=0, le=3600)] = 120
    makeup: Literal["round", "carry"] = "round"
    wrap_up_seconds: Annotated[Number, Field(ge=0, le=3600)] = 0
    presence: dict[PresenceName, Literal["objective", "personal"]] = {}
    lapse_days: Annotated[Number, Field(gt=0, le=3650)] = 7
    owner_busy: Literal["substitute", "wait"] = "substitute"
    absent_minutes: Annotated[Number, Field(ge=0, le=1440)] = 10
    form_minutes: Annotated[Number, Field(gt=0, le=1440)] = 30
    max_talk_seconds: Annotated[Number, Field(gt=0, le=7200)] = 180
    max_other_talk_seconds: Annotated[Number, Field(gt=0, le=7200)] = 120


class ColumnsTable(Model):
    """`[reconcile.columns]`: what foreign records call their columns; in a file without names their place, from 1."""

    table: Text | None = None
    call_id: Text | None = None
    linked_id: Text | None = None
    channel: Text | None = None
    caller: Text | None = None
    dialled: Text | None = None
    context: Text | None = None
    started_at: Text | None = None
    answered_at: Text | None = None
    ended_at: Text | None = None
    answered_by: Text | None = None
    disposition: Text | None = None
    sequence: Text | None = None


class ReconcileTable(Model):
    """`[reconcile]`."""

    at: TimeOfDay = 23 * 60 + 30
    pbx: Annotated[RecordSource, Field(repr=False)] = "private"
    pbx_zone: Zone | None = None
    outside_prefix: OutsidePrefix = ""
    columns: ColumnsTable = ColumnsTable()


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
    closed: ClosedTable = ClosedTable()
    policy: PolicyTable = PolicyTable()
    reconcile: ReconcileTable = ReconcileTable()
    form: FormTable = FormTable()
    notify: tuple[Notify, ...] = ()
    webhooks: tuple[Webhook, ...] = Field(default=(), alias="webhook")

    @property
    def zone(self) -> ZoneInfo:
        """The site's zone."""
        return ZoneInfo(self.site.zone)

    def ring_seconds_of(self, trunk: Trunk | None) -> float:
        """Length of one ring for calls of the trunk: the policy's, else that of its country; CN's without one."""
        if self.policy.ring_seconds is not None:
            return self.policy.ring_seconds
        return RING_SECONDS.get(trunk.country if trunk else "CN", RING_SECONDS["CN"])

    @property
    def ring_seconds(self) -> float:
        """Length of one ring at this site: the policy's, else that of the first trunk's country."""
        return self.ring_seconds_of(self.trunks[0] if self.trunks else None)

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
