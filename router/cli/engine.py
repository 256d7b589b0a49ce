"""`hotline engine`: the process that decides. `hotline up` starts it; run it alone under systemd."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import click

from router.cli.asterisk import asterisk_follows
from router.cli.follow import Follower
from router.cli.office_keeper import OfficeKeeper, OfficeNumbers
from router.cli.options import place_options
from router.cli.pbx_trials import PbxTrials
from router.cli.settings import Place, database_url, day_rules, office, open_place
from router.config.model import PbxMode
from router.core.inputs import Slot
from router.core.policy import PRESENT
from router.engine.board_shower import BoardShower
from router.engine.clock import SteadyClock
from router.engine.desk_keeper import DeskKeeper
from router.engine.engine import Engine
from router.engine.journal import Journal, JournalInUseError
from router.engine.journal_keeper import JournalKeeper
from router.engine.link_times import LinkTimes
from router.engine.mailbox import Mailbox
from router.engine.snapshot import recover_all
from router.engine.socket import EngineSocket
from router.logs import logger, state
from router.store.database import open_database
from router.telephony.ami import AmiAddress
from router.telephony.switchboard import AsteriskSwitchboard, Shift, Standby, expected_calls
from router.wire.board import Beside, BoardLack, OfficeBoard
from router.wire.errors import JournalError
from router.wire.failure import keep_room, put_failure

log = logger(__name__)

NEVER_MS = 32_503_680_000_000  # the year 3000: the end of a slot that has none
SWITCH_SECONDS = 0.0005  # between threads that all want to run: in Python's own 5 ms a caller waits for the board


@click.command(name="engine")
@place_options
def command(config: Path | None, data: Path) -> None:
    """Decide who is rung: runs until it is told to stop (SIGTERM)."""
    place = open_place(config, data)
    where = ["--data", str(data.absolute()), *(["--config", str(config.absolute())] if config else [])]
    keep_room(place.folder.journal_failure)
    try:
        run_engine(place, where)
    except JournalInUseError:
        raise  # that one writes
    except JournalError as error:
        put_failure(place.folder.journal_failure, error.message)
        log.error("alarm", alarm="journal-failing", why=error.message, cure=error.cure)  # noqa: TRY400  (it ends with it)
        raise


def run_engine(place: Place, where: Sequence[str]) -> None:
    """Start every part of the engine, run it until SIGTERM or SIGINT, stop in reverse order.

    `where`: the options that name the same place to a process of its own.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    policy = place.site.desk_policy()
    journal = Journal(place.folder.journal)
    desk, day = recover_all(journal, policy)
    mailbox, numbers, database = Mailbox(), OfficeNumbers(place), open_database(database_url(place))
    switchboard = AsteriskSwitchboard(
        ami_address(place),
        office(place.site),
        mailbox=mailbox,
        numbers=numbers,
        on_fact=mailbox.observe,
        may_take=lambda person: person in desk.office.people and not desk.office.people[person].suspended,
    )
    keeper = OfficeKeeper(
        mailbox,
        desk,
        place,
        database,
        numbers=numbers,
        phones=switchboard,
        journal=journal.id,
        owners_told=day.owners_of == journal.id,
        pbx_follows=asterisk_follows,
    )
    follower = Follower(where)
    journal_keeper = JournalKeeper(journal, on_commit=[follower.tell])
    desk_keeper = DeskKeeper(
        desk,
        journal_keeper,
        SteadyClock(desk.office.now),
        day=day,
        rules=day_rules(place.site),
        on_clock_step=keeper.clock_stepped,
        is_abreast=lambda: switchboard.abreast,
    )
    private = place.site.pbx.mode is PbxMode.PRIVATE
    trials = PbxTrials(lambda: ami_address(place), lambda: office(keeper.site), switchboard, private=private)
    shower = BoardShower(desk_keeper, journal_keeper, beside=lambda: _beside(switchboard, keeper, trials))
    trials.on_change = lambda: shower.has_changed(())
    shower.watch(lambda board: switchboard.keep_standby(standby(board, keeper.coming)))
    engine = Engine(mailbox, desk_keeper, journal_keeper, shower, switchboard)
    engine.start(policy)
    keeper.begin()
    served = EngineSocket(mailbox, shower, place.folder.socket, reread=keeper.reread)
    follower.start()
    switchboard.expect(expected_calls(desk.office))
    switchboard.start()
    threading.Thread(target=keeper.run, args=(over,), name="office-keeper", daemon=True).start()
    threading.Thread(target=trials.follow, args=(over,), name="pbx-trials", daemon=True).start()
    state(log, "starting", "running", of="engine", site=place.site.site.name, office=place.source)
    link_times = LinkTimes(place.folder.link_times)
    linked = (over, lambda: switchboard.beating)
    threading.Thread(target=link_times.follow, args=linked, name="link-times", daemon=True).start()
    try:
        engine.run(over)
    finally:
        switchboard.stop()
        served.close()
        over.set()
        follower.stop()
        database.dispose()
        journal_keeper.close()
        journal.close()
        state(log, "running", "stopped", of="engine")


def _beside(switchboard: AsteriskSwitchboard, keeper: OfficeKeeper, trials: PbxTrials) -> Beside:
    """What the board shows beside the desk: how the PBX stands, and whose the plan is."""
    return Beside(
        pbx=switchboard.connected,
        pickups_stuck=switchboard.pickups_stuck,
        pbx_lacks=tuple(BoardLack(id=lack.id, words=lack.words, cure=lack.cure) for lack in trials.lacks),
        offline=tuple(switchboard.offline()),
        plan=keeper.plan,
        standby_stale=switchboard.standby_stale,
    )


def standby(board: OfficeBoard, coming: Sequence[Slot]) -> Standby:
    """Whom Asterisk rings by itself while we are silent (DESIGN 6): who is present, in sheet order; later everyone.

    Nobody may be there yet: those of the slot are rung all the same, as nobody can check in while we are silent.
    """
    people = board.people
    suspended = {person for person, known in people.items() if known.suspended}
    order = [turn.person for sheet in board.sheets if sheet.running for turn in sheet.turns]
    end_ms = board.slot.end if board.slot else None
    return Standby(
        present=tuple(p for p in order if people[p].presence == PRESENT and p not in suspended),
        until=(end_ms or NEVER_MS) // 1000,
        shifts=tuple(
            Shift(
                start=slot.start // 1000,
                end=(slot.end or NEVER_MS) // 1000,
                order=tuple(p for p in (*slot.call, *slot.reception) if p not in suspended),
            )
            for slot in coming
        ),
    )


def ami_address(place: Place) -> AmiAddress:
    """Where Asterisk's manager is, and our name and secret for it."""
    pbx = place.site.pbx
    if pbx.ami is not None:
        secret = pbx.ami.secret_file.read_text(encoding="utf-8").strip()
        return AmiAddress(host=pbx.ami.host, port=pbx.ami.port, username=pbx.ami.username, secret=secret)
    return AmiAddress(host="127.0.0.1", port=pbx.ami_port, username="hotline", secret=place.folder.secret("ami"))
