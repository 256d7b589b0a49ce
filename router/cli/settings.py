"""What the parts are given, made from site and data folder. May live here: that translation, for every process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from router.cli.data_folder import DataFolder
from router.cli.demo_site import DEMO
from router.config.load import load_site
from router.config.model import Consultant, Site
from router.config.model import Phone as FilePhone
from router.core.words import PersonId
from router.errors import ConfigurationError
from router.telephony.private.from_site import dial_string
from router.telephony.switchboard import Hotline, Office, Person, Phone, Times, Trunk
from router.web.app import WebSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A site and where it lives; `demo`: made up by us."""

    site: Site
    folder: DataFolder
    demo: bool


def open_place(config: Path | None, data: Path) -> Place:
    """The site of a file, or without one the demonstration; raises `SiteFileError`."""
    site = load_site(config) if config else Site.model_validate(DEMO)
    return Place(site=site, folder=DataFolder(data.absolute()), demo=config is None)


def remember(place: Place, config: Path | None) -> None:
    """Note which site the data folder belongs to; another one's is refused, so that no journal is mixed up."""
    path = place.folder.path / "site.json"
    mark = {"site": place.site.site.name, "demo": place.demo}
    if path.exists():
        known = json.loads(path.read_text(encoding="utf-8"))
        if known["demo"] != place.demo:
            what = "the demonstration" if known["demo"] else f"the site {known['site']!r}"
            raise ConfigurationError(
                f"the data folder {place.folder.path} holds {what}",
                cure=f"name another with --data for {config or 'it'}",
            )
    path.write_text(json.dumps(mark, ensure_ascii=False), encoding="utf-8")


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


def web_settings(place: Place, assets: Path, *, https: bool = False) -> WebSettings:
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
        https=https,
    )
