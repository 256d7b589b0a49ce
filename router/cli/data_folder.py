"""The data folder: all that a site keeps, in one place. May live here: its paths and secrets, nothing of their use."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from router.errors import ConfigurationError
from router.texts import _


class DataFolderError(ConfigurationError):
    """The data folder can't be made or used."""

    id = "data-folder"


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Paths in a site's data folder; `make` it before use."""

    path: Path

    @property
    def journal(self) -> Path:
        """What happened (engine)."""
        return self.path / "journal.db"

    @property
    def database(self) -> Path:
        """The embedded database, where the site names no other."""
        return self.path / "hotline.db"

    @property
    def office(self) -> Path:
        """The copy of what the database last said of the office (engine)."""
        return self.path / "office.json"

    @property
    def socket(self) -> Path:
        """Where web, jobs and CLI talk to the engine."""
        return self.path / "engine.sock"

    @property
    def journal_failure(self) -> Path:
        """Why the journal could not be written (engine), for who watches over it."""
        return self.path / "journal.failure"

    @property
    def link_times(self) -> Path:
        """When the engine had its link to Asterisk."""
        return self.path / "link.log"

    @property
    def asterisk(self) -> Path:
        """The private Asterisk's configuration and records."""
        return self.path / "asterisk"

    @property
    def run(self) -> Path:
        """Process ids and supervisor's own files."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        """One log file a process."""
        return self.path / "log"

    def make(self) -> None:
        """Make the folder, for its owner alone; raises `DataFolderError` with the cure."""
        try:
            for folder in (self.path, self.run, self.logs, self.asterisk):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = self.path / ".writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise DataFolderError(
                _("the data folder %(path)s can't be used: %(why)s", path=self.path, why=error.strerror),
                cure=_("name another one with --data"),
            ) from error

    def secret(self, name: str) -> str:
        """A secret of this site, made at random on first use and kept for its owner alone; never logged."""
        path = self.path / "secrets.json"
        known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        if name not in known:
            known[name] = secrets.token_urlsafe(24)
            draft = path.with_suffix(".new")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(known, file, indent=1)
            draft.replace(path)
        return known[name]

    def secret_to_show(self, name: str) -> str:
        """The same the first time it is asked for, to be shown to a person; afterwards "": it is not shown twice."""
        path = self.path / "shown.json"
        shown: list[str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        if name in shown:
            return ""
        path.write_text(json.dumps([*shown, name]), encoding="utf-8")
        return self.secret(name)
