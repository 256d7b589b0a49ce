"""The private Asterisk's files of legs and events, kept from growing for ever. May live here: that.

Asterisk opens them anew for each line, so a file may be renamed at any time; its rest is read on from the renamed one.
What was read stands in the database; the files are kept for a while to look a thing up.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from router.telephony.private.instance import CDR_FILE, CEL_FILE
from router.telephony.records.tail import rotated

MOST_BYTES: Final = 20 * 1024 * 1024
KEPT: Final = timedelta(days=93)


def rotate_files(asterisk: Path, now: datetime, *, most_bytes: int = MOST_BYTES) -> None:
    """Rename what has grown large, and delete what was renamed long ago. Call it after a reading."""
    for name in (CDR_FILE, CEL_FILE):
        path = asterisk / name
        if not path.exists():
            continue
        for old in rotated(path):
            if old.is_file() and old.stat().st_mtime < (now - KEPT).timestamp():
                old.unlink()
        there = path.with_name(f"{path.name}-{now:%Y%m%d}")
        if path.stat().st_size > most_bytes and not there.exists():
            path.rename(there)
            path.touch(mode=0o600)  # there before the next line: a file that is missing counts as a loss
