"""The office in the database while the service runs: the file's changes are applied, a page's survive a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from router.cli.main import cli
from router.store.database import open_database
from router.store.office.changes import changing, put_office
from router.store.office.queries import office_in
from tests.telephony.phones.people import Phone
from tests.up.service import HOTLINE, Service

SOMEBODY_NEW = """
[[consultant]]
id = "E"
name = "周凯"
phone = { account = "105", secret = "secret-105" }
[[plan]]"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Service]:
    """A service of its own, in which three rings are 18 seconds."""
    service = Service(tmp_path, policy="ring_seconds = 6")
    yield service
    service.end()


def _in_the_file(service: Service, old: str, new: str) -> None:
    text = service.config.read_text(encoding="utf-8")
    assert old in text
    service.config.write_text(text.replace(old, new, 1), encoding="utf-8")


def _config(service: Service, command: str) -> Result:
    where = ["--config", str(service.config), "--data", str(service.data)]
    return CliRunner().invoke(cli, ["config", command, *where])


def _on_a_page(service: Service, name: str) -> None:
    database = open_database(f"sqlite:///{service.data / 'hotline.db'}")
    with Session(database) as session:
        with changing(session, by="zhang", source="page"):
            changed = office_in(session)
            changed["consultant"]["A"]["name"] = name
            put_office(session, changed)
        session.commit()
    database.dispose()


def test_the_next_call_follows_a_policy_that_was_applied_and_a_page_edit_survives_a_restart(office: Service) -> None:
    office.start()
    office.phones_sign_in()
    assert _config(office, "diff").exit_code == 0
    _in_the_file(office, "[policy]", "[policy]\nrings = 1")
    assert "policy.rings" in _config(office, "diff").output
    applied = _config(office, "apply")
    assert applied.exit_code == 0, applied.output
    assert "下一通来电起生效" in applied.output
    first = office.engine.board().next
    caller = office.caller("13900004001")
    caller.dials(HOTLINE)
    office.phone[first].rings()
    for person in "ABCD":
        office.phone[person].rings(within=15)  # after one ring of 6 s; it was three, 18 s
    caller.hangs_up()
    office.settle()

    _on_a_page(office, "陈辰")
    _in_the_file(office, "[policy]", "[policy]\nform_minutes = 45")
    assert office.stop() == 0
    said = office.start()
    assert "陈辰" in said
    assert "1 处改动尚未应用" in said
    assert office.engine.board().three_rings_ms == 6000


def test_with_the_database_away_the_service_starts_and_rings_by_what_it_last_said(office: Service) -> None:
    office.start()
    _on_a_page(office, "陈辰")
    office.engine.reread()
    assert office.stop() == 0
    _in_the_file(office, "[[trunk]]", '[store]\nurl = "postgresql+psycopg://hotline@127.0.0.1:1/hotline"\n[[trunk]]')
    said = office.start()
    assert "数据库不可用" in said
    assert "陈辰" in said
    office.phones_sign_in()
    caller, _ = office.talks_with_next("13900004101")
    caller.hangs_up()
    office.settle()


def test_somebody_new_in_the_file_gets_a_phone_without_a_restart(office: Service) -> None:
    office.start()
    _in_the_file(office, "\n[[plan]]", SOMEBODY_NEW)
    applied = _config(office, "apply")
    assert "下一通来电起生效" in applied.output, applied.output
    assert "重启" not in applied.output
    office.until(lambda board: "E" in board.people, within=15)
    phone = office.phone["E"] = Phone(office.world, ("127.0.0.1", office.sip), user="105", secret="secret-105")
    phone.signs_in()
    phone.dials("*1")
    phone.is_let_go(within=15)
    office.until(lambda board: board.people["E"].why_not is None, within=15)
