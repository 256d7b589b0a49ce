"""The private Asterisk's configuration files, made from the site. May live here: their text and what goes into it.

Least of everything: only the modules that are used, one manager user on loopback, phones and trunks in contexts apart.
Endpoints are known by the way that can't be forged: accounts by their password, trunks and phones at fixed addresses by
address alone (`identify_by=ip`), whatever user name a caller writes into a From header.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from router.telephony.private.binary import AsteriskBinary


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A SIP account of a consultant, or of a trunk whose other side signs in with it."""

    name: str
    secret: str
    shown: str = ""
    context: str = "hotline-phones"


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedPhone:
    """A phone at an address of its own."""

    name: str
    contact: str
    extension: str = ""
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierTrunk:
    """A line to a carrier: by addresses, or by registering with it."""

    name: str
    match: tuple[str, ...] = ()
    server: str = ""
    username: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateSettings:
    """What the private Asterisk is made from. `key`: goes into every event of our dialplan (FACTS: forged events)."""

    sip_host: str
    sip_port: int
    rtp_first: int
    rtp_last: int
    ami_port: int
    ami_secret: str
    key: str
    accounts: tuple[Account, ...] = ()
    fixed: tuple[FixedPhone, ...] = ()
    trunks: tuple[CarrierTrunk, ...] = ()
    country: str = "cn"
    language: str = "en"


MODULES = """
res_timing_timerfd res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject res_pjsip res_pjsip_session
res_pjsip_pubsub res_pjsip_authenticator_digest res_pjsip_outbound_authenticator_digest
res_pjsip_outbound_registration res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user
res_pjsip_registrar res_pjsip_sdp_rtp res_pjsip_caller_id res_pjsip_dtmf_info res_pjsip_nat res_pjsip_rfc3326
res_pjsip_refer res_manager_devicestate res_pjsip_acl res_pjsip_logger res_pjsip_header_funcs res_rtp_asterisk res_musiconhold chan_pjsip
bridge_simple bridge_builtin_features bridge_native_rtp bridge_softmix bridge_holding bridge_builtin_interval_features
app_dial app_directed_pickup app_playback app_playtones app_read app_userevent app_stack app_exec app_verbose app_cdr
app_echo app_senddtmf res_clioriginate app_mixmonitor app_chanspy pbx_config func_callerid func_channel func_cut func_db func_devstate
func_global func_logic func_math func_rand func_sha1 func_strings func_timeout func_uri func_cdr
func_groupcount func_hangupcause func_pjsip_aor func_pjsip_contact func_pjsip_endpoint func_dialplan func_sprintf func_env
codec_alaw codec_ulaw codec_g722 codec_resample codec_gsm format_wav format_gsm format_pcm format_sln
res_cdrel_custom cdr_csv cdr_sqlite3_custom cel_sqlite3_custom
""".split()

EVENTS = (
    "UserEvent Newstate Hangup OriginateResponse Pickup DeviceStateChange FullyBooted Shutdown BlindTransfer "
    "AttendedTransfer DialState"
).split()

CODECS = "alaw,ulaw,g722"

INDICATIONS = """\
[general]
country={country}

[cn]
description = China
ringcadence = 1000,4000
dial = 450
busy = 450/350,0/350
ring = 450/1000,0/4000
congestion = 450/700,0/700
callwaiting = 450/400,0/4000
dialrecall = 450
record = 950/400,0/10000
info = 450/100,0/100,450/100,0/100,450/100,0/100,450/400,0/400

[us]
description = United States
ringcadence = 2000,4000
dial = 350+440
busy = 480+620/500,0/500
ring = 440+480/2000,0/4000
congestion = 480+620/250,0/250
callwaiting = 440/300,0/10000
dialrecall = !350+440/100,!0/100,!350+440/100,!0/100,!350+440/100,!0/100,350+440
record = 1400/500,0/15000
info = !950/330,!1400/330,!1800/330,0
"""

CDR_COLUMNS = (
    "calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,amaflags,"
    "accountcode,uniqueid,linkedid,userfield,start,answer,end"
)
CEL_COLUMNS = "eventtype,eventtime,cidname,cidnum,exten,context,channame,appname,appdata,uniqueid,linkedid,peer,extra"


