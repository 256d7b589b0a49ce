"""Random days, small and full of coincidences: compared with the plain reading, and with what must always hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from router.reconcile.findings import Report, reconcile
from router.reconcile.join import join
from router.reconcile.match import match
from router.reconcile.rows import DaySlot, FormRecord, Judging, PbxRecord, RouterRecord, Sources
from tests.reconcile import oracle

_Row = TypeVar("_Row", PbxRecord, RouterRecord)

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 5, 14)
NOON = datetime(2026, 5, 14, 12, tzinfo=ZONE).astimezone(UTC)
SLOTS = (
    DaySlot(name="morning", start_minute=0, end_minute=12 * 60),
    DaySlot(name="noon", start_minute=12 * 60, end_minute=12 * 60 + 30),
)
NUMBERS = ("", "1", "+8613900000001", "+8613900000010", "+8613900000111", "+86139000001")
PEOPLE = ("", "A", "B")

# Moments that lie on both sides of each limit: 30 s, 5, 30 and 60 min, a slot's edge, midnight far off
OFFSETS = (0, 1, 15, 29, 30, 31, 60, 270, 299, 300, 301, 330, 600, 1800, 1801, 3599, 3600, 3601, 3630, 43_200, -43_201)
moments = st.sampled_from(OFFSETS).map(lambda seconds: NOON + timedelta(seconds=seconds))
maybe = moments | st.none()
numbers = st.sampled_from(NUMBERS)
people = st.sampled_from(PEOPLE)

pbx_rows = st.builds(
    PbxRecord,
    row=st.just(""),
    call_id=st.sampled_from(("", "p1", "p2", "c1", "c2")),
    number=numbers,
    started_at=moments,
    answered_at=maybe,
    ended_at=maybe,
    answered_by=people,
)
router_rows = st.builds(
    RouterRecord,
    row=st.just(""),
    call_id=st.sampled_from(("", "c1", "c2", "c3", "p1")),
    number=numbers,
    arrived_at=moments,
    answered_at=maybe,
    ended_at=maybe,
    consultant=people,
)
forms = st.builds(
    FormRecord,
    form_id=st.just(""),
    call_id=st.sampled_from(("", "", "", "c1", "c2", "p1", "p2", "x9")),
    numbers=st.lists(numbers.filter(bool), max_size=2, unique=True).map(tuple),
    consultant=people,
    taken_at=maybe,
    filed_at=maybe,
    slot=st.sampled_from(("", "", "morning", "noon", "closed")),
    kind=st.sampled_from(("", "purchase", "other", "message")),
    lacks=st.sampled_from(((), ("media",))),
)


def once(rows: Iterable[_Row], *keys: Callable[[_Row], object]) -> tuple[_Row, ...]:
    """Leave out rows that files do not allow, or whose order the text leaves open."""
    kept: list[_Row] = []
    for row in rows:
        if not any(key(row) is not None and key(row) == key(earlier) for key in keys for earlier in kept):
            kept.append(row)
    return tuple(kept)


@st.composite
def days(draw: st.DrawFn) -> Sources:
    """PBX rows of one call have times of their own; the router's ids come once."""
    pbx = [replace(row, row=f"pbx.csv:{i}") for i, row in enumerate(draw(st.lists(pbx_rows, max_size=6)))]
    calls = [replace(row, row=f"calls.csv:{i}") for i, row in enumerate(draw(st.lists(router_rows, max_size=6)))]
    return Sources(
        slots=SLOTS,
        pbx=once(
            pbx,
            lambda row: (row.call_id, row.started_at) if row.call_id else None,
            lambda row: (row.call_id, row.answered_at) if row.call_id and row.answered_at else None,
        ),
        calls=once(calls, lambda row: row.call_id or None),
        forms=tuple(replace(row, form_id=f"f{i}") for i, row in enumerate(draw(st.lists(forms, max_size=8)))),
        displays=draw(st.dictionaries(st.sampled_from(("morning", "noon", "closed")), st.integers(0, 3), max_size=2)),
    )


terms = moments.map(lambda now: Judging(day=DAY, zone=ZONE, now=now)) | st.just(
    Judging(day=DAY, zone=ZONE, now=NOON + timedelta(days=2))
)


def found(report: Report) -> list[oracle.FindingTuple]:
    return sorted((f.kind, f.slot, f.person, f.call, f.form) for f in report.findings)


@settings(max_examples=300, deadline=None)
@given(days(), terms)
def test_a_day_is_found_as_the_plain_reading_finds_it(sources: Sources, terms: Judging) -> None:
    assert found(reconcile(sources, terms)) == oracle.findings(sources, terms)


@settings(max_examples=100, deadline=None)
@given(days(), terms, st.integers(0, 2**32))
def test_neither_a_second_run_nor_the_order_of_rows_changes_a_finding(
    sources: Sources, terms: Judging, seed: int
) -> None:
    dice = Random(seed)
    shuffled = replace(
        sources,
        pbx=tuple(dice.sample(sources.pbx, len(sources.pbx))),
        calls=tuple(dice.sample(sources.calls, len(sources.calls))),
        forms=tuple(dice.sample(sources.forms, len(sources.forms))),
    )
    assert reconcile(sources, terms) == reconcile(sources, terms) == reconcile(shuffled, terms)


@settings(max_examples=100, deadline=None)
@given(days())
def test_each_form_has_one_call_at_most_and_each_call_one_form_of_its_own(sources: Sources) -> None:
    calls = join(sources.pbx, sources.calls)
    matching = match(calls, sources.forms)
    assert not matching.own.keys() & matching.duplicate.keys()
    assert len(set(matching.own.values())) == len(matching.own)
    assert matching.filled == set(matching.own.values())
    assert all(calls[call].answered for call in (*matching.own.values(), *matching.duplicate.values()))
    assert set(matching.duplicate.values()) <= matching.filled


@settings(max_examples=100, deadline=None)
@given(days(), terms)
def test_each_answered_call_has_a_form_or_a_finding_or_time_left(sources: Sources, terms: Judging) -> None:
    report = reconcile(sources, terms)
    seen = [form for form in sources.forms if form.filed_at is None or form.filed_at <= terms.now]
    calls = join(sources.pbx, sources.calls)
    filled = match(calls, seen).filled
    missing = {finding.call for finding in report.findings if finding.kind == "missing_form"}
    for index, call in enumerate(calls):
        if call.answered and call.arrived_at.astimezone(ZONE).date() == DAY:
            in_time = call.ended_at is None or terms.now - call.ended_at <= timedelta(minutes=30)
            assert (index in filled) + in_time + (call.id in missing) >= 1
            assert (call.id in missing) == (index not in filled and not in_time)
    for count in report.slots:
        assert count.valid_forms <= count.forms


@settings(max_examples=100, deadline=None)
@given(days(), terms)
def test_every_finding_is_there_once_and_its_slot_is_counted(sources: Sources, terms: Judging) -> None:
    report = reconcile(sources, terms)
    assert len(set(report.findings)) == len(report.findings)
    assert {finding.slot for finding in report.findings} <= {count.slot for count in report.slots}
    assert [count.slot for count in report.slots][:2] == ["morning", "noon"]
