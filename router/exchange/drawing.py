"""Drawing with matplotlib, one picture at a time. May live here: the settings that all pictures share, and the lock.

Matplotlib's settings and Python's warning filters are the whole process's, and pages are drawn by many threads. Text
stays text in an SVG, so the reader's own fonts show Chinese names even where the server has none.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

FONTS = ("Noto Sans CJK SC", "WenQuanYi Micro Hei", "Microsoft YaHei", "PingFang SC", "DejaVu Sans")
_LOCK = threading.Lock()


@contextmanager
def drawing() -> Iterator[None]:
    """Make and save a figure within this. Imports matplotlib on first use, which takes 2 s."""
    import matplotlib as mpl

    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # glyphs that the server's fonts lack are the reader's to show
        # a salt: the same day gives the same picture
        with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "hotline", "font.family": _fonts()}):
            yield


def _fonts() -> list[str]:
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    return [font for font in FONTS if font in known]
