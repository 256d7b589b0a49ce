"""The stage of a demonstration: callers and phones that the private Asterisk plays itself, over real SIP.

May live here: text from settings. What a played phone and a played caller do is in `dialplan/demo.conf`.

Two more addresses of this machine stand for the world outside. The callers' is one that a trunk takes calls from, so
that a played call comes in by the trunk's own way; at the phones' every account of the site answers, as if its phone
had registered from there. What leaves by one comes in at the other: each ring, decline and answer is a SIP message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CALLERS: Final = "demo-callers"
"""The endpoint that played calls go out by: `PJSIP/NUMBER@demo-callers`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStage:
    """`callers`, `phones`: host:port of their own; `habits`: account -> what its phone does, one after the other.

    A habit is what is done and after how many seconds of ringing: `answers-3`, `declines-2`, `misses-0`.
    """

    callers: str
    phones: str
    habits: tuple[tuple[str, tuple[str, ...]], ...]


def stage_sections(stage: DemoStage, sip_address: str) -> list[str]:
    """Sections of pjsip.conf: two addresses more, and who is at the other end of them."""
    return [
        _transport("demo-callers", stage.callers),
        _transport("demo-phones", stage.phones),
        f"[{CALLERS}](line)\ntransport = transport-demo-callers\ncontext = hotline-demo-nobody\naors = {CALLERS}",
        f"[{CALLERS}]\ntype = aor\ncontact = sip:{sip_address}",
        "[demo-phones](line)\ntransport = transport-demo-phones\nidentify_by = ip\ncontext = hotline-demo-phone",
        f"[demo-phones-identify]\ntype = identify\nendpoint = demo-phones\nsrv_lookups = no\nmatch = {sip_address}",
    ]


def stage_contact(stage: DemoStage | None, account: str) -> str:
    """Where the played phone of an account is; "" where it isn't played."""
    played = stage is not None and any(account == one for one, _ in stage.habits)
    return f"sip:{account}@{stage.phones}" if stage and played else ""


def stage_habits(stage: DemoStage) -> str:
    """The context that tells `dialplan/demo.conf` a phone's habits."""
    lines = ["[hotline-demo-habits]"]
    for account, habits in stage.habits:
        lines += [
            f"exten => {account},1,Set(HABITS={'&'.join(habits)})",
            f" same => n,Set(COUNT={len(habits)})",
            " same => n,Return()",
        ]
    return "\n".join(lines)


def _transport(name: str, address: str) -> str:
    return f"[transport-{name}]\ntype = transport\nprotocol = udp\nbind = {address}"
