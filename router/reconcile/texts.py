"""What reconciliation says to people. May live here: texts only; whoever says them fills in the values."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from router.texts import Message, _, _p

# problem of a row or file -> what is wrong and its cure
PROBLEMS: Mapping[str, Message] = MappingProxyType(
    {
        "no-file": _("there is no such file; put it there, with at least its header line"),
        "unreadable-file": _("the file can't be read (%(value)s); check its rights, and that it is a CSV file"),
        "no-column": _("the header lacks the column %(column)s; add it to the header line"),
        "column-twice": _("the header has the column %(column)s twice; keep one of them"),
        "not-utf8": _("%(column)s is %(value)s, which is not UTF-8; save the file as UTF-8"),
        "open-quote": _("a quotation mark is never closed, from %(value)s on; close it or take it out"),
        "bad-time": _(
            "%(column)s is %(value)s, which is no time with an offset; write it like 2026-12-01T09:30:00+08:00"
        ),
        "no-start": _("%(column)s is %(value)s, and a call needs its start; write it like 2026-12-01T09:30:00+08:00"),
        "unknown-slot": _(
            "%(column)s is %(value)s, which is no slot of slots.csv; use one of those or closed, or leave it empty"
        ),
        "unknown-kind": _(
            "%(column)s is %(value)s, which is no kind of form; write purchase, other or message, or leave it empty"
        ),
        "id-twice": _(
            "%(column)s is %(value)s, which an earlier row has already; correct the id, or take out one of the rows"
        ),
        "bad-count": _(
            "%(column)s is %(value)s, which is no whole number from 0 up; write the display's count, or leave it empty"
        ),
        "bad-slot-time": _(
            "%(column)s is %(value)s, which is no time of day; write it like 09:00, at the latest 24:00"
        ),
        "slot-ends-early": _(
            "%(column)s is %(value)s, which is not after the start; a slot does not cross midnight, make it two"
        ),
        "bad-slot-name": _(
            "%(column)s is %(value)s, which can't name a slot; give it another name (closed means outside all slots)"
        ),
        "slot-twice": _(
            "%(column)s is %(value)s, which an earlier row has already; rename it, or take out one of the rows"
        ),
        "slots-overlap": _(
            "%(column)s is %(value)s, which overlaps an earlier slot; change the times, slots do not overlap"
        ),
    }
)

# R25 -> the word for it
KINDS: Mapping[str, Message] = MappingProxyType(
    {
        "missing_form": _("Missing"),
        "late_form": _p("finding", "Late"),
        "padded_form": _("Padded"),
        "duplicate_form": _("Duplicate"),
        "incomplete_form": _("Incomplete"),
        "wrong_number": _("Wrong number"),
        "wrong_consultant": _("Wrong person"),
        "wrong_slot": _("Wrong slot"),
        "unlogged_call": _("Unlogged"),
        "ghost_call": _("Ghost"),
        "display_mismatch": _("Display differs"),
        "missed_call": _("Missed"),
    }
)

# words of the printed report
REPORT: Mapping[str, Message] = MappingProxyType(
    {
        "title": _("Reconciliation of %(date)s"),
        "slot": _("Slot"),
        "pbx": _("PBX"),
        "display": _("Display"),
        "router": _("Router"),
        "answered": _p("of a report", "Answered"),
        "missed": _("Missed"),
        "forms": _("Forms"),
        "valid_forms": _("Valid forms"),
        "finding": _("Finding"),
        "person": _("Consultant"),
        "call": _("Call"),
        "form": _("Form"),
        "closed": _("Outside slots"),
        "findings": _("Findings: %(count)s"),
        "nothing": _("Nothing to confirm"),
        "left-out": _("Rows left out, as they can't be read: %(count)s"),
    }
)
