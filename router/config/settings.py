"""Every setting of the site file in one table: where, default or example, unit, help. May live here: the table alone.

It feeds `config/hotline.toml`, docs/settings.md, `hotline config explain`, and what the checks propose (`example`,
did-you-mean). `drawing.py` adds the limits, which the model knows. Tests keep table and model equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from router.texts import Message, _


@dataclass(frozen=True, slots=True)
class Setting:
    """One key; `value` is its default, else an example, as TOML is written.

    `alternative`: it stands instead of another one, so that not all of them can be set at once.
    """

    key: str
    value: str
    help: Message
    unit: str = ""
    alternative: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One table, in the order of the file; `many`: `[[...]]`; `inline`: written in braces as the value of a key."""

    name: str
    help: Message
    settings: tuple[Setting, ...]
    many: bool = False
    inline: bool = False
    alternative: bool = False

    @property
    def heading(self) -> str:
        """The name as the file writes it."""
        return f"[[{self.name}]]" if self.many else f"{self.name} = {{…}}" if self.inline else f"[{self.name}]"


UNITS: dict[str, Message] = {
    "s": _("seconds"),
    "min": _("minutes"),
    "days": _("days"),
    "rings": _("rings"),
    "calls": _("calls"),
}

# fmt: off
# a setting a line reads like the table that it is
SECTIONS: tuple[Section, ...] = (
    Section(
        "site",
        _("The office."),
        (
            Setting("name", '"售楼处"', _("Its name, as pages show it.")),
            Setting("zone", '"Asia/Shanghai"', _("Time zone of days and slots.")),
            Setting("language", '"zh"', _("Language of pages and messages: zh or en.")),
            Setting("region", '"CN"', _("Country by whose rules numbers are read and written.")),
            Setting("area_code", '"025"', _("Area code put before local numbers.")),
        ),
    ),
    Section(
        "web",
        _("The pages."),
        (
            Setting("bind", '"127.0.0.1:8080"', _("IP address and port of the pages.")),
            Setting("tls", "false", _("Encrypt, by a certificate made at the first start (in tls of the data folder; your own may take its place); hotline up --lan switches it on.")),
            Setting("proxies", '["127.0.0.1"]', _("Addresses of proxies before the pages: only what these say of where a request comes from is believed.")),
            Setting("second_step", '["administrator"]', _("Roles that must sign in with a code of an app besides the password; others may.")),
        ),
    ),
    Section(
        "pbx",
        _("The telephone system."),
        (
            Setting("mode", '"private"', _("private: our own Asterisk; existing: yours, with [pbx.ami].")),
            Setting("sip_bind", '"127.0.0.1:5060"', _("IP address and port of SIP (private).")),
            Setting("rtp_ports", '"20000-20999"', _("Ports for voice: two for each caller and for each phone that rings (private).")),
            Setting("ami_port", "5038", _("Port of the manager interface, on loopback only (private).")),
            Setting("alert_after_seconds", "4", _("A phone behind a trunk (a mobile) counts as ringing so long after it was called."), "s"),
            Setting("silent_seconds", "4", _("A desk phone that has not rung so long after it was called has failed."), "s"),
        ),
    ),
    Section(
        "pbx.ami",
        _("Manager interface of an existing Asterisk."),
        (
            Setting("host", '"127.0.0.1"', _("Host.")),
            Setting("port", "5038", _("Port.")),
            Setting("username", '"hotline"', _("User name.")),
            Setting("secret_file", '"ami.secret"', _("File with nothing but the secret, mode 600; a relative path begins in this file's folder.")),
            Setting("tls", "false", _("Encrypt the link; a must beyond this machine.")),
        ),
        alternative=True,
    ),
    Section(
        "store",
        _("The database."),
        (
            Setting("url", '"sqlite"', _("sqlite (in the data folder) or postgresql+psycopg://user@host/name.")),
        ),
    ),
    Section(
        "trunk",
        _("A line to a carrier: with match, register or account."),
        (
            Setting("name", '"carrier"', _("Its name.")),
            Setting("match", '["127.0.0.2"]', _("IP addresses or networks that calls come from.")),
            Setting("register", '{ server = "sip.example.com", username = "400", secret_file = "trunk.secret" }', _("Or register with the carrier."), alternative=True),
            Setting("account", '"caller"', _("Or the other side signs in with this SIP account."), alternative=True),
            Setting("secret", '"make-your-own"', _("The account's secret; left out, one is made."), alternative=True),
            Setting("country", '"CN"', _("Its country, which tells how long a ring is (CN 5 s, US 6 s).")),
            Setting("lines", "8", _("Calls at a time; unset: no limit."), "calls"),
            Setting("answer", '"waiting"', _("When the PBX answers by itself, which starts billing: waiting (a call must wait, or nobody is on), never, always.")),
            Setting("no_answer_seconds", "60", _("Longest wait of a call with answer = never."), "s"),
            Setting("outgoing", "false", _("Whether phones may call out through it.")),
            Setting("international", "false", _("Whether they may call abroad.")),
            Setting("daily_calls", "100", _("How many calls out each phone may make a day, emergencies apart.")),
            Setting("tells_hangup", "true", _("Whether it tells that the other side has hung up; most analogue lines can't, and who hung up first is then unknown.")),
        ),
        many=True,
    ),
    Section(
        "trunk.register",
        _("Registering with the carrier."),
        (
            Setting("server", '"sip.example.com"', _("Its server, perhaps with a port.")),
            Setting("username", '"400"', _("User name.")),
            Setting("secret_file", '"trunk.secret"', _("File with nothing but the secret, mode 600.")),
        ),
        inline=True,
    ),
    Section(
        "hotline",
        _("A number that is advertised."),
        (
            Setting("number", '"4008001234"', _("The number as the carrier sends it.")),
            Setting("trunk", '"carrier"', _("The trunk it comes by.")),
            Setting("name", '"主热线"', _("Its name.")),
            Setting("media", '"报纸"', _("How its callers heard of us.")),
            Setting("aliases", '["02512345678"]', _("Other forms of the number.")),
        ),
        many=True,
    ),
    Section(
        "consultant",
        _("A consultant."),
        (
            Setting("id", '"A"', _("A short id; it never changes.")),
            Setting("name", '"陈晨"', _("Name.")),
            Setting("extension", '"101"', _("What others dial; else the first account that is a number.")),
            Setting("phone", '{ account = "101" }', _("The phone.")),
            Setting("phones", '[{ account = "101" }, { mobile = "13900000101", trunk = "carrier" }]', _("Or several phones, which ring together."), alternative=True),
        ),
        many=True,
    ),
    Section(
        "consultant.phone",
        _("One phone: exactly one of account, contact, dial and mobile."),
        (
            Setting("account", '"101"', _("A SIP account of our own Asterisk.")),
            Setting("secret", '"make-your-own"', _("The account's secret; left out, one is made and shown once."), alternative=True),
            Setting("contact", '"sip:c@192.168.1.30:5060"', _("A phone at a fixed address, which always counts as registered (private)."), alternative=True),
            Setting("dial", '"PJSIP/104"', _("A dial string of an existing PBX (existing)."), alternative=True),
            Setting("mobile", '"13900000101"', _("A mobile, dialled through a trunk."), alternative=True),
            Setting("trunk", '"carrier"', _("The trunk for a mobile."), alternative=True),
            Setting("confirm", "true", _("A mobile must press 1 to answer, else its mailbox would."), alternative=True),
        ),
        inline=True,
    ),
    Section(
        "user",
        _("Somebody who signs in; without any, one for each role is made on first start."),
        (
            Setting("username", '"zhang"', _("Name to sign in with.")),
            Setting("name", '"张主管"', _("Name as shown.")),
            Setting("role", '"supervisor"', _("Role: supervisor, manager, secretary, consultant or administrator.")),
            Setting("consultant", '"A"', _("The consultant they are.")),
        ),
        many=True,
    ),
    Section(
        "plan",
        _("A standing plan; the most specific one counts: dates, then mon..sun, then weekdays and weekends, then daily."),
        (
            Setting("days", '"daily"', _("daily, weekdays (Monday to Friday), weekends, mon..sun, or a list of them.")),
            Setting("dates", '["2026-12-01"]', _("Or dates."), alternative=True),
            Setting("slots", '[{ name = "白班", from = "09:00", to = "12:00", call = ["A"], reception = [] }]', _("Its slots.")),
        ),
        many=True,
    ),
    Section(
        "plan.slots",
        _("One slot."),
        (
            Setting("name", '"白班"', _("Its name.")),
            Setting("from", '"09:00"', _("From.")),
            Setting("to", '"12:00"', _("To, and not beyond; 24:00 is allowed.")),
            Setting("continues", "false", _("Goes on with the round of the slot before.")),
            Setting("call", '["A"]', _("Order of the call group.")),
            Setting("reception", "[]", _("Order of the reception group.")),
        ),
        inline=True,
    ),
    Section(
        "presence",
        _("Presence."),
        (
            Setting("initial", '"off"', _("Where everyone starts a day: off (must check in) or present.")),
        ),
    ),
    Section(
        "closed",
        _("Calls outside all slots: an announcement and a call back owed; the duty phone may ring first."),
        (
            Setting("duty", '"A"', _("The duty phone: a consultant's id, or number@trunk.")),
        ),
    ),
    Section(
        "policy",
        _("Policy (rules, section 9)."),
        (
            Setting("ring_seconds", "5", _("Length of a ring; unset: as in the trunk's country."), "s"),
            Setting("rings", "3", _("Rings before the call is open to everyone."), "rings"),
            Setting("max_ring_seconds", "60", _("Ringing so long unanswered, a call is missed."), "s"),
            Setting("max_wait_seconds", "120", _("A call never yet rung is missed after so long."), "s"),
            Setting("makeup", '"round"', _("Make-up: within the round, or carried over (carry).")),
            Setting("wrap_up_seconds", "0", _("Wrap-up after a hotline call."), "s"),
            Setting("presence", '{ lunch = "objective", leave = "personal" }', _("Further presences with their kind of reason: objective or personal.")),
            Setting("lapse_days", "7", _("Days without contact after which a customer is nobody's."), "days"),
            Setting("owner_busy", '"substitute"', _("When the owner is busy: a substitute answers, or the call waits.")),
            Setting("absent_minutes", "10", _("A phone not registered for so long is absent."), "min"),
            Setting("form_minutes", "30", _("Time for a call form after the call."), "min"),
            Setting("max_talk_seconds", "180", _("Longest hotline talk."), "s"),
            Setting("max_other_talk_seconds", "120", _("Longest talk about other business."), "s"),
        ),
    ),
    Section(
        "reconcile",
        _("Nightly reconciliation."),
        (
            Setting("at", '"23:30"', _("Time of day.")),
            Setting("pbx", '"private"', _("The PBX's own records: private (our Asterisk's), csv:/path, sqlite:/path, or a database url.")),
            Setting("pbx_zone", '"Asia/Shanghai"', _("Zone of the records' times; unset: the site's. Times that say their zone need none.")),
            Setting("outside_prefix", '""', _("What phones dial first to get outside, such as 9.")),
        ),
    ),
    Section(
        "reconcile.columns",
        _("What foreign records call their columns."),
        (
            Setting("table", '"cdr"', _("Name of the table.")),
            Setting("call_id", '"uniqueid"', _("Id of the call.")),
            Setting("linked_id", '"linkedid"', _("Id of the call that a channel belongs to.")),
            Setting("channel", '"channel"', _("The caller's channel.")),
            Setting("caller", '"src"', _("The caller's number.")),
            Setting("dialled", '"dst"', _("The number dialled.")),
            Setting("context", '"dcontext"', _("The dialplan's context.")),
            Setting("started_at", '"start"', _("Start.")),
            Setting("answered_at", '"answer"', _("Answer.")),
            Setting("ended_at", '"end"', _("End.")),
            Setting("answered_by", '"dstchannel"', _("Who answered.")),
            Setting("disposition", '"disposition"', _("How it ended: ANSWERED and so on.")),
            Setting("sequence", '"sequence"', _("Number of the row.")),
        ),
    ),
    Section(
        "form",
        _("The call form; where a list of choices is empty, anything may be written."),
        (
            Setting("fields", '["name", "number", "inquiry", "media", "product", "area", "price", "purpose", "rooms", "district", "intent", "appointment", "appointment_at", "matter", "remarks"]', _("Its fields, in order.")),
            Setting("required", '["name", "number", "media", "intent", "appointment"]', _("What a purchase form must say.")),
            Setting("inquiry", '["新客户", "老客户"]', _("Choices for first or returning.")),
            Setting("media", "[]", _("Choices for media.")),
            Setting("product", "[]", _("Choices for the product.")),
            Setting("purpose", '["自住", "投资"]', _("Choices for the purpose.")),
            Setting("rooms", "[]", _("Choices for rooms.")),
            Setting("district", "[]", _("Choices for the district.")),
            Setting("intent", '["A", "B", "C", "D"]', _("Choices for the level of intent.")),
        ),
    ),
    Section(
        "notify",
        _("Telling people at once: DingTalk, WeCom, Feishu, mail and whatever else apprise knows."),
        (
            Setting("name", '"supervisors"', _("Its name.")),
            Setting("url_file", '"notify.secret"', _("File with nothing but the address as apprise writes it, mode 600.")),
            Setting("consultant", '"A"', _("For this consultant; unset: for supervisors."), alternative=True),
            Setting("what", '["substituted", "missed", "nobody_on_duty", "long_wait", "router_blind", "lapses_soon", "disk_low", "clock_stepped", "record_behind", "journal_failing", "fallback_stale"]', _("What: substituted, missed, nobody_on_duty, long_wait, router_blind, lapses_soon, disk_low, clock_stepped, record_behind, journal_failing, fallback_stale.")),
        ),
        many=True,
    ),
    Section(
        "webhook",
        _("Telling programs at once, by a signed POST (Standard Webhooks)."),
        (
            Setting("name", '"crm"', _("Its name.")),
            Setting("url", '"https://crm.example.com/hotline"', _("Its address.")),
            Setting("secret_file", '"webhook.secret"', _("File with nothing but the secret (whsec_...), mode 600.")),
            Setting("events", '["call.ended", "call.missed", "form.filed", "finding.opened"]', _("Which events.")),
            Setting("allow_private", "false", _("Whether its address may be a private one.")),
        ),
        many=True,
    ),
)
# fmt: on

# Keys whose table stands under another name: several phones are written like one
SAME_AS = {"consultant.phones": "consultant.phone"}


def section_of(names: str) -> Section | None:
    """The section of a table, by its dotted name."""
    wanted = SAME_AS.get(names, names)
    return next((section for section in SECTIONS if section.name == wanted), None)


def find(names: str) -> Setting | None:
    """A setting by its dotted name, such as `policy.rings`."""
    table, _, key = names.rpartition(".")
    section = section_of(table)
    return next((one for one in section.settings if one.key == key), None) if section else None


def known_keys(names: str) -> tuple[str, ...]:
    """What may stand in a table: its keys and the tables in it; of the whole file with ""."""
    section = section_of(names)
    keys = [one.key for one in section.settings] if section else []
    return tuple(dict.fromkeys((*keys, *_tables_in(section.name if section else names))))


def _tables_in(names: str) -> Iterator[str]:
    for section in SECTIONS:
        parent, _, own = section.name.rpartition(".")
        if parent == names:
            yield own
