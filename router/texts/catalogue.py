"""The catalogue as gettext reads it. May live here: compiling the `.po` file, once a version of it, and loading that.

Compiling takes a third of a second, so what came of it is kept beside the installation, under the file's own sum; where
that can't be written, each process compiles for itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import sys
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

CHINESE = "zh_Hans_CN"
DOMAIN = "messages"
PO = Path(__file__).parent / CHINESE / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def translations(language: str) -> NullTranslations:
    """What gettext knows of a language; English is what stands in the code."""
    return GNUTranslations(io.BytesIO(compiled())) if language == "zh" else NullTranslations()


@cache
def compiled() -> bytes:
    """The Chinese catalogue as `.mo`."""
    source = PO.read_bytes()
    kept = Path(sys.prefix) / "share" / "hotline-texts" / f"{hashlib.sha256(source).hexdigest()[:24]}.mo"
    with contextlib.suppress(OSError):
        return kept.read_bytes()
    made = _compile(source)
    with contextlib.suppress(OSError):  # an installation that we may not write to
        _keep(made, kept)
    return made


def _compile(source: bytes) -> bytes:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    target = io.BytesIO()
    write_mo(target, read_po(io.BytesIO(source), locale=CHINESE, abort_invalid=True))
    return target.getvalue()


def _keep(made: bytes, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(f".{os.getpid()}")  # two processes may come first at once
    draft.write_bytes(made)
    draft.replace(kept)
    for old in kept.parent.glob("*.mo"):
        if old != kept:
            old.unlink(missing_ok=True)
