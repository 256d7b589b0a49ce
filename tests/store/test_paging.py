"""A list that comes in parts, on both kinds of database: all of it once, in its order, whatever is added meanwhile."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.store.calls.queries import calls_in_part
from router.store.findings.queries import findings_in_part
from router.store.forms.queries import forms_in_part
from router.store.paging import Part
from router.store.tables.findings import FindingRow
from router.store.tables.forms import FormRow

DAY, ZONE = date(2026, 11, 24), ZoneInfo("Asia/Shanghai")
DAYS = (DAY, DAY + timedelta(days=1))
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


def _form(taken_at: datetime | None) -> FormRow:
    return FormRow(site_id=1, consultant="A", kind="other", taken_at=taken_at, filed_at=NOON, slot_name="", fields={})


def test_forms_come_in_parts(database: Engine) -> None:
    with Session(database) as session:
        session.add_all([_form(NOON), _form(None), _form(NOON), _form(NOON + timedelta(microseconds=1))])
        session.commit()
        first, second, _more = forms_in_part(session, *DAYS, ZONE, Part(limit=2))
        session.add(_form(NOON - timedelta(hours=1)))
        session.commit()
        after = (second.taken_at or second.filed_at, second.id)
        rest = forms_in_part(session, *DAYS, ZONE, Part(limit=2, after=after))
        assert [form.id for form in (first, second, *rest)] == [1, 2, 3, 4]
        assert forms_in_part(session, *DAYS, ZONE, Part(limit=2, since=NOON)) == []  # no revision is of then
        assert calls_in_part(session, *DAYS, ZONE, Part(limit=2, after=(NOON, "c"), since=NOON)) == []


def test_findings_come_in_parts(database: Engine) -> None:
    with Session(database) as session:
        for slot, kind in (("白班", "b"), ("晚班", "a"), ("白班", "a"), ("", "c")):
            finding = FindingRow(site_id=1, day=DAY, kind=kind, slot=slot, found_at=NOON, changed_at=NOON)
            session.add(finding)
        session.commit()
        whole, parts = findings_in_part(session, *DAYS, Part(limit=9)), list[FindingRow]()
        after = None
        while part := findings_in_part(session, *DAYS, Part(limit=1, after=after))[:1]:
            parts += part
            after = (part[0].day, part[0].slot, part[0].kind, part[0].id)
        assert parts == whole
        assert len(whole) == 4
        assert findings_in_part(session, *DAYS, Part(limit=9, since=NOON + timedelta(seconds=1))) == []
