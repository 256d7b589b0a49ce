"""Customers by the clock: contacts seen in the PBX's records, owners warned before a lapse, untold owners told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from router.core.inputs import Contacted, CustomerKnown, Input
from router.desk_client.errands import untold_owners
from router.jobs.contacts import SeenContacts
from router.jobs.lapse import lapse_warnings, warn_owners
from router.jobs.telling import Telling
from router.store.customers.changes import give_owner
from router.store.customers.numbers import add_number, new_customer
from router.store.notices.words import notice_words
from router.store.tables.customers import CallbackRow, CustomerRow, NumberRow, OwnerGivenRow
from router.store.tables.notices import NoticeRow
from router.wire.errors import EngineUnreachableError
from tests.reconcile.record import SITE, Record

NUMBER = "+8613900000001"
NOW = datetime(2026, 5, 14, 6, tzinfo=UTC)  # 14:00 in Shanghai


class ToldDesk:
    """An engine that takes each key once, or is away."""

    def __init__(self) -> None:
        self.told: dict[str, Input] = {}
        self.away = False

    def tell(self, told: Input, *, source: str, key: str = "", facts: dict[str, str] | None = None) -> int:  # noqa: ARG002  (the port's signature)
        if self.away:
            raise EngineUnreachableError("the engine does not answer")
        self.told.setdefault(key, told)
        return len(self.told)


def contacts(record: Record, desk: ToldDesk) -> SeenContacts:
    return SeenContacts(night=record.night(), desk=desk, people=lambda: {"A", "B"})


def customer(record: Record, *numbers: str) -> None:
    with Session(record.database) as session:
        row = new_customer(session, NOW)
        for place, number in enumerate(numbers):
            add_number(session, number, row, further=place > 0)
        session.commit()


def said(desk: ToldDesk) -> list[tuple[str, str]]:
    return [(told.number, told.person) for told in desk.told.values() if isinstance(told, Contacted)]


def test_an_answered_call_out_to_a_customer_is_a_contact_once(record: Record) -> None:
    record.now = NOW
    desk = ToldDesk()
    customer(record, NUMBER, "+8613900000009")
    record.pbx("o1", "12:30:00", by="A", direction="out")  # nobody answered
    record.pbx("o2", "12:40:00", answer="12:40:05", by="X", direction="out")  # nobody that we know
    record.pbx("o3", "12:45:00", number="13811112222", answer="12:45:05", by="A", direction="out")  # no customer
    record.pbx("o4", "13:00:00", answer="13:00:09", by="B", direction="out")
    record.pbx("o5", "13:10:00", number="13900000009", answer="13:10:09", by="A", direction="out")
    job = contacts(record, desk)
    desk.away = True
    assert not job.look()
    desk.away = False
    assert job.look()
    assert job.look()
    assert contacts(record, desk).look(), "another process tells it with the same key"
    assert said(desk) == [(NUMBER, "B"), (NUMBER, "A")], "a further number is the customer's first one to the desk"


def test_a_call_before_the_missed_one_does_not_settle_what_is_owed_since(record: Record) -> None:
    record.now = NOW
    desk = ToldDesk()
    record.call("m1", "11:59:00", end="12:00:00")
    with Session(record.database) as session:
        row = session.scalars(select(NumberRow).where(NumberRow.number == NUMBER)).one()
        owed = CallbackRow(site_id=1, number_id=row.id, owed_since=datetime(2026, 5, 14, 4, tzinfo=UTC), person="A")
        session.add(owed)
        session.commit()
    record.pbx("o1", "11:00:00", answer="11:00:05", by="A", direction="out")
    assert contacts(record, desk).look()
    assert said(desk) == []
    record.pbx("o2", "13:00:00", answer="13:00:09", by="B", direction="out")
    assert contacts(record, desk).look()
    assert said(desk) == [(NUMBER, "B")]


def test_a_call_of_yesterday_comes_too_late_to_count_from_now(record: Record) -> None:
    record.now = NOW + timedelta(days=1)
    desk = ToldDesk()
    customer(record, NUMBER)
    record.pbx("o1", "09:00:00", answer="09:00:05", by="A", direction="out")
    assert contacts(record, desk).look()
    assert said(desk) == []


# --- before a lapse ---------------------------------------------------------------------------------------------------


def telling(record: Record) -> Telling:
    names = {"A": "顾问A"}
    return Telling(database=record.database, targets=list, names=lambda: names, clock=lambda: record.now)


def owned(record: Record, number: str, owner: str, contact: datetime) -> None:
    with Session(record.database) as session:
        row = CustomerRow(site_id=1, known_since=NOW, owner=owner, last_contact_at=contact, name="王女士")
        session.add(row)
        add_number(session, number, row)
        session.commit()


def warned(database: Engine) -> list[tuple[str | None, str]]:
    with Session(database) as session:
        return [
            (row.person, row.details["number"]) for row in session.scalars(select(NoticeRow).order_by(NoticeRow.id))
        ]


def test_the_owner_is_warned_once_two_days_before_and_again_after_another_contact(record: Record) -> None:
    record.now = NOW
    owned(record, "+8613900000001", "A", NOW - timedelta(days=5, hours=1))
    owned(record, "+8613900000002", "A", NOW - timedelta(days=2))
    owned(record, "+8613900000003", "B", NOW - timedelta(days=8))  # it has lapsed
    owned(record, "+8613900000004", "X", NOW - timedelta(days=6))  # nobody who works here
    today = date(2026, 5, 14)
    assert warn_owners(SITE, telling(record), today) == 1
    assert warn_owners(SITE, telling(record), today) == 1
    assert warned(record.database) == [("A", "139****0001")]
    with Session(record.database) as session:
        row = session.scalars(select(CustomerRow).order_by(CustomerRow.id)).first()
        assert row is not None
        row.last_contact_at = NOW - timedelta(days=6)
        session.commit()
    warn_owners(SITE, telling(record), today)
    assert warned(record.database) == [("A", "139****0001")] * 2


def test_exactly_seven_days_after_the_contact_it_is_still_theirs(record: Record) -> None:
    record.now = NOW
    owned(record, NUMBER, "A", NOW - timedelta(days=7))
    assert warn_owners(SITE, telling(record), date(2026, 5, 14)) == 1
    record.now = NOW + timedelta(milliseconds=1)
    assert warn_owners(SITE, telling(record), date(2026, 5, 14)) == 0


def test_the_warning_comes_each_morning_at_nine_and_names_the_customer(record: Record) -> None:
    owned(record, NUMBER, "A", NOW - timedelta(days=6))
    job = lapse_warnings(lambda: SITE, telling(record))
    record.now = datetime(2026, 5, 14, 0, 59, tzinfo=UTC)  # 08:59
    assert job.look()
    assert warned(record.database) == []
    record.now = datetime(2026, 5, 14, 1, 0, tzinfo=UTC)
    assert job.look()
    assert warned(record.database) == [("A", "139****0001")]
    with Session(record.database) as session:
        row = session.scalars(select(NoticeRow)).one()
        assert notice_words(row.what, row.details, "zh")[1].startswith("王女士 139****0001 将于 05-15")


# --- owners by people's word ------------------------------------------------------------------------------------------


def test_untold_owners_are_told_once_the_engine_is_there(record: Record) -> None:
    record.now = NOW
    with Session(record.database) as session:
        number = add_number(session, NUMBER, new_customer(session, NOW))
        give_owner(session, number, "A", NOW - timedelta(days=1), by="zhang", why="import", now=NOW)
        session.commit()
    desk = ToldDesk()
    job = untold_owners(record.database, desk, lambda: record.now)
    desk.away = True
    assert job.look()
    desk.away = False
    assert job.look()
    assert job.look()
    contact = round((NOW - timedelta(days=1)).timestamp() * 1000)
    assert list(desk.told.values()) == [CustomerKnown(number=NUMBER, owner="A", last_contact=contact)]  # type: ignore[arg-type]  # ids are text


def test_a_later_contact_on_record_goes_before_peoples_word(record: Record) -> None:
    record.now = NOW
    owned(record, NUMBER, "B", NOW - timedelta(days=9))
    with Session(record.database) as session:
        number = session.scalars(select(NumberRow)).one()
        give_owner(session, number, "A", NOW - timedelta(days=1), by="zhang", why="import", now=NOW)
        number.customer.owner, number.customer.last_contact_at = "B", NOW  # a call came meanwhile
        session.commit()
    desk = ToldDesk()
    assert untold_owners(record.database, desk, lambda: record.now).look()
    assert desk.told == {}
    with Session(record.database) as session:
        assert session.scalars(select(OwnerGivenRow.refused)).one() == "a later contact is on record"
