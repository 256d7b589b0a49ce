"""Pictures of a day: calls by hour and by media, answered and missed by slot. May live here: drawing, no rules.

One picture serves page, print and PDF. `Figure` is used by itself: pyplot keeps state that threads would share.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from router.exchange.drawing import drawing
from router.exchange.forms_out import TableTerms
from router.store.tables.calls import CallRow
from router.texts import _, _p

ANSWERED, MISSED = "#1a6f37", "#b3261e"  # the pages' tones for ok and bad; told apart by hatching in print


def day_picture(calls: Sequence[CallRow], media: Mapping[str, str], terms: TableTerms) -> bytes:
    """An SVG of the day's calls; its text stays text, in the reader's fonts."""
    with drawing():
        return _drawn(calls, media, terms)


def _drawn(calls: Sequence[CallRow], media: Mapping[str, str], terms: TableTerms) -> bytes:
    figure = Figure(figsize=(11, 3.2), layout="constrained")
    hours, slots, sources = figure.subplots(1, 3, width_ratios=(3, 2, 2))
    _stacked(hours, *_by_hour(calls, terms.zone))
    hours.legend([terms.word(_("answered")), terms.word(_p("in a picture", "missed"))], frameon=False)
    hours.set_title(terms.word(_("Calls by hour")))
    _stacked(slots, *_counted(calls, lambda call: call.slot_name or terms.word(_p("in a picture", "closed"))))
    slots.set_title(terms.word(_("Answered and missed by slot")))
    _stacked(sources, *_counted(calls, lambda call: media.get(call.hotline) or call.hotline or "—"))
    sources.set_title(terms.word(_("By media")))
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()


def _by_hour(calls: Sequence[CallRow], zone: ZoneInfo) -> tuple[list[str], list[int], list[int]]:
    hours = [str(hour) for hour in range(24)]
    _, answered, missed = _counted(calls, lambda call: str(call.arrived_at.astimezone(zone).hour), hours)
    return hours, answered, missed


def _counted(
    calls: Sequence[CallRow], key: Callable[[CallRow], str], keys: Sequence[str] = ()
) -> tuple[list[str], list[int], list[int]]:
    """Names, how many were answered, how many were not; a call that goes on is neither."""
    answered = Counter(key(call) for call in calls if call.answered_at)
    missed = Counter(key(call) for call in calls if call.is_missed and not call.answered_at)
    names = list(keys) or list(dict.fromkeys(key(call) for call in calls))
    return names, [answered[name] for name in names], [missed[name] for name in names]


def _stacked(axes: Axes, names: list[str], answered: list[int], missed: list[int]) -> None:
    places = range(len(names))
    axes.bar(places, answered, color=ANSWERED)
    axes.bar(places, missed, bottom=answered, color=MISSED, hatch="///", edgecolor="white")
    axes.set_xticks(list(places)[:: 3 if len(names) > 12 else 1], names[:: 3 if len(names) > 12 else 1])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
