"""What is said of one kind of mistake, in Chinese and English. May live here: that pair, and the choice of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """What is wrong and what to do about it, twice."""

    zh: str
    zh_cure: str
    en: str
    en_cure: str

    def said(self, language: str | None, values: Mapping[str, Any]) -> tuple[str, str]:
        """What and cure in the language; None (nobody knows which) gives both."""
        zh = (self.zh.format_map(values), self.zh_cure.format_map(values))
        en = (self.en.format_map(values), self.en_cure.format_map(values))
        if language is None:
            return f"{zh[0]} · {en[0]}", f"{zh[1]} · {en[1]}"
        return zh if language == "zh" else en
