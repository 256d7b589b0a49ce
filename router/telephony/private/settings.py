"""What a private Asterisk is told to be: addresses, trunks, phones. May live here: frozen data and its checks, no I/O.

Nothing here can hold a character that would end a line or a value in Asterisk's configuration: such a site is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address, ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Final

from router.telephony.private.errors import AsteriskSettingsError
from router.telephony.private.stage import DemoStage
from router.texts import Listing, _

AMI_EVENTS: Final = (
    "UserEvent",
    "Newstate",
    "Hangup",
    "OriginateResponse",
    "Pickup",
    "DialState",
    "BlindTransfer",
    "AttendedTransfer",
    "DeviceStateChange",
)
"""Events that the router is sent; `Newchannel` is left out, since it comes before the caller's number is filtered."""

HOTLINE_OFFER: Final = "^Local/c[0-9a-f]{19}@hotline-"
"""A call's own Local channels, as a regular expression: nobody's phone."""

AMI_ONLY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "Newstate": ("header(Uniqueid),method(starts_with)) = hl.",),
        "OriginateResponse": (
            "header(Response),method(exact)) = Failure",
            "header(Uniqueid),method(starts_with)) = hl.trial",
        ),
        "DialState": (
            "header(DialStatus),method(exact)) = PROGRESS",
            "header(DestChannel),method(contains)) = @hotline-trial",
        ),
    }
)
"""Of these events only some say what the router does not know: of phones that it rings (`hl.…`), of what failed, of a
183; and what `router.telephony.trial` makes to see whether they come. A call makes ten others: only work."""

AMI_NEVER: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "Hangup": (f"header(Channel),method(regex)) = {HOTLINE_OFFER}",),
        "DeviceStateChange": (f"header(Device),method(regex)) = {HOTLINE_OFFER}",),
    }
)
"""And of these all but some."""

AMI_NOISE: Final = (
    "Newchannel",
    "Newexten",
    "VarSet",
    "NewCallerid",
    "NewConnectedLine",
    "NewAccountCode",
    "DialBegin",
    "DialEnd",
    "BridgeCreate",
    "BridgeEnter",
    "BridgeLeave",
    "BridgeDestroy",
    "BridgeMerge",
    "LocalBridge",
    "LocalOptimizationBegin",
    "LocalOptimizationEnd",
    "HangupRequest",
    "SoftHangupRequest",
    "HangupHandlerPush",
    "HangupHandlerRun",
    "HangupHandlerPop",
    "MusicOnHoldStart",
    "MusicOnHoldStop",
    "Unhold",
    "Hold",
    "DTMFBegin",
    "DTMFEnd",
    "RTCPSent",
    "RTCPReceived",
    "ExtensionStatus",
    "ContactStatus",
    "PeerStatus",
    "ChallengeSent",
    "SuccessfulAuth",
)
"""Events that a private Asterisk need not make at all, unless they are asked for by `PrivateSettings.ami_events`."""

EMERGENCY: Final = {"CN": ("110", "119", "120", "122"), "US": ("911",), "CA": ("911",), "GB": ("999", "112")}
"""Country -> numbers that every phone may dial through any trunk that allows outgoing calls; others: 112."""

NATIONAL: Final = {
    "CN": (
        "_1[12]X",  # 114, 121
        "_1[012]XXX",  # 10086, 12345
        *("_10XXXX", "_10XXXXX", "_10XXXXXX"),
        *("_95XXX", "_95XXXX", "_95XXXXX", "_95XXXXXX"),
        *("_96XXX", "_96XXXX"),
        *("_400XXXXXXX", "_800XXXXXXX"),
        *("_[2-8]XXXXXX", "_[2-8]XXXXXXX"),  # in one's own city
        *("_010[2-8]XXXXXXX", "_02X[2-8]XXXXXXX", "_0[3-9]XX[2-8]XXXXXX", "_0[3-9]XX[2-8]XXXXXXX"),
        *(f"_{zero}1{rest}XXXXXXXX" for zero in ("", "0") for rest in ("[3-58]X", "6[2567]", "7[0-8]", "9X")),
    )
}
"""Country -> all that phones may dial outside; for others everything is but `PREMIUM` and calls abroad."""

PREMIUM: Final = {
    "CN": ("12590", "16", "179"),
    "US": ("900", "1900", "976", "101"),
    "CA": ("900", "1900", "976", "101"),
    "GB": ("09", "070", "084", "087", "118"),
    "DE": ("0900", "0137", "0180", "118", "010"),
    "FR": ("089", "081", "118"),
    "JP": ("0990", "0570", "0180"),
    "HK": ("900", "15", "16"),
    "TW": ("0204", "0209", "019"),
    "SG": ("1900", "15"),
}
"""Country -> what numbers begin with that earn their owner money, and prefixes that go by another carrier (17951)."""

