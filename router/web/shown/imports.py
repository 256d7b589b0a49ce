"""What the pages that take files share. May live here: holding a file against its preview, words for faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from flask import flash, request
from flask_babel import gettext as _

from router.exchange.faults import FAULT
from router.masking import mask, mask_within
from router.web.language import shown_language


def is_as_shown(code: str) -> bool:
    """Whether what is to be taken is what the preview showed; said to the person where it is not."""
    if request.form.get("as_shown", code) == code:
        return True
    flash(_("The file, or what is on record, has changed since: this is what it would do now."), "error")
    return False


def fault_of_file(fault: str) -> str:
    """What is wrong with a row and what mends it, in the page's language."""
    return FAULT[fault].render(shown_language()) if fault in FAULT else fault


ON_PREVIEWS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"fault": fault_of_file, "mask": mask, "mask_within": mask_within}
)
"""What the templates of previews call."""
