"""A day on record, for tests: rows are added as sentences to a real database, as journal, readers and pages would.

May live here: the writing, and the same rows as the CSV files of `--files`. The day is that of `office.py`.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from router.config.model import Site
from router.reconcile.files import COLUMNS
from router.reconcile.night import Night, ReadRecords
from router.store.tables.calls import CallRow
from router.store.tables.customers import CustomerRow, NumberRow
from router.store.tables.findings import DisplayCountRow, FindingRow, ReconcileRunRow
from router.store.tables.forms import FormRow
from router.store.tables.pbx import PbxRow, PbxSourceRow
from tests.reconcile.office import NUMBER, when

DAY = date(2026, 5, 14)
MORNING_AFTER = datetime(2026, 5, 15, 12, tzinfo=UTC)
SITE = Site.model_validate(
    {
        "site": {"name": "测试售楼处", "zone": "Asia/Shanghai"},
        "consultant": [
            {"id": person, "name": f"顾问{person}", "phone": {"account": f"10{n}"}}
            for n, person in enumerate("ABCD", 1)
        ],
        "plan": [
            {
                "days": ["daily"],
                "slots": [
                    {"name": "morning", "from": "09:00", "to": "12:00", "call": ["A", "B"]},
                    {"name": "noon", "from": "12:00", "to": "14:00", "call": ["B", "A"]},
                ],
            }
        ],
    }
)
FIELDS = {"name": "张总", "number": NUMBER, "media": "报纸", "intent": "B", "appointment": "no"}


def at(text: str) -> datetime | None:
    """A time as `office.when` writes it; none for an empty text."""
    return datetime.fromisoformat(when(text)) if text else None


def e164(number: str) -> str:
    return f"+86{number}" if number else ""


@dataclass
class Record:
    """A database while it is filled; every sentence is committed at once."""

    database: Engine
    now: datetime = MORNING_AFTER
    reads: list[datetime] = field(default_factory=list)
    _session: Session | None = None
    _source: PbxSourceRow | None = None
    _numbers: dict[str, NumberRow] = field(default_factory=dict)
    _keys: Iterator[int] = field(default_factory=itertools.count)

    def _add(self, *rows: Any) -> Any:
        session = self._filling()
        session.add_all(rows)
        session.commit()
        return rows[0]

    def _filling(self) -> Session:
        """One session for all rows: a day has hundreds."""
        if self._session is None:
            self._session = Session(self.database, expire_on_commit=False)
        return self._session

    def call(
        self,
        id: str,  # noqa: A002  (the column)
        start: str,
        number: str = NUMBER,
        answer: str = "",
        end: str = "",
        by: str = "",
        *,
        uniqueid: str | None = None,
        missed: str = "abandoned",
        recovered: bool = False,
    ) -> Record:
        row = CallRow(
            site_id=1,
            id=f"our-{id}",
            uniqueid=id if uniqueid is None else uniqueid,
            number=self._number(number) if number else None,
            arrived_at=at(start),
            answered_at=at(answer),
            ended_at=at(end),
            answerer=by or None,
            person=by or None,
            missed_why=None if answer else missed,
            recovered=recovered,
        )
        self._add(row)
        return self

    def _number(self, number: str) -> NumberRow:
        row = self._numbers.get(number)
        if row is None:
            customer = CustomerRow(site_id=1, known_since=MORNING_AFTER)
            row = NumberRow(site_id=1, customer=customer, journal="j", key=next(self._keys), number=e164(number))
            self._numbers[number] = self._add(row)
        return row

    def pbx(
        self,
        id: str,  # noqa: A002  (the column)
        start: str,
        number: str = NUMBER,
        answer: str = "",
        end: str = "",
        by: str = "",
        *,
        direction: str = "in",
    ) -> Record:
        if self._source is None:
            self._source = self._add(PbxSourceRow(site_id=1, name="private"))
        self._add(
            PbxRow(
                site_id=1,
                source_id=self._source.id,
                row_key=f"{next(self._keys)}",
                call_id=id,
                direction=direction,
                number=e164(number),
                started_at=at(start),
                answered_at=at(answer),
                ended_at=at(end),
                answered_by=by,
            )
        )
        return self

    def answered(
        self,
        id: str,  # noqa: A002  (the column)
        start: str = "10:00:00",
        by: str = "A",
        number: str = NUMBER,
        end: str = "10:02:00",
    ) -> Record:
        """A call that PBX and router know alike."""
        return self.pbx(id, start, number, start, end, by).call(id, start, number, start, end, by)

    def form(
        self,
        call: str = "",
        taken: str = "",
        filed: str = "10:10:00",
        *,
        by: str = "A",
        kind: str = "purchase",
        slot: str = "",
        **fields: str,
    ) -> int:
        said = {key: value for key, value in {**FIELDS, **fields}.items() if value}
        row = FormRow(
            site_id=1,
            call_id=call or None,
            consultant=by,
            kind=kind,
            taken_at=at(taken),
            filed_at=at(filed),
            slot_name=slot,
            fields=said,
        )
        return int(self._add(row).id)

    def display(self, slot: str, count: int | None) -> Record:
        self._add(DisplayCountRow(site_id=1, day=DAY, slot=slot, count=count, at=self.now, by="刘芳"))
        return self

    # --- runs and what they left -----------------------------------------------------------------------------------

    def night(self, *, read_records: ReadRecords | None = None, pbx: bool = True, site: Site = SITE) -> Night:
        def nothing_new() -> None:
            self.reads.append(self.now)

        return Night(
            database=self.database,
            site=lambda: site,
            read_records=(read_records or nothing_new) if pbx else None,
            clock=lambda: self.now,
            wait_seconds=60,
        )

    def reconcile(self, day: date = DAY, **how: Any) -> list[str]:
        """Run, and tell what is found, as `kind slot person call form` without what is empty."""
        report = self.night(**how).run_day(day, by="nightly")
        return [" ".join(filter(None, (f.kind, f.slot, f.person, f.call, f.form))) for f in report.findings]

    def findings(self, day: date = DAY) -> list[FindingRow]:
        with Session(self.database, expire_on_commit=False) as session:
            rows = session.scalars(select(FindingRow).where(FindingRow.day == day).order_by(FindingRow.id)).all()
            for row in rows:
                _ = row.acts
            return list(rows)

    def states(self, day: date = DAY) -> list[str]:
        """Each finding as `kind state`."""
        return sorted(f"{row.kind} {row.state}" for row in self.findings(day))

    def runs(self) -> list[ReconcileRunRow]:
        with Session(self.database, expire_on_commit=False) as session:
            return list(session.scalars(select(ReconcileRunRow).order_by(ReconcileRunRow.id)))

    # --- the same rows as files ------------------------------------------------------------------------------------

    def export(self, folder: Path) -> None:
        """Write everything as `--files` reads it; calls go by Asterisk's uniqueid."""
        with Session(self.database) as session:
            calls = session.scalars(select(CallRow)).all()
            ids = {call.id: call.uniqueid or call.id for call in calls}
            _write(folder, "slots.csv", [("morning", "09:00", "12:00"), ("noon", "12:00", "14:00")])
            _write(
                folder,
                "pbx.csv",
                [
                    (p.call_id, p.started_at, p.number, p.answered_at, p.ended_at, p.answered_by)
                    for p in session.scalars(select(PbxRow).where(PbxRow.direction == "in"))
                ],
            )
            _write(
                folder,
                "calls.csv",
                [
                    (ids[c.id], c.arrived_at, c.number.number if c.number else "", c.answered_at, c.ended_at, c.person)
                    for c in calls
                    if not c.recovered
                ],
            )
            _write(folder, "forms.csv", [_form_cells(form, ids) for form in session.scalars(select(FormRow))])
            displays = session.scalars(select(DisplayCountRow).order_by(DisplayCountRow.id)).all()
            newest = {row.slot: row.count for row in displays if row.day == DAY}
            _write(folder, "display.csv", list(newest.items()))


