"""Master.csv, which `cdr_csv` writes without titles. May live here: what stands in its lines, each by itself.

cdr.conf turns columns on at any time, and later lines have them from then on: so each line is read by its own number
of fields. A line without a unique id names no channel; it is left out, and said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from typing import Any, Final

from router.telephony.records.columns import NAMES, Columns
from router.telephony.records.errors import NoUniqueIdError
from router.telephony.records.recorded_legs import RecordedLeg
from router.texts import _

ALWAYS: Final = (
    "accountcode",
    "src",
    "dst",
    "dcontext",
    "clid",
    "channel",
    "dstchannel",
    "lastapp",
    "lastdata",
    "start",
    "answer",
    "end",
    "duration",
    "billsec",
    "disposition",
    "amaflags",
)

NEW: Final = ("peeraccount", "linkedid", "sequence")
"""What `newcdrcolumns` adds, last."""

FURTHER: Final[Mapping[int, tuple[tuple[str, ...], ...]]] = {
    0: ((),),
    1: (("uniqueid",), ("userfield",)),
    2: (("uniqueid", "userfield"),),
    3: (NEW,),
    4: (("uniqueid", *NEW), ("userfield", *NEW)),
    5: (("uniqueid", "userfield", *NEW),),
}
"""Columns behind those -> what they can be, by `loguniqueid`, `loguserfield` and `newcdrcolumns`."""

CURE: Final = _("set loguniqueid = yes in [csv] of cdr.conf, or name the columns in [reconcile.columns]")
_UNIQUEID: Final = re.compile(r"(?:.+-)?\d{9,11}\.\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterLines:
    """The lines of a Master.csv, whose columns may change from one to the next."""

    zone: tzinfo
    has_header: bool = False
    delimiter: str = ","

    def fits(self, fields: Sequence[str]) -> bool:
        """Whether fields can be a line: as many as may be, with a start that is a time."""
        columns = _columns(tuple(fields), self.zone)
        return columns is not None and columns.fits(fields)

    def leg(self, fields: Sequence[Any]) -> RecordedLeg:
        """The leg of a line. Raises `ValueError` for what is none, `NoUniqueIdError` for one without an id."""
        columns = _columns(tuple(fields), self.zone)
        if columns is None:
            raise ValueError(f"a line of {len(fields)} columns is none of Master.csv")
        if "uniqueid" not in columns.at:
            raise NoUniqueIdError(_("a line without a unique id"), cure=CURE)
        return columns.leg(fields)


def _columns(fields: tuple[str, ...], zone: tzinfo) -> Columns | None:
    """What the fields of a line are; None for a number of them that no settings make."""
    for further in FURTHER.get(len(fields) - len(ALWAYS), ()):
        if further[:1] != ("uniqueid",) or _UNIQUEID.fullmatch(fields[len(ALWAYS)]):
            return _named((*ALWAYS, *further), zone)
    return None


@cache
def _named(names: tuple[str, ...], zone: tzinfo) -> Columns:
    at = {field: names.index(name) for field, (name, *_) in NAMES.items() if name in names}
    return Columns(at=at, zone=zone, width=len(names))
