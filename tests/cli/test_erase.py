"""Forgetting a person by the command, with a real engine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from router.cli.main import cli
from router.store.customers.numbers import add_number, new_customer
from router.store.tables.customers import CustomerRow, NumberRow
from router.telephony.private.instance import CDR_FILE, CEL_FILE
from router.telephony.records.erasing import erase_in_files
from router.wire.errors import EngineUnreachableError
from tests.cli.place import Office
from tests.telephony.records.asterisk import File, race
from tests.telephony.records.book import Book

NUMBER, FURTHER, OTHER = "+8613900000001", "+8613900000002", "+8613900000003"


def hotline(site: Office, *arguments: str) -> Result:
    where = ["--config", str(site.config), "--data", str(site.data)]
    return CliRunner().invoke(cli, [*arguments, *where])


def test_without_the_engine_nothing_is_half_forgotten(site: Office) -> None:
    with site.session() as session:
        customer = new_customer(session, datetime.now(UTC), "王")
        add_number(session, NUMBER, customer)
        add_number(session, FURTHER, customer, further=True)
        add_number(session, OTHER, new_customer(session, datetime.now(UTC), "李"))
    result = hotline(site, "erase", "139 0000 0002", "--yes")
    assert isinstance(result.exception, EngineUnreachableError)
    assert "2 numbers are forgotten: 139****0002, 139****0001" in result.output
    with site.session() as session:
        assert set(session.scalars(select(NumberRow.number))) == {NUMBER, FURTHER, OTHER}
        assert set(session.scalars(select(CustomerRow.name))) == {"王", "李"}


def test_who_does_not_say_yes_erases_nothing(site: Office) -> None:
    assert hotline(site, "erase", NUMBER).exit_code == 1


@pytest.mark.parametrize("packed", [False, True])
def test_a_number_goes_out_of_asterisks_own_files_and_reading_goes_on_as_before(tmp_path: Path, packed: bool) -> None:
    import gzip

    legs, events = File(tmp_path / CDR_FILE), File(tmp_path / CEL_FILE)
    book = Book(tmp_path)
    legs.writes(race(1) + race(2).replace("13900000001", "113900000001"))
    events.writes('"HANGUP","1795520833.8","x","x","c","+8613900000001","4","c","","","{}"\n')
    book.read()
    if packed:
        old = legs.is_renamed("hotline.csv.1")
        old.with_name("hotline.csv.1.gz").write_bytes(gzip.compress(old.read_bytes()))
        old.unlink()
        File(tmp_path / CDR_FILE)
    assert erase_in_files(book.database, tmp_path, [NUMBER]) == 6
    texts = [gzip.decompress(one.read_bytes()) if one.suffix == ".gz" else one.read_bytes() for one in _files(tmp_path)]
    assert all(b'"13900000001"' not in text and b"8613900000001" not in text for text in texts)
    assert any(b"113900000001" in text for text in texts)
    legs.writes(race(3).replace("13900000001", "13900000009"))
    reading = book.read()
    assert (reading.trouble, reading.rows, len(book.calls())) == ("", 6, 3)
    book.close()


def _files(folder: Path) -> list[Path]:
    return [*(folder / CDR_FILE).parent.iterdir(), *(folder / CEL_FILE).parent.iterdir()]
