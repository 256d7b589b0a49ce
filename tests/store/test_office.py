"""The office in the database: changed key by key, with who and when; nobody is ever deleted."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from router.config.model import Site
from router.config.plan import slot_entries
from router.store.office.changes import changing, lock_office, put_office
from router.store.office.plans import PlanRefusedError, publish
from router.store.office.queries import change_of, office_in, published_in, published_plans, site_in
from router.store.people.queries import everyone
from router.store.tables.office import ConsultantRow, PlanRow, SettingRow, SiteChangeRow
from router.store.tables.users import User

TODAY = date(2026, 11, 24)


def _changed(database: Engine, by: str = "root", **changes: Any) -> dict[str, Any]:
    """Write the office with changes (`policy__rings=4`, None takes away) and return what the database says then."""
    with Session(database) as session:
        office = office_in(session)
        for path, value in changes.items():
            *names, last = path.split("__")
            where = office
            for name in names:
                where = where[name]
            if value is None:
                del where[last]
            else:
                where[last] = value
        with changing(session, by=by, source="file"):
            put_office(session, office)
        session.commit()
    with Session(database) as session:
        again = office_in(session)
        assert again == office
        return again


def test_writing_what_is_there_changes_nothing(seeded: Engine) -> None:
    _changed(seeded)
    with Session(seeded) as session:
        assert session.scalars(select(SiteChangeRow)).all() == []


def test_each_key_that_changes_is_on_record_with_who_and_what_was_before(seeded: Engine) -> None:
    _changed(seeded, by="zhang", policy__rings=4, consultant__A__name="陈辰")
    with Session(seeded) as session:
        changes = session.scalars(select(SiteChangeRow).order_by(SiteChangeRow.key)).all()
        assert [(one.key, one.by, one.source, one.before, one.after) for one in changes] == [
            ("consultant.A.name", "zhang", "file", ["陈晨"], ["陈辰"]),
            ("policy.rings", "zhang", "file", [3], [4]),
        ]


def test_a_page_that_changes_rows_is_on_record_like_a_file(seeded: Engine) -> None:
    with Session(seeded) as session:
        with changing(session, by="li", source="page"):
            row = session.get(SettingRow, (1, "policy"))
            assert row is not None
            row.value = {**row.value, "makeup": "carry"}
        session.commit()
        change = change_of(session, "policy.makeup")
        assert change is not None
        assert (change.by, change.source, change.after) == ("li", "page", ["carry"])
        assert change_of(session, "policy.rings") is None


def test_a_change_of_an_entry_is_found_by_its_fields(seeded: Engine) -> None:
    new = {"name": "周凯", "extension": None, "phones": [{"account": "109"}]}
    _changed(seeded, by="li", consultant__E=new)
    with Session(seeded) as session:
        change = change_of(session, "consultant.E.name")
        assert change is not None
        assert (change.key, change.before, change.after) == ("consultant.E", [], [new])


def test_who_leaves_stays_on_record_and_may_come_back(seeded: Engine) -> None:
    with Session(seeded) as session:
        entry = office_in(session)["consultant"]["D"]
    _changed(seeded, consultant__D=None, plan__daily__slots=[])
    with Session(seeded) as session:
        assert [row.code for row in everyone(session)] == ["A", "B", "C", "D"]
        assert session.scalars(select(ConsultantRow.active).where(ConsultantRow.code == "D")).one() is False
    _changed(seeded, consultant__D=entry)
    with Session(seeded) as session:
        assert len(everyone(session)) == 4


def test_phones_plans_and_numbers_are_put_in_place_of_others(seeded: Engine) -> None:
    phones = [{"account": "101"}, {"mobile": "13900000101", "trunk": "carrier", "confirm": False}]
    slot = {"name": "全天", "from": "00:00", "to": "24:00", "continues": False, "call": ["A"], "reception": []}
    line = {"number": "4009", "trunk": "carrier", "name": "", "media": "网络", "aliases": ["0259"]}
    _changed(
        seeded,
        consultant__A__phones=phones,
        plan__daily=None,
        plan__sun={"days": ["sun"], "dates": [], "slots": [slot]},
        hotline={"4009": line},
    )
    with Session(seeded) as session:
        site = site_in(session)
        assert [phone.mobile for phone in site.consultants[0].phones] == [None, "13900000101"]
        assert [plan.days for plan in site.plans] == [("sun",)]
        assert [one.number for one in site.hotlines] == ["4009"]


def test_a_user_who_is_gone_may_not_sign_in_and_a_new_one_has_no_password_yet(seeded: Engine) -> None:
    _changed(seeded, user={"zhang": {"name": "张主管", "role": "supervisor", "consultant": None}})
    with Session(seeded) as session:
        users = {user.username: user for user in session.scalars(select(User)).unique()}
        assert [name for name, user in users.items() if user.active] == ["zhang"]
        assert users["zhang"].password is None
        assert [role.name for role in users["zhang"].roles] == ["supervisor"]


# --- plans ------------------------------------------------------------------------------------------------------------


def _slot(**changes: Any) -> dict[str, Any]:
    return {"name": "白班", "from": "09:00", "to": "12:00", "call": ["A", "B"], "reception": ["C"], **changes}


def test_a_plan_is_published_by_somebody_and_the_one_before_stays_on_record(seeded: Engine) -> None:
    with Session(seeded) as session:
        site = site_in(session)
        publish(session, site, TODAY, slot_entries([_slot()]), by="zhang")
        publish(session, site, TODAY, slot_entries([_slot(call=["B", "A"])]), by="li")
        session.commit()
        rows = session.scalars(select(PlanRow).where(PlanRow.date == TODAY).order_by(PlanRow.id)).all()
        assert [row.published_by for row in rows] == ["zhang", "li"]
        assert [slot.call for slot in published_plans(session, TODAY)[TODAY]] == [("B", "A")]
        assert published_in(session, date(2027, 2, 1)) == {}
        assert site_in(session).plans == site.plans


@pytest.mark.parametrize(
    ("slots", "why"),
    [
        ([_slot(), _slot(**{"from": "11:59", "to": "13:00"})], "overlap"),
        ([_slot(call=["A", "A"])], "A is named twice"),
        ([_slot(reception=["B"])], "B is named twice"),
        ([_slot(call=["Z"])], "nobody here is Z"),
    ],
)
def test_what_r1_refuses_is_not_published(seeded: Engine, slots: list[dict[str, Any]], why: str) -> None:
    with Session(seeded) as session:
        site: Site = site_in(session)
        with pytest.raises(PlanRefusedError, match=why) as caught:
            publish(session, site, TODAY, slot_entries(slots), by="zhang")
        assert len(caught.value.reasons) == 1
        assert published_plans(session, TODAY) == {}


def test_slots_that_meet_may_share_people(seeded: Engine) -> None:
    with Session(seeded) as session:
        slots = slot_entries([_slot(**{"from": "12:00", "to": "24:00"}), _slot()])
        publish(session, site_in(session), TODAY, slots, by="zhang")
        assert [slot.start for slot in published_plans(session, TODAY)[TODAY]] == [540, 720]


# --- two at once ------------------------------------------------------------------------------------------------------


def test_two_who_change_the_office_at_once_do_so_one_after_the_other(seeded: Engine) -> None:
    begun, errors = threading.Event(), list[Exception]()

    def page() -> None:
        begun.set()
        try:
            with Session(seeded) as session:
                office_in(session)  # a page read it before
                with changing(session, by="li", source="page"):
                    office = office_in(session)
                    office["policy"]["makeup"] = "carry"
                    put_office(session, office)
                session.commit()
        except Exception as error:
            errors.append(error)

    with Session(seeded) as session:
        lock_office(session)
        thread = threading.Thread(target=page)
        thread.start()
        assert begun.wait(10)
        office = office_in(session)
        office["policy"]["rings"] = 4
        put_office(session, office)
        session.commit()
    thread.join(60)
    assert errors == []
    with Session(seeded) as session:
        policy = office_in(session)["policy"]
        assert (policy["rings"], policy["makeup"]) == (4, "carry")
        assert [one.key for one in session.scalars(select(SiteChangeRow))] == ["policy.makeup"]
