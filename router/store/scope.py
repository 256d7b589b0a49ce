"""What nearly every question is narrowed by: the site, its day, a moment. May live here: these three.

A day is the site's: from midnight to midnight in its zone, also when it has 23 or 25 hours.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from router.core.words import Millis

SITE_ID = 1


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The day's first moment and the next day's, in UTC."""
    first = datetime.combine(day, time.min, zone).astimezone(UTC)
    return first, datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at_ms: Millis) -> datetime:
    """A desk's moment as UTC; exact, also before 1970."""
    return EPOCH + timedelta(milliseconds=at_ms)