INTERNATIONAL: Final = {"US": "011", "CA": "011", "JP": "010", "HK": "001", "TW": "002", "SG": "00"}
"""Country -> what a call abroad begins with; others: 00."""


def _no_line_ends(owner: object) -> None:
    for one in fields(owner):  # type: ignore[arg-type]  # every caller is one of the dataclasses below
        value = getattr(owner, one.name)
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and re.search(r"[\x00-\x1f\x7f;]", text):
                raise AsteriskSettingsError(
                    _(
                        "%(name)s %(text)r has a character that Asterisk's configuration can't hold",
                        name=one.name,
                        text=text,
                    ),
                    cure=_("leave control characters and semicolons out"),
                )


SILENCE_SECONDS: Final = 90
"""So long without a packet of voice, and the caller's network is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """How a trunk registers with its carrier; `server` is a host with or without a port."""

    server: str
    username: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        _no_line_ends(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkSettings:
    """A line to a carrier.

    `match`: addresses and networks that calls come from; `numbers`: pairs of a number as dialled and its hotline;
    after `silence_seconds` without voice the other side is gone; `server` (host:port) is where outgoing calls go: by
    default the registration's, else the first single address of `match`.
    """

    name: str
    match: tuple[str, ...] = ()
    registration: Registration | None = None
    server: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    country: str = "CN"
    outgoing: bool = False
    international: bool = False
    daily_calls: int = 100
    silence_seconds: int = SILENCE_SECONDS
    account: str = ""
    secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        _no_line_ends(self)

    @property
    def target(self) -> str:
        """host:port of outgoing calls; empty where none is known."""
        single = [one for one in self.match if "/" not in one]
        return self.server or (self.registration.server if self.registration else "") or "".join(single[:1])


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """A phone that registers with us."""

    account: str
    secret: str = field(repr=False)
    number: str = ""
    display: str = ""

    def __post_init__(self) -> None:
        _no_line_ends(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSettings:
    """A phone at a fixed address: always registered; known by its address and port when it dials."""

    name: str
    uri: str
    number: str = ""
    display: str = ""

    def __post_init__(self) -> None:
        _no_line_ends(self)
        if not re.fullmatch(r"sips?:[^@\s]+@[0-9.]+:\d+", self.uri):
            raise AsteriskSettingsError(_("%(uri)r is not a phone's address like sip:c@127.0.0.1:5093", uri=self.uri))

    @property
    def address(self) -> str:
        """Address and port, by which it is known."""
        return self.uri.partition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateSettings:
    """A whole private Asterisk.

    `extensions`: what phones dial -> dial strings that ring together. `permit`: networks that SIP is taken from (empty:
    any; for a loopback address nothing else can come). `qualify_seconds`: how often phones are asked whether they are
    there; 0 for never, as a phone that answers no OPTIONS would never ring. `dialplan`: the file with the hotline's own
    contexts, included at the end of extensions.conf. `stage`: a demonstration's callers and phones, played by Asterisk.
    """

    ami_secret: str = field(repr=False)
    sip_host: str = "127.0.0.1"
    sip_port: int = 5060
    rtp_first: int = 20000
    rtp_last: int = 20999
    ami_port: int = 5038
    ami_username: str = "hotline"
    ami_events: tuple[str, ...] = AMI_EVENTS
    system_name: str = "hotline"
    language: str = "zh"
    tones: str = "cn"
    trunks: tuple[TrunkSettings, ...] = ()
    accounts: tuple[AccountSettings, ...] = ()
    contacts: tuple[ContactSettings, ...] = ()
    extensions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    permit: tuple[str, ...] = ()
    qualify_seconds: int = 0
    dialplan: Path | None = None
    stage: DemoStage | None = None
    verbose: int = 0

    def __post_init__(self) -> None:
        _no_line_ends(self)
        names = list(self.endpoints())
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise AsteriskSettingsError(
                _("used for more than one trunk or phone: %(these)s", these=Listing(sorted(twice))),
                cure=_("give each trunk, account and consultant a name of its own"),
            )

    def endpoints(self) -> Iterator[str]:
        """The names of all trunks and phones."""
        yield from (trunk.name for trunk in self.trunks)
        yield from (account.account for account in self.accounts)
        yield from (contact.name for contact in self.contacts)

    @property
    def trunk_shares_phones_address(self) -> bool:
        """Whether a trunk's calls come from an address that phones have, too (everything on one machine)."""
        phones = [ip_address(contact.address.rpartition(":")[0]) for contact in self.contacts]
        phones += [] if self.sip_host in ("0.0.0.0", "::") else [ip_address(self.sip_host)]  # noqa: S104  (compared)
        networks = [ip_network(one, strict=False) for trunk in self.trunks for one in trunk.match]
        return any(phone in network for phone in phones for network in networks)
