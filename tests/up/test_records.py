"""The router is away for a while: Asterisk serves the callers, and its records bring them into the log."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from router.config.load import load_site
from router.store.database import open_database
from router.store.pbx.queries import blind_intervals_of_day
from router.store.tables.calls import CallRow
from router.store.tables.customers import CallbackRow
from router.telephony.records import read_records, recover_missed
from tests.telephony.phones.people import Caller, until
from tests.up.service import HOTLINE, Service


def _end(service: Service, part: str) -> None:
    """Kill a part at once if it is there, and wait until it is gone."""
    pid = service.pid_of(part)
    if pid is None:
        return
    with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
        os.kill(pid, signal.SIGKILL)
    until(f"{part} is gone", lambda: service.pid_of(part) != pid, 15)


def _talks_with_somebody(service: Service, caller: Caller) -> str:
    """Whoever the fallback rings first answers; returns who."""
    until("somebody's phone rings", lambda: any(phone.is_ringing() for phone in service.phone.values()), 20)
    person = next(person for person, phone in service.phone.items() if phone.is_ringing())
    service.phone[person].answers()
    caller.hears(service.phone[person])
    caller.hangs_up()
    service.phone[person].is_let_go()
    return person


def test_calls_that_came_while_the_router_was_away_are_in_the_log_afterwards(tmp_path: Path) -> None:
    with Service(tmp_path).at_work() as service:
        seen, _ = service.talks_with_next("13900004001")
        seen.hangs_up()
        service.settle()
        until("the database has followed it", lambda: _ended(service) == 1, 15)
        service.stop(signal.SIGKILL)
        _end(service, "supervisord")
        _end(service, "main engine")

        answered = service.caller("13900004002")
        answered.dials(HOTLINE)
        person = _talks_with_somebody(service, answered)
        missed = service.caller("13900004003")
        missed.dials(HOTLINE)
        missed.hears_ringing(within=15)
        missed.hangs_up()
        missed.is_let_go()
        _in_the_log(service, person)


def _ended(service: Service) -> int:
    with contextlib.closing(sqlite3.connect(service.data / "hotline.db")) as database:
        (count,) = database.execute('SELECT count(*) FROM "call" WHERE ended_at IS NOT NULL').fetchone()
    return int(count)


def _in_the_log(service: Service, person: str) -> None:
    site = load_site(service.config)
    database = open_database(f"sqlite:///{service.data / 'hotline.db'}")
    link_times, later = service.data / "link.log", datetime.now(UTC) + timedelta(minutes=10)

    def log() -> list[CallRow]:
        read_records(database, site, service.data / "asterisk")
        recover_missed(database, site, link_times=link_times, now=later)
        with Session(database) as session:
            calls = select(CallRow).options(joinedload(CallRow.number)).order_by(CallRow.arrived_at)
            return list(session.scalars(calls))

    until("three calls are in the log", lambda: len(log()) == 3, 15)
    seen, answered, missed = log()
    assert not seen.recovered
    assert (answered.recovered, answered.person, answered.served_by) == (True, person, "fallback")
    assert answered.number is not None
    assert answered.number.number == "+8613900004002"
    assert (missed.recovered, missed.person, missed.missed_why, missed.slot_name) == (True, None, "abandoned", "全天")
    with Session(database) as session:
        assert session.scalars(select(CallbackRow.call_id)).all() == [missed.id]
        days = {call.arrived_at.astimezone(site.zone).date() for call in (answered, missed)}
        away = [one for day in sorted(days) for one in blind_intervals_of_day(session, day, site.zone)]
    assert [count for _, count in away] == [2] * len(away)
    assert away
    database.dispose()
