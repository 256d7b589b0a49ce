"""What a notice says, in both languages, for pages, chat robots and mail. May live here: these sentences.

Details are names and masked numbers, made when the notice was; they are put in as they are, so a page must escape them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from router.texts import Language, Message, _, _p

WORDS: Mapping[str, tuple[Message, Message]] = MappingProxyType(
    {
        "substituted": (
            _("Somebody else has your customer"),
            _("%(substitute)s has your customer %(number)s: call back soon."),
        ),
        "missed": (_("Missed call"), _("%(number)s was not answered%(why)s; to call back: %(callback)s")),
        "nobody_on_duty": (_p("notice", "Nobody can be rung"), _("%(slot)s: nobody can answer a call.")),
        "long_wait": (_("A caller waits"), _("%(number)s has waited for %(seconds)s seconds.")),
        "router_blind": (_("The router sees no calls"), _("%(what)s does not answer; calls ring the fallback list.")),
        "disk_low": (
            _("The disk is nearly full"),
            _("%(free)s MB are left where calls are recorded: make room, or nothing can be recorded."),
        ),
        "clock_stepped": (
            _("The clock was set"),
            _("This machine's clock jumped by %(seconds)s s: check its time and NTP; today's times may be wrong."),
        ),
        "record_behind": (
            _("The record stands still"),
            _("What happens does not get into the database%(why)s: calls go on, the pages miss them. hotline doctor."),
        ),
        "journal_failing": (
            _("The journal can't be written"),
            _("%(error)s: the router can't go on without it, calls ring the fallback list. Make room on the disk."),
        ),
        "fallback_stale": (
            _("The fallback list is old"),
            _("Asterisk does not take whom to ring while the router is away: hotline doctor --only calls."),
        ),
        "lapses_soon": (_("A customer lapses soon"), _("%(customer)s %(number)s is yours until %(until)s: follow up.")),
    }
)
WHY: Mapping[str, Message] = MappingProxyType(
    {
        "abandoned": _(" (the caller gave up)"),
        "no_answer": _(" (no answer)"),
        "max_wait": _(" (waited too long)"),
        "closed": _(" (closed)"),
        "database": _(" (it does not answer)"),
        "restored": _(" (journal.db was put back from a backup)"),
    }
)
PARTS: Mapping[str, Message] = MappingProxyType({"router": _("The router"), "pbx": _("The PBX")})
NOBODY, WITHHELD = _p("notice", "nobody yet"), _("a withheld number")


def notice_words(what: str, details: Mapping[str, Any], language: Language) -> tuple[str, str]:
    """Title and text of a notice in `zh` or `en`.

    >>> notice_words("long_wait", {"number": "138****5678", "seconds": "31"}, "en")
    ('A caller waits', '138****5678 has waited for 31 seconds.')
    """
    title, text = WORDS[what]
    values = {
        "number": details.get("number") or WITHHELD,
        "substitute": details.get("substitute", ""),
        "callback": details.get("callback") or NOBODY,
        "customer": details.get("customer", ""),
        "until": details.get("until", ""),
        "slot": details.get("slot", ""),
        "seconds": details.get("seconds", ""),
        "free": details.get("free", ""),
        "error": details.get("error", ""),
        "what": PARTS.get(str(details.get("what")), ""),
        "why": WHY.get(str(details.get("why")), ""),
    }
    return title.render(language), text.fill(**values).render(language)
