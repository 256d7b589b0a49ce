"""The language of the page at hand. May live here: that one question, for texts that are not translated by gettext."""

from __future__ import annotations

from flask_babel import get_locale


def shown_language() -> str:
    """`zh` or `en`."""
    return "zh" if str(get_locale()).startswith("zh") else "en"
