"""`hotline jobs`: the process of what runs by the clock. `hotline up` starts it; run it alone under systemd."""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path

import click

from router.cli.night import night_of
from router.cli.settings import open_place
from router.engine.socket import EngineClient
from router.jobs.callbacks import SeenCallbacks
from router.jobs.forms import UntoldForms
from router.jobs.nightly import nightly_reconciliation
from router.jobs.process import run_jobs
from router.reconcile.night import Night


@click.command(name="jobs")
@click.option("--config", type=click.Path(path_type=Path), help="The site file; without one, the demonstration.")
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Data folder.")
def command(config: Path | None, data: Path) -> None:
    """Reconcile each night (and nights that were missed), see call backs that were made, tell the desk of forms.

    Runs until it is told to stop (SIGTERM).
    """
    logging.basicConfig(level=logging.INFO, format="time=%(asctime)s level=%(levelname)s part=%(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it tells of every look
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    place = open_place(config, data)
    with night_of(place) as night:
        desk = EngineClient(place.folder.socket)
        seen = SeenCallbacks(night=night, desk=desk, people=lambda: people_of(night))
        untold = UntoldForms(database=night.database, desk=desk, clock=night.clock)
        run_jobs([untold, seen, nightly_reconciliation(night)], over)


def people_of(night: Night) -> set[str]:
    """Who works here now."""
    return {consultant.id for consultant in night.site().consultants}
