"""核对 beside a running service: the real Asterisk counts, the router logs, a form is owed, a call back is made."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from router.cli.main import cli
from router.store.database import open_database
from router.store.tables.calls import CallRow
from router.store.tables.customers import NumberRow
from tests.telephony.phones.people import until
from tests.up.service import HOTLINE, Service


def _reconcile(service: Service) -> dict[str, Any]:
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
    where = ["--config", str(service.config), "--data", str(service.data)]
    result: Result = CliRunner().invoke(cli, ["reconcile", "--date", str(today), "--json", *where])
    assert result.exit_code == 0, (result.output, result.exception)
    said: dict[str, Any] = json.loads(result.stdout)
    return said


def _uniqueid(service: Service, number: str) -> str:
    """Asterisk's name of the newest call from this number; "" while it is not on record as ended."""
    database = open_database(f"sqlite:///{service.data / 'hotline.db'}")
    try:
        with Session(database) as session:
            wanted = select(CallRow).join(CallRow.number).where(NumberRow.number == number)
            call = session.scalars(wanted.options(joinedload(CallRow.number))).one_or_none()
            return call.uniqueid if call is not None and call.ended_at is not None else ""
    finally:
        database.dispose()


def test_calls_of_the_real_asterisk_are_the_routers_calls_and_the_missed_one_is_found(service: Service) -> None:
    answered, _ = service.talks_with_next("13900005001")
    answered.hangs_up()
    service.settle()
    missed = service.caller("13900005002")
    missed.dials(HOTLINE)
    service.phone[service.engine.board().next or "A"].rings()
    missed.hangs_up()
    service.settle()
    until("both are on record", lambda: all(_uniqueid(service, f"+861390000500{n}") for n in (1, 2)), 30)
    ids = [_uniqueid(service, f"+861390000500{n}") for n in (1, 2)]

    def found() -> list[tuple[str, str]]:
        """What is found of these two calls, by kind and call."""
        return [(one["kind"], one["call"]) for one in _reconcile(service)["findings"] if one["call"] in ids]

    # Asterisk writes a call's record a moment after its end; until then the call looks like a ghost
    until("Asterisk has written both", lambda: found() == [("missed_call", ids[1])], 60)


def test_jobs_run_beside_engine_and_pages_and_are_restarted(service: Service) -> None:
    until("the jobs are there", lambda: service.pid_of("main jobs") is not None, 30)
