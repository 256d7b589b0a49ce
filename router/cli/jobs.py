"""`hotline jobs`: the process of what runs by the clock. `hotline up` starts it; run it alone under systemd."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from router.cli.night import night_of
from router.cli.options import place_options
from router.cli.settings import Place, open_place
from router.desk_client.client import EngineClient
from router.desk_client.debts import UntoldDebts
from router.desk_client.errands import untold_forms, untold_owners
from router.jobs.contacts import SeenContacts
from router.jobs.lapse import lapse_warnings
from router.jobs.machine import Machine
from router.jobs.nightly import nightly_reconciliation
from router.jobs.outbox import Outbox
from router.jobs.process import Job, run_jobs
from router.jobs.targets import AppriseTarget, HookTarget, Target
from router.jobs.telling import Telling
from router.jobs.watch import Watch
from router.reconcile.night import Night
from router.store.notices.words import notice_words


@click.command(name="jobs")
@place_options
def command(config: Path | None, data: Path) -> None:
    """Reconcile each night (and nights that were missed), see contacts that were made, tell the desk of forms.

    And tell people and programs at once of what they must know ([[notify]], [[webhook]]). Runs until it is told to
    stop (SIGTERM).
    """
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    place = open_place(config, data)
    with night_of(place) as night:
        desk = EngineClient(place.folder.socket)
        seen = SeenContacts(night=night, desk=desk, people=lambda: people_of(night))
        untold = untold_forms(night.database, desk, night.clock)
        owners = untold_owners(night.database, desk, night.clock)
        telling = telling_of(night, targets_of(place))
        warnings = lapse_warnings(night.site, telling)
        debts = UntoldDebts(database=night.database, desk=desk)
        slow: list[Job] = [untold, owners, debts, seen, warnings, nightly_reconciliation(night)]
        run_jobs(slow, over, quick=quick_jobs(night, desk, telling, machine_of(place)))


def machine_of(place: Place) -> Machine:
    """The machine that the site runs on."""
    return Machine(folder=place.folder.path, journal_failure=place.folder.journal_failure)


def people_of(night: Night) -> set[str]:
    """Who works here now."""
    return {consultant.id for consultant in night.site().consultants}


def telling_of(night: Night, targets: list[Target]) -> Telling:
    """What tells people, by the targets at hand."""

    def names() -> dict[str, str]:
        return {consultant.id: consultant.name for consultant in night.site().consultants}

    return Telling(database=night.database, targets=lambda: targets, names=names, clock=night.clock)


def quick_jobs(night: Night, desk: EngineClient, telling: Telling, machine: Machine) -> list[Job]:
    """What tells people at once."""
    outbox = Outbox(database=night.database, targets=telling.targets, clock=night.clock)
    return [telling, Watch(desk=desk, telling=telling, clock=night.clock, machine=machine.troubles), outbox]


def targets_of(place: Place) -> list[Target]:
    """The targets of the site file, with their secrets."""
    language = place.site.site.language
    people: list[Target] = [
        AppriseTarget(
            name=one.name,
            url=one.url_file.read_text(encoding="utf-8").strip(),
            what=frozenset(one.what),
            person=one.consultant,
            words=lambda notice: notice_words(notice.what, notice.details, language),
        )
        for one in place.file.notify
    ]
    programs: list[Target] = [
        HookTarget(
            name=one.name,
            url=one.url,
            secret=one.secret_file.read_text(encoding="utf-8").strip(),
            events=frozenset(one.events),
            allow_private=one.allow_private,
        )
        for one in place.file.webhooks
    ]
    return people + programs
