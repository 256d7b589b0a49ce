"""A recorded day as the commands about one are given it. May live here: its bounds, its journal, and a progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from rich.console import Console
from rich.progress import Progress

from router.cli.settings import Place
from router.engine.journal_reader import JournalReader
from router.errors import RequestError
from router.store.scope import day_bounds
from router.texts import _


class NothingRecordedError(RequestError):
    """Nothing was recorded on the day that was asked for."""

    id = "nothing-recorded"


def bounds_ms(place: Place, day: date) -> tuple[int, int]:
    """The day's first moment and the next day's (ms), in the site's zone."""
    first, end = day_bounds(day, place.site.zone)
    return round(first.timestamp() * 1000), round(end.timestamp() * 1000)


@contextmanager
def journal_of(place: Place, day: date) -> Iterator[JournalReader]:
    """The site's journal, if anything was recorded on the day; raises `NothingRecordedError` or `JournalError`."""
    with JournalReader(place.folder.journal) as reader:
        start, end = bounds_ms(place, day)
        if reader.first_seq_at(start) == reader.first_seq_at(end):
            raise NothingRecordedError(
                _("nothing was recorded on %(day)s", day=day),
                cure=_("name another day, or another data folder with --data"),
            )
        yield reader


@contextmanager
def progress_of(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, shown once there is something to wait for."""
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, visible=False)
        yield lambda done, of: bar.update(task, completed=done, total=of, visible=True)
