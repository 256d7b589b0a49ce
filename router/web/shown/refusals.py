"""Why an act is refused, in the page's language. May live here: the engine's words and ours for them.

The desk speaks English, since its words stand in logs and the journal; what is not known here is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

WORDS: Mapping[str, LazyString] = MappingProxyType(
    {
        r"no turn to take away": _("There is no turn to take away: none is due and none is owed (R8)."),
        r"named twice": _("Somebody would stand twice at one time; each is on one sheet only (R1)."),
        r"no slot is running": _("No slot is running, so there is no sheet."),
        r"is on no sheet|is not on the": _("This person is on no sheet that runs."),
        r"has changed since": _("The sheet has changed since you saw it."),
        r"nobody has the id|unknown person": _("There is no such person."),
        r"unknown presence": _("There is no such presence."),
        r"is no time of day": _("Not a time of day; write it as 14:00."),
        r"is over already": _("That time is over already; name a later time of today, or none."),
        r"does not talk on call": _("You are not on that call."),
    }
)


def in_words(refusal: str) -> str:
    """The refusal as people read it; "" stays ""."""
    return next((str(words) for known, words in WORDS.items() if re.search(known, refusal)), refusal)
