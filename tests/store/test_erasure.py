"""A person is forgotten wherever they stand, and nobody else with them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from router.reading.same_number import SameNumber
from router.store.customers.erasure import erase_numbers
from router.store.tables.calls import CallRow
from router.store.tables.customers import CustomerRow, NumberRow
from router.store.tables.days import DayClosingRow
from router.store.tables.forms import FormDraftRow, FormRow
from router.store.tables.notices import NoticeRow, OutboxRow
from router.store.tables.office import SiteRow
from router.store.tables.pbx import PbxRow, PbxSourceRow
from tests.store.conftest import database, empty, empty_url, postgres

__all__ = ["database", "empty", "empty_url", "postgres"]
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
THEIRS, TWIN = "+8613812345678", "+8613899995678"  # both are 138****5678


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+86 138 1234 5678",
        "008613812345678",
        "013812345678",
        "１３８１２３４５６７８",
        "太太 13812345678，晚上",
        "13812345678转801",
        "13900000001 13812345678",
    ],
)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    same = SameNumber.of([THEIRS])
    assert same.is_in(text)
    assert not same.is_in(same.without(text))


@pytest.mark.parametrize(
    "text", ["113812345678", "138123456789", "13812345679", "138123", "61234567", "95588", "2026-11-24"]
)
def test_digits_that_merely_contain_it_are_anothers(text: str) -> None:
    assert not SameNumber.of([THEIRS, "+8695588123"]).is_in(text)


def test_a_landline_is_found_without_its_area_code_too() -> None:
    same = SameNumber.of(["+862161234567"])
    assert [same.is_in(text) for text in ("021-61234567", "6123 4567", "2161234567", "051261234567")] == [
        True,
        True,
        True,
        False,
    ]


def _fill(session: Session) -> None:
    if session.get(SiteRow, 1) is None:
        session.add(SiteRow(id=1, name="x", zone="Asia/Shanghai", language="zh", region="CN"))
        session.flush()
    for key, (number, name) in enumerate(((THEIRS, "王女士"), (TWIN, "李先生")), 1):
        customer = CustomerRow(site_id=1, known_since=NOW, name=name, remarks="微信同号")
        row = NumberRow(site_id=1, customer=customer, journal="j", key=key, number=number)
        session.add(row)
        session.flush()
        session.add(
            CallRow(site_id=1, id=f"call-{key}", uniqueid=f"u-{key}", number_id=row.id, arrived_at=NOW, marks=[])
        )
        fields = {"name": name, "number": number[3:6] + " " + number[6:], "remarks": f"别打 {THEIRS[3:]}"}
        session.add(FormRow(site_id=1, consultant="A", kind="purchase", filed_at=NOW, fields=fields))
        session.add(
            NoticeRow(
                site_id=1, key=f"missed:{key}", what="missed", call_id=f"call-{key}", at=NOW,
                details={"number": "138****5678", "customer": name},
            )
        )  # fmt: skip
        body = {"type": "call", "data": {"call": f"call-{key}", "number": "138****5678", "name": name}}
        session.add(OutboxRow(site_id=1, target="crm", key=f"ended:{key}", body=body, made_at=NOW))
    of_call = {"name": "王总", "number": "12345"}  # a wrong number, on a form of their call
    session.add(FormRow(site_id=1, call_id="call-1", consultant="A", kind="purchase", filed_at=NOW, fields=of_call))
    session.add(FormDraftRow(site_id=1, username="li", call_id="", saved_at=NOW, values={"number": "0138-12345678"}))
    rows = [["1", "王女士", "138****5678", "报纸"], ["2", "李先生", "138****5678", "网络"]]
    closing = {"head": ["序号", "客户姓名", "电话", "媒体"], "rows": rows, "counts": []}
    session.add(DayClosingRow(site_id=1, day=date(2026, 11, 24), closed_at=NOW, closed_by="li", archive=closing))
    source = PbxSourceRow(site_id=1, name="private", position={"kept": [f'"{THEIRS[3:]}","x']})
    session.add(source)
    session.flush()
    session.add(PbxRow(site_id=1, source_id=source.id, row_key="k", number=THEIRS, started_at=NOW))
    session.commit()


def test_everything_that_is_theirs_goes_and_everything_of_others_stays(database: Engine) -> None:
    with Session(database) as session:
        _fill(session)
        assert erase_numbers(session, 1, [THEIRS], NOW) == 1
        session.commit()
        assert [(row.name, row.remarks) for row in session.scalars(select(CustomerRow).order_by(CustomerRow.id))] == [
            ("", ""),
            ("李先生", "微信同号"),
        ]
        theirs, other, of_call = session.scalars(select(FormRow).order_by(FormRow.id))
        assert theirs.fields == {"remarks": "别打 ***"}
        assert other.fields == {"name": "李先生", "number": "138 99995678", "remarks": "别打 ***"}
        assert of_call.fields == {}
        assert session.scalars(select(FormDraftRow)).one().values == {}
        first, second = session.scalars(select(NoticeRow).order_by(NoticeRow.id))
        assert set(first.details.values()) == {"***"}
        assert second.details == {"number": "138****5678", "customer": "李先生"}
        first_message, second_message = session.scalars(select(OutboxRow).order_by(OutboxRow.id))
        assert first_message.body["data"] == {"call": "call-1", "number": "***", "name": "***"}
        assert second_message.body["data"]["name"] == "李先生"
        archive = session.scalars(select(DayClosingRow)).one().archive
        assert archive["rows"] == [["1", "***", "***", "报纸"], ["2", "李先生", "138****5678", "网络"]]
        assert session.scalars(select(PbxRow.number)).all() == [""]
        assert session.scalars(select(PbxSourceRow)).one().position == {"kept": ['"***","x']}
