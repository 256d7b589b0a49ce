"""Dates and times, as Excel, WPS, other programs and people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.reading.moments import MomentError, local_text, read_day, read_moment

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026/9/5", "2026-09-05"),
        ("2026-09-05", "2026-09-05"),
        ("2026.11.05", "2026-11-05"),
        ("2026年11月5日", "2026-11-05"),
        ("２０２６／９／５", "2026-09-05"),
        ("20261105", "2026-11-05"),
        ("2026年11月5日 星期四", "2026-11-05"),
        ("2026/11/24 9:05", "2026-11-24T09:05"),
        ("2026-11-24T09:05:07", "2026-11-24T09:05:07"),
        ("2026年11月5日下午3:05", "2026-11-05T15:05"),
        ("2026年11月5日 下午3时5分", "2026-11-05T15:05"),
        ("2026/11/5 上午 12:05", "2026-11-05T00:05"),
        ("2026/11/5 下午 12:05", "2026-11-05T12:05"),
        ("2026/11/5 3:05 PM", "2026-11-05T15:05"),
        ("2026/11/5 15:05：06", "2026-11-05T15:05:06"),
        ("2026-11-05 晚上8点半", "2026-11-05T20:30"),
        ("2026-11-05 中午1:05", "2026-11-05T13:05"),
        ("20261105090507", "2026-11-05T09:05:07"),
        ("2026-11-24T01:05:00Z", "2026-11-24T09:05"),
        ("2026-11-24 02:05+01:00", "2026-11-24T09:05"),
    ],
)
def test_a_year_in_front_is_read_however_it_goes_on(text: str, said: str) -> None:
    assert local_text(read_moment(text, ZONE), ZONE) == said
    assert read_day(text) == date.fromisoformat(said[:10]) or text.endswith("Z") or "+" in text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("11/12/2026", "ambiguous-date"),
        ("24.11.2026 9:05", "ambiguous-date"),
        ("26-11-24", "ambiguous-date"),
        ("11月5日", "ambiguous-date"),
        ("2026-11-05 晚上12点", "ambiguous-date"),
        ("46350", "day-number"),
        ("46350.378", "day-number"),
        ("2026-13-01", "not-a-time"),
        ("2026-02-30", "not-a-time"),
        ("2026-11-24 24:00", "not-a-time"),
        ("2026-11-24 9:75", "not-a-time"),
        ("0001-01-01", "not-a-time"),
        ("9999-12-31", "not-a-time"),
        ("昨天", "not-a-time"),
        ("", "not-a-time"),
        ("2026-11", "not-a-time"),
    ],
)
def test_what_may_be_two_things_or_none_is_refused(text: str, fault: str) -> None:
    with pytest.raises(MomentError) as refused:
        read_moment(text, ZONE)
    assert refused.value.fault == fault


moments = st.datetimes(datetime(1971, 1, 1), datetime(2099, 12, 31))  # noqa: DTZ001  (made aware below)


@given(at=moments, pattern=st.sampled_from(("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %I:%M:%S %p", "%Y年%m月%d日 %H时%M分%S秒")))
@settings(max_examples=200, deadline=None)
def test_every_moment_is_read_back_to_the_second(at: datetime, pattern: str) -> None:
    assert read_moment(at.strftime(pattern), UTC).at == at.replace(microsecond=0, tzinfo=UTC)


@given(at=moments, minutes=st.integers(-14 * 60, 14 * 60))
@settings(max_examples=100, deadline=None)
def test_what_iso_says_is_read(at: datetime, minutes: int) -> None:
    aware = at.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read_moment(aware.isoformat(), ZONE).at == aware


@given(text=st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_no_text_does_worse_than_be_refused(text: str) -> None:
    try:
        moment = read_moment(text, ZONE)
    except MomentError:
        return
    assert 1970 <= moment.at.year <= 2100
    assert local_text(moment, ZONE)
