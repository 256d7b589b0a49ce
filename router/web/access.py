"""Who may use which address: one table, asked before every request. May live here: roles, groups of them, the table.

What is not in the table is answered as if it were not there. Pages ask the same table what to offer: a button shows
for whoever its address lets in (`shared.may`). Rights that are no address stand below it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Open(Enum):
    """Where nobody is asked who they are."""

    ANYBODY = "anybody"


@dataclass(frozen=True, slots=True)
class Token:
    """Programs that bring a token with this scope; no cookie counts there."""

    scope: str


Who = Open | Token | frozenset[str]
"""Anybody; a program; or people who are signed in and have one of these roles."""

SUPERVISOR = frozenset({"supervisor"})
ACTORS = SUPERVISOR | {"administrator"}
LEADERS = ACTORS | {"manager"}
OFFICE = LEADERS | {"secretary"}
EVERYONE = OFFICE | {"consultant"}
REPORTED_TO = frozenset({"supervisor", "manager"})
OF_CUSTOMERS = REPORTED_TO | {"consultant"}
WRITERS = ACTORS | {"secretary", "consultant"}
SCREENS = frozenset({"wall", "tablet"})  # paired devices: no user has these
AT_THE_DESK = frozenset({"supervisor", "secretary"})

ROUTES: Mapping[str, Who] = MappingProxyType(
    {
        # before anybody is known
        "static": Open.ANYBODY,
        "security.static": Open.ANYBODY,
        "assets": Open.ANYBODY,
        "healthz": Open.ANYBODY,
        "set_language": Open.ANYBODY,
        "home": Open.ANYBODY,  # leads to the page of one's work, which asks
        "security.login": Open.ANYBODY,
        "security.logout": Open.ANYBODY,
        "security.change_password": EVERYONE,
        "security.verify": EVERYONE,
        # 我的账号, 设备, 抹除
        "account.page": EVERYONE,
        "account.begin": EVERYONE,
        "account.confirm": EVERYONE,
        "account.stop": EVERYONE,
        "account.sign_out_elsewhere": EVERYONE,
        "devices.this_one": Open.ANYBODY,
        "devices.ask": Open.ANYBODY,
        "devices.page": frozenset({"administrator"}),
        "devices.approve": frozenset({"administrator"}),
        "devices.revoke": frozenset({"administrator"}),
        "erasure.page": frozenset({"administrator"}),
        "erasure.look": frozenset({"administrator"}),
        "erasure.erase": frozenset({"administrator"}),
        # 看板, 退轮与操作
        "board.page": LEADERS | SCREENS,
        "board.stream": LEADERS | SCREENS,
        "acts.person": LEADERS,
        "acts.day": LEADERS,
        "acts.order": ACTORS,
        "acts.ask": ACTORS,
        "acts.do": ACTORS,
        # 核对
        "check.page": EVERYONE,
        "check.take_step": SUPERVISOR,
        "check.run_again": SUPERVISOR,
        "check.display": AT_THE_DESK,
        # 来电, 来电表, 回拨
        "calls.day": EVERYONE,
        "calls.call": EVERYONE,
        "forms.all_forms": EVERYONE,
        "forms.one": EVERYONE,
        "forms.new": WRITERS,
        "forms.draft": WRITERS,
        "forms.correct": WRITERS,
        "forms.review": REPORTED_TO,
        "callbacks.page": EVERYONE,
        "callbacks.assign": SUPERVISOR,
        "callbacks.done": AT_THE_DESK | {"consultant"},
        # 我的, 通知
        "me.page": frozenset({"consultant"}),
        "me.stream": frozenset({"consultant"}),
        "me.presence": frozenset({"consultant"}),
        "me.other": frozenset({"consultant"}),
        "notices.page": EVERYONE,
        "notices.seen": EVERYONE,
        # 客户
        "customers.page": OF_CUSTOMERS,
        "customers.find": OF_CUSTOMERS,
        "customers.one": OF_CUSTOMERS,
        "customers.number": SUPERVISOR | {"consultant"},
        "customers.contact": SUPERVISOR | {"consultant"},
        "customer_changes.blocked": SUPERVISOR,
        "customer_changes.block_number": SUPERVISOR,
        "customer_changes.remove_block": SUPERVISOR,
        "customer_changes.merge": SUPERVISOR,
        "customer_changes.import_customers": SUPERVISOR,
        # 审计
        "audit.page": ACTORS,
        # 日清, 报表
        "day.page": OFFICE,
        "day.close": AT_THE_DESK,
        "day.sheet": OFFICE,
        "day.sheet_pdf": OFFICE,
        "day.picture": OFFICE,
        "day.export": OFFICE,
        "day.import_forms": ACTORS | {"secretary"},
        "fairness.page": REPORTED_TO,
        "fairness.picture": REPORTED_TO,
        # programs
        "openapi_api/v1/document": Open.ANYBODY,
        "api.calls": Token("calls:read"),
        "api.call": Token("calls:read"),
        "api.forms": Token("forms:read"),
        "api.form": Token("forms:read"),
        "api.file": Token("forms:write"),
        "api.findings": Token("findings:read"),
        "api.callbacks": Token("callbacks:read"),
        "api.sheets": Token("sheets:read"),
        "api.presence": Token("presence:read"),
        "api.set_presence": Token("presence:write"),
    }
)

LARGEST_FORM, LARGEST_FILE = 512 * 1024, 8 * 1024 * 1024  # bytes of a request
WITH_FILES = frozenset({"day.import_forms", "customer_changes.import_customers"})  # only here a file may come

FOR_OTHERS = ACTORS | {"secretary"}  # may file a form for somebody else, and see all of them
WHOLE_NUMBERS = FOR_OTHERS  # whose exported files have numbers in full
SEES_SIGNS = REPORTED_TO  # 疑抢客户 is for who leads the consultants; it is no verdict to be read by colleagues
SETTLES_ANY = AT_THE_DESK  # may note somebody else's call back as done