def files(binary: AsteriskBinary, folder: Path, settings: PrivateSettings) -> dict[str, str]:
    """Every file of the configuration by name; `folder` is the instance's own."""
    return {
        "asterisk.conf": _asterisk(binary, folder),
        "modules.conf": _modules(binary),
        "acl.conf": "",
        "ccss.conf": "[general]\n",
        "features.conf": "[general]\n",
        "pjproject.conf": "[startup]\ntype=startup\nlog_level=2\n",
        "udptl.conf": "[general]\n",
        "logger.conf": "[general]\n[logfiles]\nmessages => notice,warning,error,verbose(1)\n",
        "manager.conf": _manager(binary, settings),
        "pjsip.conf": _pjsip(settings),
        "rtp.conf": f"[general]\nrtpstart={settings.rtp_first}\nrtpend={settings.rtp_last}\nicesupport=no\nstrictrtp=yes\n",
        "indications.conf": INDICATIONS.format(country=settings.country),
        "musiconhold.conf": "[default]\nmode=files\ndirectory=moh\n",
        "cdr.conf": "[general]\nenable=yes\nunanswered=yes\ncongestion=yes\n[csv]\nusegmtime=yes\nloguniqueid=yes\n",
        "cdr_sqlite3_custom.conf": _custom_cdr(),
        "cel.conf": "[general]\nenable=yes\napps=dial\nevents=ALL\ndateformat=%F %T.%3q\n[manager]\nenabled=no\n",
        "cel_sqlite3_custom.conf": _custom_cel(),
        "extensions.conf": _extensions(settings),
        "stasis.conf": "[threadpool]\n",
    }


def _modules(binary: AsteriskBinary) -> str:
    there = [name for name in MODULES if (binary.modules / f"{name}.so").exists()]  # versions differ in what they have
    return "[modules]\nautoload=no\n" + "".join(f"load={name}.so\n" for name in there)


def _asterisk(binary: AsteriskBinary, folder: Path) -> str:
    places = {
        "astetcdir": folder / "etc",
        "astmoddir": binary.modules,
        "astdatadir": binary.data,
        "astvarlibdir": folder / "lib",
        "astdbdir": folder / "db",
        "astkeydir": folder / "lib",
        "astagidir": folder / "lib",
        "astspooldir": folder / "spool",
        "astrundir": folder / "run",
        "astlogdir": folder / "log",
        "astsbindir": folder / "lib",
    }
    lines = "".join(f"{name} => {path}\n" for name, path in places.items())
    return (
        f"[directories]\n{lines}\n[options]\nsystemname = hotline\ndocumentation_language = en_US\nhideconnect = yes\n"
    )


def _manager(binary: AsteriskBinary, settings: PrivateSettings) -> str:
    filters = "".join(f"eventfilter(name({name}),action(include)) =\n" for name in EVENTS)
    return (
        "[general]\nenabled = yes\nwebenabled = no\n"
        f"bindaddr = 127.0.0.1\nport = {settings.ami_port}\nauthtimeout = 5\nauthlimit = 20\n\n"
        "[hotline]\n"
        f"secret = {settings.ami_secret}\n"
        "deny = 0.0.0.0/0.0.0.0\npermit = 127.0.0.1/255.255.255.255\n"
        "read = call,user,system,dtmf\nwrite = call,originate,system,reporting,user\nwritetimeout = 5000\n"
        + (filters if binary.filters_events_by_name else "")
    )


def _section(name: str, kind: str, values: Iterable[tuple[str, object]]) -> str:
    return f"[{name}]\ntype={kind}\n" + "".join(f"{key}={value}\n" for key, value in values) + "\n"


def _pjsip(settings: PrivateSettings) -> str:
    parts = [
        _section("global", "global", [("endpoint_identifier_order", "username,ip"), ("user_agent", "hotline")]),
        _section(
            "transport-udp", "transport", [("protocol", "udp"), ("bind", f"{settings.sip_host}:{settings.sip_port}")]
        ),
    ]
    parts += [_account(account) for account in settings.accounts]
    parts += [_fixed(phone) for phone in settings.fixed]
    parts += [_trunk(trunk) for trunk in settings.trunks]
    return "".join(parts)


def _common(context: str, shown: str, number: str) -> list[tuple[str, object]]:
    values: list[tuple[str, object]] = [
        ("context", context),
        ("disallow", "all"),
        ("allow", CODECS),
        ("direct_media", "no"),
        ("rtp_symmetric", "yes"),
        ("force_rport", "yes"),
        ("rewrite_contact", "yes"),
        ("allow_subscribe", "no"),
        ("language", "en"),
        ("set_var", "TRANSFER_CONTEXT=hotline-transfer"),
    ]
    if number:
        values.append(("callerid", f'"{_plain(shown)}" <{number}>'))
    return values


