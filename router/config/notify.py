"""Who is told at once, and by which way: `[[notify]]` for people, `[[webhook]]` for programs. May live here: these.

Both are the machine's: their addresses hold secrets, which stand in files of their own and never in the database.
"""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from router.config.values import HookUrl, Id, SecretFile, YesNo

What = Literal[
    "substituted",
    "missed",
    "nobody_on_duty",
    "long_wait",
    "router_blind",
    "lapses_soon",
    "disk_low",
    "clock_stepped",
    "record_behind",
    "journal_failing",
    "fallback_stale",
]
HookEvent = Literal["call.ended", "call.missed", "form.filed", "finding.opened"]
WHAT: tuple[What, ...] = get_args(What)  # told to people
EVENTS: tuple[HookEvent, ...] = get_args(HookEvent)  # told to programs


class Notify(BaseModel):
    """`[[notify]]`: one address as apprise writes it, for one consultant or (without `consultant`) for supervisors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Id
    url_file: SecretFile
    consultant: Id | None = None
    what: tuple[What, ...] = WHAT


class Webhook(BaseModel):
    """`[[webhook]]`: an address that is called with signed POSTs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Id
    url: HookUrl
    secret_file: SecretFile
    events: tuple[HookEvent, ...] = EVENTS
    allow_private: YesNo = False
