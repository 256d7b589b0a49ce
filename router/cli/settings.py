"""What the parts are given, made from site and data folder. May live here: that translation, for every process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from router.cli.data_folder import DataFolder
from router.cli.demo_site import demonstration
from router.cli.lan import moved_to_lan
from router.config.load import load_site
from router.config.model import Consultant, Site, split_address
from router.config.model import Phone as FilePhone
from router.core.words import PersonId
from router.errors import ConfigurationError
from router.telephony.private.from_site import dial_string
from router.telephony.private.stage import Stage
from router.telephony.switchboard import Hotline, Office, Person, Phone, Times, Trunk
from router.web.app import WebSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A site and where it lives.

    `demo`: made up by us; `stage`: where Asterisk plays its callers and phones; `lan`: our address on the local network
    where colleagues are let in (`hotline up --lan`), else "".
    """

    site: Site
    folder: DataFolder
    demo: bool
    stage: Stage | None = None
    lan: str = ""


def open_place(config: Path | None, data: Path, *, lan: str | None = None) -> Place:
    """The site of a file, or without one the demonstration; raises `SiteFileError`.

    `lan` is for `hotline up`; other commands and processes take what it was started with (None).
    """
    site, stage = (load_site(config), None) if config else demonstration(data)
    folder = DataFolder(data.absolute())
    lan = _mark(folder).get("lan", "") if lan is None else lan
    return Place(
        site=moved_to_lan(site) if lan else site, folder=folder, demo=config is None, stage=stage, lan=str(lan)
    )


def _mark(folder: DataFolder) -> dict[str, Any]:
    """What the last `hotline up` noted of itself in the data folder; empty for a new one."""
    path = folder.path / "site.json"
    known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return known


def remember(place: Place, config: Path | None) -> None:
    """Note which site the data folder belongs to; another one's is refused, so that no journal is mixed up."""
    mark = {"site": place.site.site.name, "demo": place.demo, "lan": place.lan}
    known = _mark(place.folder)
    if known.get("demo", place.demo) != place.demo:
        what = "the demonstration" if known["demo"] else f"the site {known['site']!r}"
        raise ConfigurationError(
            f"the data folder {place.folder.path} holds {what}",
            cure=f"name another with --data for {config or 'it'}",
        )
    (place.folder.path / "site.json").write_text(json.dumps(mark, ensure_ascii=False), encoding="utf-8")


def page_address(place: Place) -> str:
    """Where the pages are, as somebody in the office types it."""
    host, port = split_address(place.site.web.bind)
    if place.lan:
        host = place.lan
    elif ip_address(host).is_unspecified:
        host = "127.0.0.1"
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if place.site.web.tls else 'http'}://{shown}:{port}"


def database_url(place: Place) -> str:
    """SQLAlchemy's URL of the site's database."""
    url = place.site.store.url
    return f"sqlite:///{place.folder.database}" if url == "sqlite" else url


def office(place: Place) -> Office:
    """People, phones, trunks and hotlines as the switchboard takes them."""
    site = place.site
    return Office(
        people=tuple(
            Person(
                id=PersonId(consultant.id),
                name=consultant.name,
                extension=consultant.dialled or "",
                phones=tuple(_phone(consultant, phone) for phone in consultant.all_phones),
            )
            for consultant in site.consultants
        ),
        hotlines=tuple(
            Hotline(number=number, trunk=hotline.trunk, name=hotline.name)
            for hotline in site.hotlines
            for number in (hotline.number, *hotline.aliases)
        ),
        trunks=tuple(
            Trunk(
                name=trunk.name,
                lines=trunk.lines,
                answer=trunk.answer,
                no_answer_seconds=trunk.no_answer_seconds,
                outgoing=trunk.outgoing,
                international=trunk.international,
            )
            for trunk in site.trunks
        ),
        times=Times(
            alert_after_ms=round(site.pbx.alert_after_seconds * 1000),
            silent_ms=round(site.pbx.silent_seconds * 1000),
            absent_ms=round(site.policy.absent_minutes * 60_000),
            three_rings_ms=site.desk_policy().three_rings_ms,
        ),
        language=site.site.language,
        prompts="hotline",
    )


def _phone(consultant: Consultant, phone: FilePhone) -> Phone:
    dial = dial_string(consultant, phone)
    if phone.mobile:
        return Phone(dial=dial, trunk=phone.trunk or "", confirm=phone.confirm)
    return Phone(dial=dial, device=dial, fixed=phone.contact is not None)


def web_settings(place: Place, assets: Path) -> WebSettings:
    """What the pages are given."""
    site, folder = place.site, place.folder
    return WebSettings(
        site_name=site.site.name,
        zone=site.site.zone,
        language=site.site.language,
        database_url=database_url(place),
        secret_key=folder.secret("web-session"),
        password_salt=folder.secret("web-password-salt"),
        names={consultant.id: consultant.name for consultant in site.consultants},
        scratch=folder.run,
        assets=assets,
        form=site.form,
        media={number: line.media for line in site.hotlines for number in (line.number, *line.aliases)},
        form_minutes=site.policy.form_minutes,
        is_demo=place.demo,
        https=site.web.tls,
    )
