"""Numbers and customers from the command line, and what a running engine makes of them without a restart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from router.cli.main import cli
from router.cli.office import OfficeCopy
from router.errors import HotlineError
from router.store.customers.numbers import add_number, block, new_customer, unblock
from router.store.tables.customers import CustomerRow
from tests.cli.place import Office
from tests.cli.test_office_keeper import Running

NUMBER, FURTHER = "+8613900000001", "+8613900000002"


@pytest.fixture
def running(site: Office) -> Iterator[Running]:
    made = Running(site)
    yield made
    made.close()


def hotline(site: Office, *arguments: str) -> Result:
    where = ["--config", str(site.config), "--data", str(site.data)]
    return CliRunner().invoke(cli, [*arguments, *where])


def listed(folder: Path, *rows: str) -> str:
    path = folder / "customers.csv"
    path.write_text("\n".join(("name,number,owner,last_contact", *rows)), encoding="utf-8-sig")
    return str(path)


def test_a_running_engine_takes_blocks_and_further_numbers_over(site: Office, running: Running) -> None:
    now = datetime.now(running.place.site.zone)
    assert not running.numbers.is_blocked(NUMBER)
    with site.session() as session:
        customer = new_customer(session, now)
        add_number(session, NUMBER, customer)
        add_number(session, FURTHER, customer, further=True)
        block(session, "+8613911112222", reason="推销", by="zhang", now=now)
    running.reread()
    assert running.numbers.is_blocked("+8613911112222")
    assert running.numbers.first(running.numbers.normalise("0139 0000 0002")) == NUMBER
    assert running.numbers.first(NUMBER) == NUMBER
    with site.session() as session:
        unblock(session, "+8613911112222", by="zhang", now=now)
    running.reread()
    assert not running.numbers.is_blocked("+8613911112222")


def test_with_the_database_away_blocks_are_known_from_the_copy(site: Office, running: Running) -> None:
    with site.session() as session:
        block(session, NUMBER, reason="推销", by="zhang", now=datetime.now(running.place.site.zone))
    running.reread()
    kept = OfficeCopy(running.place.folder.office).read()
    assert kept is not None
    assert kept.known_numbers.blocked == {NUMBER}


def test_a_number_is_blocked_listed_and_taken_back(site: Office) -> None:
    assert "within a minute" in hotline(site, "block", "139 0000 0001", "--reason", "推销贷款").output
    assert "13900000001" in hotline(site, "block", "list").output
    assert "推销贷款" in hotline(site, "block", "list").output
    assert hotline(site, "block", "remove", "+8613900000001").exit_code == 0
    assert "no number is blocked" in hotline(site, "block", "list").output


@pytest.mark.parametrize(
    ("arguments", "why"),
    [(("13900000001",), "reason"), (("remove",), "which number"), (("remove", "13900000001"), "not blocked")],
)
def test_what_can_not_be_blocked_is_said_with_a_cure(site: Office, arguments: tuple[str, ...], why: str) -> None:
    result = hotline(site, "block", *arguments)
    assert isinstance(result.exception, HotlineError)
    assert why in str(result.exception)


def test_a_list_is_previewed_then_taken_once(site: Office, tmp_path: Path) -> None:
    yesterday = (datetime.now(site.place.site.zone) - timedelta(days=1)).date()
    file = listed(tmp_path, f"王女士,{NUMBER};{FURTHER},A,{yesterday}", f"李总,13900000003,B,{yesterday}")
    assert "2 customers, 0 there already" in hotline(site, "import", "customers", file, "--preview").output
    with site.session() as session:
        assert session.scalars(select(CustomerRow)).all() == []
    taken = hotline(site, "import", "customers", file)
    assert taken.exit_code == 0, taken.output
    assert "it is told when it does" in taken.output
    assert "0 customers, 2 there already" in hotline(site, "import", "customers", file).output
    with site.session() as session:
        assert [row.owner for row in session.scalars(select(CustomerRow).order_by(CustomerRow.id))] == ["A", "B"]


def test_a_wrong_row_is_named_by_line_and_column_and_nothing_is_taken(site: Office, tmp_path: Path) -> None:
    result = hotline(site, "import", "customers", listed(tmp_path, "好,13900000001,A,2020-01-01", "坏,1,B,2020-01-01"))
    assert isinstance(result.exception, HotlineError)
    assert "customers.csv:3: numbers: not-a-number" in result.stderr
    with site.session() as session:
        assert session.scalars(select(CustomerRow)).all() == []
