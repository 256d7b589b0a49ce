"""The duty phone of closed hours, as the site file says it (R15)."""

from __future__ import annotations

import pytest

from router.cli.demo_site import DEMO
from router.cli.settings import day_rules, office
from router.config.model import Site

PHONES = [{"account": "901"}, {"mobile": "13900000901", "trunk": "carrier"}]


def _site(duty: str | None) -> Site:
    demo = {**DEMO, "closed": {"duty": duty} if duty else {}}
    demo["trunk"] = [{"name": "carrier", "match": ["127.0.0.2"]}]
    demo["hotline"] = [{"number": "4008001234", "trunk": "carrier"}]
    demo["consultant"] = [{"id": "Z", "name": "钱进", "phones": PHONES}, *DEMO["consultant"]]
    return Site.model_validate(demo)


@pytest.mark.parametrize(
    ("duty", "dial", "person", "confirm"),
    [
        (None, "", None, False),
        ("Z", "PJSIP/901&PJSIP/13900000901@carrier", "Z", True),  # a mailbox could answer the mobile
        ("13900000902@carrier", "PJSIP/13900000902@carrier", None, True),
    ],
)
def test_it_is_a_consultants_phones_or_a_number(duty: str | None, dial: str, person: str | None, confirm: bool) -> None:
    made = office(_site(duty))
    assert (made.duty_dial, made.duty_person, made.duty_confirm) == (dial, person, confirm)


def test_the_days_rules_are_the_sites_policy() -> None:
    rules = day_rules(_site(None))
    assert (rules.initial, rules.max_talk_ms, rules.max_other_talk_ms) == ("present", 180_000, 120_000)
