"""Turning settings into Asterisk's configuration.

May live here: text from settings and templates; no files are written.

What is the same for every site lies in `config/asterisk/*.conf`, where `@{name}` stands for a value; sections that
there are as many of as trunks and phones are made here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from router.telephony.private.binary import AsteriskBinary
from router.telephony.private.dialplan import extensions
from router.telephony.private.errors import AsteriskSettingsError
from router.telephony.private.settings import (
    AMI_NEVER,
    AMI_NOISE,
    AMI_ONLY,
    AccountSettings,
    ContactSettings,
    PrivateSettings,
    TrunkSettings,
)
from router.telephony.private.stage import stage_contact, stage_habits, stage_sections
from router.texts import _


def shipped(name: str) -> Path:
    """A folder that we ship (`config`, `dialplan`): of the checkout, else of the installed package."""
    package = Path(__file__).resolve().parents[2]
    places = (package.parent / name, package / "_data" / name)
    return next((place for place in places if place.is_dir()), places[-1])


def render(text: str, values: Mapping[str, str]) -> str:
    """`text` with each `@{name}` replaced; an unknown name is our own mistake and raises."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise AsteriskSettingsError(_("the template names an unknown value %(part)r", part=match[1]))
        return values[match[1]]

    return re.sub(r"@\{(\w+)\}", value, text)


def configuration(settings: PrivateSettings, binary: AsteriskBinary, folder: Path) -> dict[str, str]:
    """File name -> text of all configuration of an instance that lives in `folder`."""
    values = {
        "folder": str(folder),
        "modules": str(binary.modules),
        "system_name": settings.system_name,
        "language": settings.language,
        "tones": settings.tones,
        "verbose": str(settings.verbose),
        "rtp_first": str(settings.rtp_first),
        "rtp_last": str(settings.rtp_last),
        "ami_port": str(settings.ami_port),
        "ami_username": settings.ami_username,
        "ami_secret": settings.ami_secret,
        "ami_filters": ami_filters(settings, binary),
        "ami_noise": ami_noise(settings),
        "sip_bind": _host_port(settings.sip_host, settings.sip_port),
        "identifier_order": "username,ip" if settings.trunk_shares_phones_address else "ip,username",
        "pjsip_sections": "\n\n".join(pjsip_sections(settings)),
        "extensions": extensions(settings),
        "dialplan": _include(settings.dialplan, "hotline.conf") + _played(settings),
        "features": _include(settings.dialplan, "hotline-features.conf"),
    }
    templates = sorted((shipped("config") / "asterisk").glob("*.conf"))
    if not templates:
        raise AsteriskSettingsError(
            _("the templates of Asterisk's configuration are missing: install the project again")
        )
    texts = {file.name: render(file.read_text(encoding="utf-8"), values) for file in templates}
    texts["modules.conf"] = available_modules(texts["modules.conf"], binary.modules)
    return texts


def _include(folder: Path | None, name: str) -> str:
    """The line that takes in one of our dialplan's files."""
    return f'#include "{folder / name}"' if folder else f"; (no {name} of the hotline)"


def _played(settings: PrivateSettings) -> str:
    if settings.stage is None:
        return ""
    return f"\n{_include(settings.dialplan, 'demo.conf')}\n\n{stage_habits(settings.stage)}"


def available_modules(text: str, modules: Path) -> str:
    """modules.conf without the modules that this Asterisk doesn't have (they differ between versions)."""
    kept = []
    for line in text.splitlines():
        match = re.match(r"load = (\S+)", line)
        if not match or (modules / match[1]).exists():
            kept.append(line)
    return "\n".join(kept) + "\n"


def ami_filters(settings: PrivateSettings, binary: AsteriskBinary) -> str:
    """Which events the router is sent; older Asterisks know only regular expressions."""
    if binary.filters_events_by_name:
        return "\n".join(line for name in settings.ami_events for line in _filters_of(name, settings))
    return "\n".join(f"eventfilter = Event: {name}" for name in settings.ami_events)


def _filters_of(name: str, settings: PrivateSettings) -> Iterator[str]:
    """An event that any line takes and no line excludes is sent."""
    only = AMI_ONLY.get(name)
    yield from (f"eventfilter(name({name}),{rest}" for rest in only) if only else (f"eventfilter(name({name})) =",)
    never = list(AMI_NEVER.get(name, ()))
    if name == "DeviceStateChange":
        never += [f"header(Device),method(exact)) = PJSIP/{trunk.account or trunk.name}" for trunk in settings.trunks]
    yield from (f"eventfilter(action(exclude),name({name}),{rest}" for rest in never)


def ami_noise(settings: PrivateSettings) -> str:
    """Which events are not even made; none where all were asked for by naming none."""
    return ",".join(name for name in AMI_NOISE if settings.ami_events and name not in settings.ami_events)


