"""A site's file and data folder for the commands, with a seeded database and no service. May live here: that set-up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from router.cli.settings import Place, database_url, open_file, open_place
from router.config.office import Plain
from router.store.database import open_database
from router.store.office.changes import changing, put_office
from router.store.office.queries import office_in
from router.store.office.seed import seed
from tests.config.changed import SITE
from tests.databases import with_tables


class Office:
    """`site.toml` and `data` in a folder."""

    def __init__(self, folder: Path) -> None:
        self.config, self.data = folder / "site.toml", folder / "data"
        self.config.write_text(SITE.read_text(encoding="utf-8"), encoding="utf-8")
        self.file.folder.make()

    @property
    def file(self) -> Place:
        """What the file says."""
        return open_file(self.config, self.data)

    @property
    def place(self) -> Place:
        """What counts."""
        return open_place(self.config, self.data)

    def seed(self) -> None:
        """Make the database and fill it from the file."""
        with self.session() as session:
            seed(session, self.file.file, by="root")

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that is committed."""
        database = open_database(database_url(self.file))
        with_tables(database)
        with Session(database) as session:
            yield session
            session.commit()
        database.dispose()

    def in_the_file(self, old: str, new: str) -> None:
        """Write something else into the file."""
        text = self.config.read_text(encoding="utf-8")
        assert old in text
        self.config.write_text(text.replace(old, new), encoding="utf-8")

    def on_a_page(self, change: Callable[[Plain], Any], by: str = "zhang") -> None:
        """Somebody changes the office on a page."""
        with self.session() as session, changing(session, by=by, source="page"):
            office = office_in(session)
            change(office)
            put_office(session, office)

    def run(self, command: click.Command, *arguments: str) -> Result:
        """A command on this site."""
        where = ["--config", str(self.config), "--data", str(self.data)]
        return CliRunner().invoke(command, [*arguments, *where])
