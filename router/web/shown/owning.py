"""Whose customers, and for how long, as several pages say it. May live here: that, no queries."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _

from router.masking import mask
from router.store.customers.queries import CustomerLine, Terms
from router.texts import Listing
from router.web import shared
from router.web.language import shown_language


def terms() -> Terms:
    """What ownership lives by at this site (R16.2)."""
    known = shared.settings()
    return Terms(now=shared.now(), lapse=timedelta(days=known.lapse_days), people=frozenset(known.working))


def left_in_words(left: timedelta | None) -> str:
    """How long an ownership lives still: days, on the last one hours."""
    if left is None:
        return "—"
    if left < timedelta(days=1):
        hours = int(left.total_seconds() // 3600)
        return str(_("%(n)s h left", n=hours))
    return str(_("%(n)s d left", n=left.days))


def masked(line: CustomerLine) -> str:
    """A customer's numbers, masked."""
    return Listing(mask(number.number or "") for number in line.numbers).render(shown_language())
