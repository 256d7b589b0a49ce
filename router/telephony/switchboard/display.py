"""What a phone shows of a call: who rings and why (R12, R13). May live here: words for displays, and their cleaning."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from router.core.words import Stage

LIMIT = 40  # characters; a desk phone shows about half

WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "zh": {
            "owner": "老客户 {owner}",
            "substitute": "接替 {owner}",
            "everyone": "人人可接",
            "everyone-owned": "人人可接 老客户 {owner}",
            "hand-over": "转交 {giver}",
            "back": "转回",
            "withheld": "号码隐藏",
        },
        "en": {
            "owner": "Returning {owner}",
            "substitute": "For {owner}",
            "everyone": "Anyone",
            "everyone-owned": "Anyone, for {owner}",
            "hand-over": "From {giver}",
            "back": "Back",
            "withheld": "Withheld",
        },
    }
)


def clean(text: str) -> str:
    """Letters, digits, spaces and a few marks of any script: nothing that AMI, SIP or a dialplan takes as theirs."""
    return re.sub(r"[^\w .·（）+-]", "", text.replace("\t", " "))[:LIMIT].strip()


def stage_words(language: str, stage: Stage, owner: str) -> str:
    """The stage in words; "" for a call in turn, which needs none."""
    words = WORDS.get(language, WORDS["en"])
    if stage is Stage.ROTATION:
        return ""
    if stage is Stage.EVERYONE and owner:
        return words["everyone-owned"].format(owner=owner)
    return words[stage.value].format(owner=owner)


def caller_id(language: str, number: str, words: str, name: str) -> str:
    """The CallerID of an Originate, `"words name" <number>`."""
    digits = _digits(number)
    shown = clean(" ".join(part for part in (words, name) if part))
    if not shown and not digits:
        shown = WORDS.get(language, WORDS["en"])["withheld"]
    return f'"{shown}" <{digits}>'


def caller_id_outside(language: str, number: str, words: str, name: str, *, hotline: str) -> str:
    """The same for a phone behind a trunk: a carrier takes no number but our own, so the customer is in the name."""
    customer = _digits(number) or WORDS.get(language, WORDS["en"])["withheld"]
    shown = clean(" ".join(part for part in (customer, words, name) if part))
    return f'"{shown}" <{_digits(hotline)}>'


def _digits(number: str) -> str:
    return re.sub(r"[^0-9+]", "", number)[:24]
