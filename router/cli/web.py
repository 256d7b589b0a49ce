"""`hotline web`: the process that serves the pages. `hotline up` starts it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click
from flask import Flask

from router.cli.certificate import certificate_files
from router.cli.database import database_of
from router.cli.erase import writes_files
from router.cli.night import night_of
from router.cli.office import OfficeSource
from router.cli.options import place_options
from router.cli.ports import Wanted, check_free
from router.cli.settings import Place, open_place, web_settings, with_the_office
from router.config.model import split_address
from router.desk_client.client import EngineClient
from router.store.follow.writer import DatabaseAwayError
from router.telephony.records.erasing import erase_in_files
from router.texts import _
from router.web import assets
from router.web.app import create_app
from router.web.server import PageServer
from router.web.settings import WebSettings

RECHECK_WAIT_SECONDS = 10.0  # for a run that is under way; a page does not wait longer


def recheck(place: Place, day: date, by: str) -> None:
    """Reconcile a date at will; raises a `HotlineError`."""
    with night_of(place, wait_seconds=RECHECK_WAIT_SECONDS) as night:
        night.run_day(day, by=by)


def in_files(place: Place, numbers: Sequence[str]) -> int:
    """Take numbers out of the private Asterisk's own files; raises `OSError`."""
    with database_of(place) as database:
        return erase_in_files(database, place.folder.asterisk, numbers)


@click.command(name="web")
@place_options
def command(config: Path | None, data: Path) -> None:
    """Serve the pages: runs until it is told to stop (SIGTERM)."""
    place = open_place(config, data)

    def read() -> WebSettings:
        now = with_the_office(place)
        if now.source is not OfficeSource.DATABASE:
            raise DatabaseAwayError(now.trouble or _("the database has no site"))
        return web_settings(now, assets.FOLDER)

    def factory() -> Flask:
        engine = EngineClient(place.folder.socket)
        settings = web_settings(place, assets.FOLDER)
        files = (lambda numbers: in_files(place, numbers)) if writes_files(place) else None
        return create_app(settings, engine, read, recheck=lambda day, by: recheck(place, day, by), erase_in_files=files)

    host, port = split_address(place.site.web.bind)
    check_free([Wanted(host=host, port=port, udp=False, what="pages", setting="[web] bind")], config or data)
    PageServer(factory, place.site.web.bind, tls=certificate_files(place)).run()
