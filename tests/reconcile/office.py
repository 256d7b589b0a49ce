"""A day on paper, for tests: rows are added as sentences, written as CSV files, and reconciled by the real command.

May live here: the writing and running; the day is 2026-05-14 in Shanghai, and `12:00:05` alone is a time of that day.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from router.cli.reconcile import command
from router.reconcile.files import COLUMNS

DAY = "2026-05-14"
NUMBER, OTHER = "13900000001", "13800000002"
SLOTS = "slot,from,to\nmorning,09:00,12:00\nnoon,12:00,14:00\n"


def when(text: str) -> str:
    """`12:00:05` is that time of the day; `+1 12:00:05` of the next day; whatever else stays as it is."""
    found = re.fullmatch(r"(?:([+-]\d) )?(\d\d:\d\d:\d\d(?:\.\d+)?)", text)
    return f"2026-05-{14 + int(found[1] or 0)}T{found[2]}+08:00" if found else text


@dataclass
class Said:
    """What the command answered."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def result(self) -> dict[str, Any]:
        assert self.exit_code == 0, self.stderr
        result: dict[str, Any] = json.loads(self.stdout)
        return result

    @property
    def found(self) -> list[str]:
        """Each finding as `kind slot person call form`, without what is empty."""
        return [" ".join(filter(None, finding.values())) for finding in self.result["findings"]]

    def about(self, *names: str) -> list[str]:
        """Findings of these kinds, or about these calls or forms."""
        return [text for text in self.found if set(names) & set(text.split())]

    @property
    def bad(self) -> list[str]:
        """Rows left out, as `forms.csv:7`."""
        return [f"{row['file']}:{row['line']}" for row in self.result["bad_rows"]]

    def slot(self, name: str) -> dict[str, Any]:
        return next(row for row in self.result["slots"] if row["slot"] == name)


@dataclass
class Office:
    """A day's files while they are written."""

    folder: Path
    texts: dict[str, str] = field(default_factory=lambda: {name: ",".join(of) + "\n" for name, of in COLUMNS.items()})

    def __post_init__(self) -> None:
        self.texts["slots.csv"] = SLOTS
        del self.texts["display.csv"]

    def row(self, file: str, *values: str) -> Office:
        self.texts[file] += ",".join(map(when, values)) + "\n"
        return self

    def pbx(self, id: str, start: str, number: str = NUMBER, answer: str = "", end: str = "", by: str = "") -> Office:  # noqa: A002  (the column)
        return self.row("pbx.csv", id, start, number, answer, end, by)

    def call(self, id: str, start: str, number: str = NUMBER, answer: str = "", end: str = "", by: str = "") -> Office:  # noqa: A002  (the column)
        return self.row("calls.csv", id, start, number, answer, end, by)

    def answered(self, id: str, start: str = "10:00:00", by: str = "A", number: str = NUMBER, end: str = "") -> Office:  # noqa: A002  (the column)
        """A call that PBX and router know alike, answered as it came."""
        return self.pbx(id, start, number, start, end, by).call(id, start, number, start, end, by)

    def form(
        self,
        id: str,  # noqa: A002  (the column)
        taken: str = "",
        filed: str = "",
        *,
        number: str = NUMBER,
        by: str = "A",
        call: str = "",
        slot: str = "",
        kind: str = "purchase",
        name: str = "张总",
        media: str = "报纸",
        intent: str = "B",
        appointment: str = "no",
    ) -> Office:
        return self.row("forms.csv", id, call, number, by, taken, filed, slot, kind, name, media, intent, appointment)

    def display(self, slot: str, count: str) -> Office:
        self.texts.setdefault("display.csv", "slot,count\n")
        return self.row("display.csv", slot, count)

    def reconcile(self, *arguments: str, day: str = DAY) -> Said:
        for name, text in self.texts.items():
            (self.folder / name).write_bytes(text.encode("utf-8", errors="surrogateescape"))
        return run("--files", str(self.folder), "--date", day, "--json", *arguments)


def run(*arguments: str) -> Said:
    """The command as the shell would run it, in this process."""
    done: Result = CliRunner().invoke(command, arguments)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Said(done.exit_code, done.stdout, done.stderr)
