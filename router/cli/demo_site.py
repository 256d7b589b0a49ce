"""The demonstration: a made-up site for a first run without a file. May live here: its data, as in a site file."""

from __future__ import annotations

from typing import Any

NAMES = ("陈晨", "李丽", "王伟", "赵敏", "周凯", "吴婷", "孙倩", "郑强")
IDS = "ABCDEFGH"
CALLER_ACCOUNT = "caller"


def _slot(name: str, start: str, end: str, call: str, reception: str) -> dict[str, Any]:
    return {"name": name, "from": start, "to": end, "call": list(call), "reception": list(reception)}


DEMO: dict[str, Any] = {
    "site": {"name": "演示售楼处"},
    "trunk": [
        {"name": "carrier", "match": ["127.0.0.2"]},
        {"name": "test-caller", "account": CALLER_ACCOUNT},
    ],
    "hotline": [{"number": "4008001234", "trunk": "carrier", "name": "演示热线", "media": "报纸"}],
    "consultant": [
        {"id": person, "name": name, "phone": {"account": str(101 + number)}}
        for number, (person, name) in enumerate(zip(IDS, NAMES, strict=True))
    ],
    "plan": [
        {
            "days": "daily",
            "slots": [
                _slot("早班", "00:00", "09:00", "ABCDE", "FGH"),
                _slot("白班", "09:00", "12:00", "ABCDE", "FGH"),
                _slot("午班", "12:00", "18:00", "CDEAB", "GHF"),
                _slot("晚班", "18:00", "24:00", "EABCD", "HFG"),
            ],
        }
    ],
    "presence": {"initial": "present"},
}
