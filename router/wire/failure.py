"""Why the engine could not write its journal: a file, since the engine that would say it has ended.

Its place on the disk is taken while all is well: on a full one nothing could be written any more. May live here: that
file, written by the engine and read by who watches over it.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

LENGTH = 512  # bytes
LASTS_SECONDS = 300.0  # an engine that can't write is started again within a minute or so, and says so anew


def keep_room(path: Path) -> None:
    """Take the place for a failure to come; one that stands there stays."""
    with contextlib.suppress(OSError):
        if not path.exists():
            path.write_bytes(b" " * LENGTH)
            os.utime(path, (0, 0))


def put_failure(path: Path, why: str) -> None:
    """Say why; as well as the disk lets us."""
    text = why.encode()[: LENGTH - 1].decode(errors="ignore").encode()
    with contextlib.suppress(OSError), path.open("r+b" if path.exists() else "wb") as file:
        file.write(text.ljust(LENGTH))


def failure_on_record(path: Path | None) -> str | None:
    """What was said within the last minutes; None: nothing."""
    if path is None:
        return None
    try:
        is_old = time.time() - path.stat().st_mtime > LASTS_SECONDS
        return None if is_old else path.read_bytes().decode(errors="replace").strip() or None
    except OSError:
        return None
