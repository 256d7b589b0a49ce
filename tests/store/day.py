"""A morning that everybody in the tests knows, recorded by an engine and written to a database.

May live here: that morning. 2026-11-24, 09:00 to 12:00 in Shanghai; the call group is Chen, Li, the reception Wang.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.core import inputs
from router.core.words import CallId, FormKind, Number, PersonId
from router.engine.feed import JournalFeed
from router.store.follow.writer import DatabaseWriter
from router.store.tables.forms import FormRow
from router.store.tables.office import ConsultantRow
from tests.engine.office import CHEN, LI, WANG, TestOffice, office

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 24)
NINE = round(datetime(2026, 11, 24, 9, tzinfo=SHANGHAI).timestamp() * 1000)
NAMES = {"chen": "陈晨", "li": "李丽", "wang": "王伟"}


def record_the_morning(folder: Path, database: Engine) -> None:
    """Play the morning, let the database follow, and file Chen's form of a call that she let ring out."""
    with office(folder, now=NINE) as made:
        _the_slot(made)
        _chen_lets_c1_ring_out_and_wang_takes_it(made)
        _li_declines_c2_and_chen_is_next_in_the_new_round(made)
        _c3_was_no_purchase(made)
        _nobody_speaks_with_c4(made)
        made.engine.close()
    with Session(database) as session:
        session.add_all(
            ConsultantRow(site_id=1, code=code, name=name, position=place)
            for place, (code, name) in enumerate(NAMES.items())
        )
        session.add(
            FormRow(
                site_id=1,
                call_id="c1",
                consultant="chen",
                kind="purchase",
                filed_at=datetime.fromtimestamp(NINE / 1000 + 600, UTC),
            )
        )
        session.commit()
    feed = JournalFeed(folder / "journal.db")
    writer = DatabaseWriter(database, feed)
    while writer.step():
        pass
    feed.close()


def _the_slot(made: TestOffice) -> None:
    slot = inputs.Slot(start=NINE, end=NINE + 3 * 3600 * 1000, call=(CHEN, LI), reception=(WANG,), name="白班")
    made.tell(inputs.PlanSet(slots=(slot,)))


def _at(seconds: float) -> int:
    return NINE + round(seconds * 1000)


def _rings(made: TestOffice, call: CallId, at: float, *people: PersonId) -> None:
    for person in people:
        made.tell(inputs.PhoneRang(call=call, person=person), at=_at(at))


def _arrives(made: TestOffice, name: str, at: float, first: PersonId) -> CallId:
    made.now = _at(at)
    call = made.call_comes(name, Number(f"+861380000000{name[1:]}"), f"01380000000{name[1:]}")
    _rings(made, call, at + 0.2, first)
    return call


def _chen_lets_c1_ring_out_and_wang_takes_it(made: TestOffice) -> None:
    call = _arrives(made, "c1", 10, CHEN)
    made.tell(inputs.Tick(), at=_at(25.2))  # three rings of Chen's phone: it opens to everyone
    _rings(made, call, 25.3, LI, WANG)
    made.tell(inputs.Answered(call=call, person=WANG), at=_at(30))
    made.tell(inputs.HungUp(call=call), at=_at(120))
    made.tell(inputs.FormFiled(call=call, kind=FormKind.PURCHASE), at=_at(600))


def _li_declines_c2_and_chen_is_next_in_the_new_round(made: TestOffice) -> None:
    call = _arrives(made, "c2", 1_000, LI)
    made.tell(inputs.Declined(call=call, person=LI), at=_at(1_003))
    _rings(made, call, 1_003.1, CHEN)
    made.tell(inputs.Answered(call=call, person=CHEN), at=_at(1_006))
    made.tell(inputs.HandedOver(call=call, person=LI), at=_at(1_060))
    made.tell(inputs.HungUp(call=call), at=_at(1_100))


def _c3_was_no_purchase(made: TestOffice) -> None:
    call = _arrives(made, "c3", 2_000, CHEN)
    made.tell(inputs.Answered(call=call, person=CHEN), at=_at(2_004))
    made.tell(inputs.HungUp(call=call), at=_at(2_030))
    made.tell(inputs.FormFiled(call=call, kind=FormKind.OTHER), at=_at(2_040))


def _nobody_speaks_with_c4(made: TestOffice) -> None:
    call = _arrives(made, "c4", 3_000, CHEN)
    made.tell(inputs.HungUp(call=call), at=_at(3_008))
