"""What the private Asterisk writes: log/cdr-custom/hotline.csv, a line a leg; log/cel-custom/hotline.csv, an event.

May live here: their columns, in the order of config/asterisk/cdr_custom.conf and cel_custom.conf.
Times are seconds since 1970 with six decimals, `0.000000` for "never".
"""

from __future__ import annotations

from datetime import UTC
from typing import Final

from router.telephony.records.columns import NAMES, Columns

CDR_COLUMNS: Final = (
    "uniqueid",
    "linkedid",
    "channel",
    "dstchannel",
    "src",
    "dst",
    "dcontext",
    "start",
    "answer",
    "end",
    "disposition",
    "lastapp",
    "lastdata",
    "sequence",
)

CEL_COLUMNS: Final = (
    "eventtype",
    "eventtime",
    "uniqueid",
    "linkedid",
    "channame",
    "cid_num",
    "exten",
    "context",
    "appname",
    "peer",
    "extra",
)

CDR: Final = Columns(
    at={name: CDR_COLUMNS.index(name) for name in NAMES if name in CDR_COLUMNS}, zone=UTC, width=len(CDR_COLUMNS)
)