def _plain(text: str) -> str:
    """A name without what ends a value in Asterisk's files."""
    return "".join(c for c in text if c not in '"<>;\\\r\n')[:60]


def _account(account: Account) -> str:
    phone = account.context == "hotline-phones"
    values = _common(account.context, account.shown, account.name if phone else "")
    values += [("auth", account.name), ("aors", account.name), ("identify_by", "username")]
    values += [("trust_id_outbound", "yes"), ("send_pai", "yes")] if phone else [("send_connected_line", "no")]
    return (
        _section(account.name, "endpoint", values)
        + _section(
            account.name,
            "auth",
            [("auth_type", "userpass"), ("username", account.name), ("password", account.secret)],
        )
        + _section(account.name, "aor", [("max_contacts", 1), ("remove_existing", "yes"), ("qualify_frequency", 20)])
    )


def _fixed(phone: FixedPhone) -> str:
    values = _common("hotline-phones", phone.shown, phone.extension)
    values += [("aors", phone.name), ("identify_by", "ip"), ("trust_id_outbound", "yes"), ("send_pai", "yes")]
    address = phone.contact.rpartition("@")[2]
    return (
        _section(phone.name, "endpoint", values)
        + _section(phone.name, "aor", [("contact", phone.contact)])
        + _section(f"{phone.name}-at", "identify", [("endpoint", phone.name), ("match", address)])
    )


def _trunk(trunk: CarrierTrunk) -> str:
    values = [entry for entry in _common("hotline-in", "", "") if entry[0] != "set_var"]
    values += [("aors", trunk.name), ("identify_by", "ip"), ("send_connected_line", "no"), ("trust_id_inbound", "no")]
    text = ""
    if trunk.server:
        values.append(("outbound_auth", trunk.name))
        text += _section(
            trunk.name, "auth", [("auth_type", "userpass"), ("username", trunk.username), ("password", trunk.secret)]
        )
        text += _section(
            f"{trunk.name}-registration",
            "registration",
            [
                ("outbound_auth", trunk.name),
                ("server_uri", f"sip:{trunk.server}"),
                ("client_uri", f"sip:{trunk.username}@{trunk.server}"),
                ("retry_interval", 30),
                ("line", "yes"),
                ("endpoint", trunk.name),
            ],
        )
    host = trunk.server or next((address for address in trunk.match if "/" not in address), "")
    contact = [("contact", f"sip:{host}")] if host else []
    text += _section(trunk.name, "endpoint", values) + _section(trunk.name, "aor", contact)
    if trunk.match or trunk.server:
        matches = [("match", address) for address in (*trunk.match, *([trunk.server] if trunk.server else []))]
        text += _section(f"{trunk.name}-at", "identify", [("endpoint", trunk.name), *matches])
    return text


def _extensions(settings: PrivateSettings) -> str:
    return (
        "[general]\nstatic=yes\nwriteprotect=yes\nclearglobalvars=no\n\n"
        f"[globals]\nHOTLINE_KEY={settings.key}\nHOTLINE_MOH=default\n\n"
        '#include "hotline.conf"\n'
    )


def _custom_cdr() -> str:
    values = ",".join(f"'${{CDR({name})}}'" for name in CDR_COLUMNS.split(","))
    return f"[master]\ntable = cdr\ncolumns = {CDR_COLUMNS}\nvalues = {values}\n"


def _custom_cel() -> str:
    names = {"cidname": "CALLERID(name)", "cidnum": "CALLERID(num)", "exten": "CHANNEL(exten)"}
    names |= {"context": "CHANNEL(context)", "channame": "CHANNEL(channame)", "appname": "CHANNEL(appname)"}
    names |= {"appdata": "CHANNEL(appdata)", "uniqueid": "CHANNEL(uniqueid)", "linkedid": "CHANNEL(linkedid)"}
    names |= {"peer": "CHANNEL(peer)", "extra": "eventextra"}
    values = ",".join(f"'${{{names.get(name, name)}}}'" for name in CEL_COLUMNS.split(","))
    return f"[master]\ntable = cel\ncolumns = {CEL_COLUMNS}\nvalues = {values}\n"
