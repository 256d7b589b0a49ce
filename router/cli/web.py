"""`hotline web`: the process that serves the pages. `hotline up` starts it."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask

from router.cli.certificate import certificate_files
from router.cli.office import Source
from router.cli.settings import open_place, web_settings, with_the_office
from router.engine.socket import EngineClient
from router.store.writer import DatabaseAwayError
from router.web import assets
from router.web.app import WebSettings, create_app
from router.web.server import PageServer


@click.command(name="web")
@click.option("--config", type=click.Path(path_type=Path), help="The site file; without one, the demonstration.")
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Data folder.")
def command(config: Path | None, data: Path) -> None:
    """Serve the pages: runs until it is told to stop (SIGTERM)."""
    place = open_place(config, data)

    def read() -> WebSettings:
        now = with_the_office(place)
        if now.source is not Source.DATABASE:
            raise DatabaseAwayError(now.trouble or "the database has no site")
        return web_settings(now, assets.FOLDER)

    def factory() -> Flask:
        return create_app(web_settings(place, assets.FOLDER), EngineClient(place.folder.socket), read)

    PageServer(factory, place.site.web.bind, tls=certificate_files(place)).run()
