"""How long something took, in words. May live here: that."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _


def how_long(time: timedelta) -> str:
    """A span in minutes, from an hour on in hours, from two days on in days."""
    hours = int(time.total_seconds() // 3600)
    if hours < 1:
        return str(_("%(n)s min", n=max(0, int(time.total_seconds() // 60))))
    return str(_("%(n)s h", n=hours) if hours < 48 else _("%(n)s days", n=hours // 24))
