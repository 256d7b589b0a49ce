"""What a phone shows of a call: who rings and why (R12, R13). May live here: words for displays, and their cleaning."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from router.core.words import Stage
from router.texts import Language, Message, _

LIMIT = 40  # characters; a desk phone shows about half

WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "owner": _("Returning %(owner)s"),
        "substitute": _("For %(owner)s"),
        "everyone": _("Anyone"),
        "everyone-owned": _("Anyone, for %(owner)s"),
        "hand-over": _("From %(giver)s"),
        "back": _("Back"),
        "withheld": _("Withheld"),
    }
)


def clean(text: str) -> str:
    """Letters, digits, spaces and a few marks of any script: nothing that AMI, SIP or a dialplan takes as theirs."""
    return re.sub(r"[^\w .·（）+-]", "", text.replace("\t", " "))[:LIMIT].strip()


def stage_words(language: Language, stage: Stage, owner: str) -> str:
    """The stage in words; "" for a call in turn, which needs none."""
    if stage is Stage.ROTATION:
        return ""
    if stage is Stage.EVERYONE and owner:
        return WORDS["everyone-owned"].fill(owner=owner).render(language)
    return WORDS[stage.value].fill(owner=owner).render(language)


def caller_id(language: Language, number: str, words: str, name: str) -> str:
    """The CallerID of an Originate, `"words name" <number>`."""
    digits = _digits(number)
    shown = clean(" ".join(part for part in (words, name) if part))
    if not shown and not digits:
        shown = WORDS["withheld"].render(language)
    return f'"{shown}" <{digits}>'


def caller_id_outside(language: Language, number: str, words: str, name: str, *, hotline: str) -> str:
    """The same for a phone behind a trunk: a carrier takes no number but our own, so the customer is in the name."""
    customer = _digits(number) or WORDS["withheld"].render(language)
    shown = clean(" ".join(part for part in (customer, words, name) if part))
    return f'"{shown}" <{_digits(hotline)}>'


def _digits(number: str) -> str:
    return re.sub(r"[^0-9+]", "", number)[:24]