def pjsip_sections(settings: PrivateSettings) -> list[str]:
    """The sections of pjsip.conf for trunks, accounts, fixed phones and the networks that SIP is taken from."""
    sections = [text for trunk in settings.trunks for text in trunk_sections(trunk)]
    sections += [
        account_sections(account, settings.qualify_seconds, stage_contact(settings.stage, account.account))
        for account in settings.accounts
    ]
    sections += [contact_sections(contact) for contact in settings.contacts]
    if settings.stage:
        sections += stage_sections(settings.stage, _host_port(settings.sip_host, settings.sip_port))
    if settings.permit:
        permits = "".join(f"\npermit = {network}" for network in settings.permit)
        sections.append(f"[hotline-networks]\ntype = acl\ndeny = 0.0.0.0/0\ndeny = ::/0{permits}")
    return sections


def trunk_sections(trunk: TrunkSettings) -> list[str]:
    """A trunk: known by the address its calls come from, or by the line it registered."""
    name, registration = trunk.name, trunk.registration
    endpoint = f"[{name}](trunk)\ncontext = hotline-trunk-{name}\naors = {name}\nrtp_timeout = {trunk.silence_seconds}"
    if registration:
        endpoint += f"\noutbound_auth = {name}-auth\nfrom_user = {registration.username}"
    contact = f"\ncontact = sip:{trunk.target}" if trunk.target else ""
    sections = [endpoint, f"[{name}]\ntype = aor{contact}"]
    if trunk.account:
        sections = [account_trunk_sections(trunk, trunk.account)]
    matches = [*trunk.match, *([registration.server] if registration and _is_address(registration.server) else [])]
    if matches:
        lines = "\n".join(f"match = {one}" for one in matches)
        sections.append(f"[{name}-identify]\ntype = identify\nendpoint = {name}\nsrv_lookups = no\n{lines}")
    if registration:
        sections.append(_auth(f"{name}-auth", registration.username, registration.secret))
        sections.append(
            f"[{name}-registration]\ntype = registration\nendpoint = {name}\nline = yes\noutbound_auth = {name}-auth\n"
            f"server_uri = sip:{registration.server}\nclient_uri = sip:{registration.username}@{registration.server}\n"
            f"contact_user = {registration.username}\nretry_interval = 30\nforbidden_retry_interval = 300\n"
            "fatal_retry_interval = 300\nmax_retries = 1000000\nauth_rejection_permanent = no"
        )
    return sections


def account_trunk_sections(trunk: TrunkSettings, account: str) -> str:
    """A trunk whose other side signs in with an account of ours."""
    return (
        f"[{account}](trunk)\nidentify_by = username,auth_username\ncontext = hotline-trunk-{trunk.name}\n"
        f"rtp_timeout = {trunk.silence_seconds}\n"
        f"auth = {account}\naors = {account}\n\n{_auth(account, account, trunk.secret)}\n\n[{account}](phone-aor)"
    )


def account_sections(account: AccountSettings, qualify_seconds: int, contact: str = "") -> str:
    """A phone that registers; the latest registration wins, as `PJSIP/101` rings one contact only.

    With `contact` it counts as registered there from the start (a played phone).
    """
    name, number = account.account, account.number or account.account
    return (
        f"[{name}](phone)\nauth = {name}\naors = {name}\ncallerid = {_caller(account.display, number)}\n\n"
        f"{_auth(name, name, account.secret)}\n\n"
        f"[{name}](phone-aor)\nqualify_frequency = {qualify_seconds}" + (f"\ncontact = {contact}" if contact else "")
    )


def contact_sections(contact: ContactSettings) -> str:
    """A phone at a fixed address, known by address *and* port, so that a phone next to it on the same host isn't it."""
    name = contact.name
    return (
        f"[{name}](phone)\nidentify_by = ip\naors = {name}\n"
        f"callerid = {_caller(contact.display, contact.number or name)}\n\n"
        f"[{name}]\ntype = aor\ncontact = {contact.uri}\n\n"
        f"[{name}-identify]\ntype = identify\nendpoint = {name}\nsrv_lookups = no\nmatch = {contact.address}"
    )


def _auth(name: str, username: str, secret: str) -> str:
    return f"[{name}]\ntype = auth\nauth_type = userpass\nusername = {username}\npassword = {secret}"


def _caller(display: str, number: str) -> str:
    return f'"{re.sub(r"[<>]", "", display).replace(chr(34), "")}" <{number}>' if display else f"<{number}>"


def _is_address(text: str) -> bool:
    return re.fullmatch(r"[0-9.]+(:\d+)?|\[[0-9a-fA-F:]+\](:\d+)?", text) is not None


def _host_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
