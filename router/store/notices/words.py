"""What a notice says, in both languages, for pages, chat robots and mail. May live here: these sentences.

Details are names and masked numbers, made when the notice was; they are put in as they are, so a page must escape them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "zh": {
            "substituted": ("您的客户由他人代接", "{substitute} 代接了您的客户 {number}，请尽快联系。"),
            "missed": ("未接来电", "{number} 未接{why}，待回拨：{callback}"),
            "nobody_on_duty": ("无人可派", "{slot}：没有人能接来电，请安排。"),
            "long_wait": ("来电久等", "{number} 已等待 {seconds} 秒。"),
            "router_blind": ("路由看不见来电", "{what} 没有应答，来电按备用名单响铃。"),
            "lapses_soon": ("客户快过期", "{customer} {number} 将于 {until} 过期，请尽快追踪。"),
        },
        "en": {
            "substituted": (
                "Somebody else has your customer",
                "{substitute} has your customer {number}: call back soon.",
            ),
            "missed": ("Missed call", "{number} was not answered{why}; to call back: {callback}"),
            "nobody_on_duty": ("Nobody can be rung", "{slot}: nobody can answer a call."),
            "long_wait": ("A caller waits", "{number} has waited for {seconds} seconds."),
            "router_blind": ("The router sees no calls", "{what} does not answer; calls ring the fallback list."),
            "lapses_soon": ("A customer lapses soon", "{customer} {number} is yours until {until}: follow up."),
        },
    }
)
WHY: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "abandoned": ("（客户先挂）", " (the caller gave up)"),
        "no_answer": ("（无人接听）", " (no answer)"),
        "max_wait": ("（等待超时）", " (waited too long)"),
        "closed": ("（非接听时段）", " (closed)"),
    }
)
PARTS: Mapping[str, tuple[str, str]] = MappingProxyType({"router": ("路由", "The router"), "pbx": ("总机", "The PBX")})
NOBODY, WITHHELD = ("待指派", "nobody yet"), ("隐藏号码", "a withheld number")


def notice_words(what: str, details: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Title and text of a notice in `zh` or `en`.

    >>> notice_words("long_wait", {"number": "138****5678", "seconds": "31"}, "en")
    ('A caller waits', '138****5678 has waited for 31 seconds.')
    """
    which = 0 if language == "zh" else 1
    title, text = WORDS["zh" if language == "zh" else "en"][what]
    values = {
        "number": details.get("number") or WITHHELD[which],
        "substitute": details.get("substitute", ""),
        "callback": details.get("callback") or NOBODY[which],
        "customer": details.get("customer", ""),
        "until": details.get("until", ""),
        "slot": details.get("slot", ""),
        "seconds": details.get("seconds", ""),
        "what": PARTS.get(str(details.get("what")), ("", ""))[which],
        "why": WHY.get(str(details.get("why")), ("", ""))[which],
    }
    return title, text.format_map(values)