def _form_cells(form: FormRow, ids: dict[str, str]) -> tuple[object, ...]:
    said = form.fields
    return (
        *(form.id, ids.get(form.call_id or "", form.call_id), said.get("number"), form.consultant),
        *(form.taken_at, form.filed_at, form.slot_name, form.kind),
        *(said.get(name) for name in ("name", "media", "intent", "appointment")),
    )


def _write(folder: Path, name: str, rows: Iterable[tuple[object, ...]]) -> None:
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS[name])
        for row in rows:
            writer.writerow([_cell(value) for value in row])


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


def random_days(record: Record, seed: int, calls: int = 60) -> None:
    """Three days full of coincidences, most of it on the middle one: few numbers, few people, close in time."""
    chance = Random(seed)
    numbers = [f"1390000000{n}" for n in range(6)] + ["13900000110", ""]
    for n in range(calls):
        day = chance.choice(("-1 ", "", "", "", "", "+1 "))
        start, answer, end = sorted(f"{day}{_clock(chance)}" for _ in range(3))
        number, who = chance.choice(numbers), chance.choice("ABC")
        answer = answer if chance.random() < 0.8 else ""
        if chance.random() < 0.9:
            record.call(f"u{n}", start, number, answer, end, who if answer else "", recovered=chance.random() < 0.1)
        if chance.random() < 0.9:
            other = chance.random() < 0.1
            record.pbx(f"u{n}x" if other else f"u{n}", start, number, answer, end, who)
        for _ in range(chance.choice((0, 1, 1, 1, 2))):
            named = chance.choice((f"our-u{n}", f"our-u{n}", f"u{n}", "", "", "nobody"))
            taken = chance.choice((start, end, "", f"{day}{_clock(chance)}"))
            wrote = chance.choice((number or NUMBER, chance.choice(numbers)))
            record.form(
                named, taken, end, by=chance.choice((who, who, "D")), number=wrote, name=chance.choice(("张总", "")),
                slot=chance.choice(("", "", "morning", "closed")), kind=chance.choice(("purchase", "other")),
            )  # fmt: skip
    record.display("morning", chance.randrange(40)).display("noon", 3).display("noon", chance.choice((None, 7)))


def _clock(chance: Random) -> str:
    """Around midnight, or late in the morning."""
    return f"{chance.choice((0, 10, 11, 12, 23)):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"
