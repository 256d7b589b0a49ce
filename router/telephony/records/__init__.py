"""Asterisk's own records, read as an independent count of the hotline's calls (R23, R24): docs/records.md.

reading = read_records(database, site, asterisk_folder)      # nightly, or at any time
calls = calls_of(rows)                                       # rows of `pbx_row` -> R24's PBX calls
"""

from __future__ import annotations

from router.reconcile.join import PbxCall
from router.telephony.records.calls import RecordedCall, calls_of, recorded_call, recorded_calls
from router.telephony.records.reading import RecordsRead, leave_out, read_records
from router.telephony.records.recover import Recovery, recover_missed

__all__ = [
    "PbxCall",
    "RecordedCall",
    "RecordsRead",
    "Recovery",
    "calls_of",
    "leave_out",
    "read_records",
    "recorded_call",
    "recorded_calls",
    "recover_missed",
]
