"""What the parts are given, made from site and data folder. May live here: that translation, for every process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from router.cli.data_folder import DataFolder
from router.cli.demo_site import demonstration
from router.cli.lan import moved_to_lan
from router.cli.office import OfficeCopy, OfficeSource, office_that_counts
from router.config.load import SiteFileError, load_site
from router.config.model import Consultant, Phone, Site, split_address
from router.config.plan import Published
from router.core.words import PersonId
from router.engine.daily import DayRules
from router.errors import ConfigurationError
from router.reading.numbering import Numbering
from router.store.customers.numbers import KnownNumbers
from router.telephony.numbers import ways_to_write
from router.telephony.private.from_site import dial_string
from router.telephony.private.stage import DemoStage
from router.telephony.switchboard import AdvertisedNumber, Directory, Handset, Subscriber, Times, TrunkLine
from router.texts import _
from router.web.settings import WebSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A site and where it lives.

    `site` is the site that counts: the machine as the file says, the office as the database has it; `file` is the
    file's word of both. `source`: where the office was read; `trouble`: why that is not the database.
    `demo`: made up by us; `stage`: where Asterisk plays its callers and phones; `lan`: our address on the local network
    where colleagues are let in (`hotline up --lan`), else "".
    """

    site: Site
    folder: DataFolder
    demo: bool
    file: Site
    published: Published = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    numbers: KnownNumbers = field(default_factory=KnownNumbers)
    config: Path | None = None
    source: OfficeSource = OfficeSource.FILE
    trouble: str = ""
    stage: DemoStage | None = None
    lan: str = ""

    @property
    def names(self) -> dict[str, str]:
        """Name by id of everybody on record, those who left among them."""
        return {**self.people, **{consultant.id: consultant.name for consultant in self.site.consultants}}


def open_file(config: Path | None, data: Path, *, lan: str | None = None) -> Place:
    """The site as its file says, or without one the demonstration; raises `SiteFileError`.

    `lan` is for `hotline up`; other commands and processes take what it was started with (None).
    """
    site, stage = (load_site(config), None) if config else demonstration(data)
    folder = DataFolder(data.absolute())
    lan = str(_mark(folder).get("lan", "")) if lan is None else lan
    site = moved_to_lan(site) if lan else site
    return Place(site=site, folder=folder, demo=config is None, file=site, config=config, stage=stage, lan=lan)


def open_place(config: Path | None, data: Path) -> Place:
    """The site that counts; before the first start, the file's. Raises `SiteFileError`."""
    return with_the_office(open_file(config, data))


def _mark(folder: DataFolder) -> dict[str, Any]:
    """What the last `hotline up` noted of itself in the data folder; empty for a new one."""
    path = folder.path / "site.json"
    known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return known


def with_the_office(place: Place) -> Place:
    """The place with the office read anew (`office_that_counts`)."""
    counts = office_that_counts(place.file, database_url(place), OfficeCopy(place.folder.office))
    return replace(
        place,
        site=counts.site,
        published=counts.published,
        people=counts.people,
        numbers=counts.numbers,
        source=counts.source,
        trouble=counts.trouble,
    )


def with_new_secrets(place: Place) -> Place:
    """The place with the phones' secrets as the file has them now; all else of the machine is as at the start.

    Somebody new in the file may have one. A file that can't be read at the moment changes nothing.
    """
    try:
        now = load_site(place.config) if place.config else place.file
    except SiteFileError:
        return place
    return replace(place, file=place.file.model_copy(update={"consultants": now.consultants}))


def remember(place: Place, config: Path | None) -> None:
    """Note which site the data folder belongs to; another one's is refused, so that no journal is mixed up."""
    mark = {"site": place.site.site.name, "demo": place.demo, "lan": place.lan}
    known = _mark(place.folder)
    if known.get("demo", place.demo) != place.demo:
        what = _("the demonstration") if known["demo"] else _("the site %(name)s", name=repr(known["site"]))
        raise ConfigurationError(
            _("the data folder %(path)s holds %(what)s", path=place.folder.path, what=what),
            cure=_("name another with --data for %(site)s", site=config or _("the demonstration")),
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
    url = place.file.store.url
    return f"sqlite:///{place.folder.database}" if url == "sqlite" else url


def numbering(site: Site) -> Numbering:
    """How this site's numbers are read."""
    return Numbering(region=site.site.region, area_code=site.site.area_code or "")


def office(site: Site) -> Directory:
    """People, phones, trunks and hotlines as the switchboard takes them."""
    duty_dial, duty_person, duty_confirm = _duty(site)
    return Directory(
        people=tuple(
            Subscriber(
                id=PersonId(consultant.id),
                name=consultant.name,
                extension=consultant.dialled or "",
                phones=tuple(_phone(consultant, phone) for phone in consultant.all_phones),
            )
            for consultant in site.consultants
        ),
        hotlines=tuple(
            AdvertisedNumber(
                number=number,
                trunk=hotline.trunk,
                name=hotline.name,
                ways=ways_to_write(number, region=site.site.region, area_code=site.site.area_code or ""),
            )
            for hotline in site.hotlines
            for number in (hotline.number, *hotline.aliases)
        ),
        trunks=tuple(
            TrunkLine(
                name=trunk.name,
                lines=trunk.lines,
                answer=trunk.answer,
                no_answer_seconds=trunk.no_answer_seconds,
                outgoing=trunk.outgoing,
                international=trunk.international,
                tells_hangup=trunk.tells_hangup,
            )
            for trunk in site.trunks
        ),
        times=Times(
            alert_after_ms=round(site.pbx.alert_after_seconds * 1000),
            silent_ms=round(site.pbx.silent_seconds * 1000),
            absent_ms=round(site.policy.absent_minutes * 60_000),
            three_rings_ms=site.desk_policy().three_rings_ms,
            max_ring_ms=site.desk_policy().max_ring_ms,
        ),
        language=site.site.language,
        prompts="hotline",
        duty_dial=duty_dial,
        duty_person=duty_person,
        duty_confirm=duty_confirm,
    )


def day_rules(site: Site) -> DayRules:
    """What the clock and the plan bring beside the rules of the desk (R18; where presence starts a day)."""
    return DayRules(
        zone=site.zone,
        initial=site.presence.initial,
        max_talk_ms=round(site.policy.max_talk_seconds * 1000),
        max_other_talk_ms=round(site.policy.max_other_talk_seconds * 1000),
    )


def _duty(site: Site) -> tuple[str, PersonId | None, bool]:
    """What is dialled in closed hours ("" for nothing), whose phone it is, and whether its owner must press 1."""
    if site.closed.duty_number is not None:
        number, trunk = site.closed.duty_number
        return f"PJSIP/{number}@{trunk}", None, True
    for consultant in site.consultants:
        if consultant.id == site.closed.duty:
            phones = consultant.all_phones
            dial = "&".join(dial_string(consultant, phone) for phone in phones)
            return dial, PersonId(consultant.id), any(phone.mobile and phone.confirm for phone in phones)
    return "", None, False


def _phone(consultant: Consultant, phone: Phone) -> Handset:
    dial = dial_string(consultant, phone)
    if phone.mobile:
        return Handset(dial=dial, trunk=phone.trunk or "", confirm=phone.confirm)
    return Handset(dial=dial, device=dial, fixed=phone.contact is not None)


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
        names=place.names,
        assets=assets,
        form=site.form,
        media={number: line.media for line in site.hotlines for number in (line.number, *line.aliases)},
        form_minutes=site.policy.form_minutes,
        numbering=numbering(site),
        lapse_days=site.policy.lapse_days,
        working=tuple(consultant.id for consultant in site.consultants),
        three_rings_seconds=site.desk_policy().three_rings_ms / 1000,
        presence=site.policy.presence,
        is_demo=place.demo,
        https=site.web.tls,
        proxies=site.web.proxies,
        second_step=site.web.second_step,
    )
