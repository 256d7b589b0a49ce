"""What we say to Asterisk. May live here: building AMI actions, nothing else.

Whatever stands in them is ours, cleaned, or an id; the AMI layer refuses line breaks and quotes variables on top.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from router.core.words import CallId
from router.telephony.ami import AmiAction
from router.telephony.switchboard.legs import Leg

KEYS = "hotline_other#hotline_hand_over"
"""Keys in a call, see dialplan/hotline-features.conf."""

TRANSFERS = "hotline-transfer"
"""Where a caller goes who is transferred."""

NOWHERE = "hotline-no-forwards"
"""Where a phone's call forward (302) leads: nowhere, so that no phone rings that we did not name."""


def _action(name: str, keys: Mapping[str, str | int], variables: Mapping[str, str | int] | None = None) -> AmiAction:
    return AmiAction(name, dict(keys), dict(variables or {}))


def originate(leg: Leg, *, target: str, caller_id: str, limit_ms: int) -> AmiAction:
    """Ring a phone for a call; whoever answers runs `PickupChan(target)` (DESIGN, Telephony 2 and 3)."""
    keys: dict[str, str | int] = {
        "Channel": leg.phone.dial,
        "ChannelId": leg.id,
        "ActionID": leg.id,
        "Context": "hotline-confirm" if leg.phone.confirm else "hotline-pickup",
        "Exten": leg.call,
        "Priority": 1,
        "Timeout": limit_ms,
        "CallerID": caller_id,
        "Async": "true",
    }
    return _action(
        "Originate",
        keys,
        {
            "HOTLINE_TARGET": target,
            "HOTLINE_LEG": leg.id,
            "TRANSFER_CONTEXT": TRANSFERS,
            "FORWARD_CONTEXT": NOWHERE,
            "DYNAMIC_FEATURES": KEYS,
        },
    )


def hang_up(channel: str, cause: int | None = None) -> AmiAction:
    """End one channel, by its name or Uniqueid. Cause 26: the phone shows no missed call."""
    keys: dict[str, str | int] = {"Channel": channel}
    if cause is not None:
        keys["Cause"] = cause
    return _action("Hangup", keys)


def redirect(channel: str, context: str, exten: str, priority: str = "1") -> AmiAction:
    """Move a channel to another place of the dialplan; a priority may be a label."""
    return _action("Redirect", {"Channel": channel, "Context": context, "Exten": exten, "Priority": priority})


def probe(channel: str) -> AmiAction:
    """Ask whether a channel is there at all; Asterisk's lists of channels may show some that are long gone."""
    return _action("Getvar", {"Channel": channel, "Variable": "CHANNEL(state)"})


def whisper(channel: str) -> AmiAction:
    """Say the warning of R18 into one channel of a bridge, by its Uniqueid; the other side hears nothing."""
    return _action(
        "Originate",
        {
            "Channel": f"Local/{channel}@hotline-whisper/n",
            "Context": "hotline-warning",
            "Exten": "s",
            "Priority": 1,
            "Timeout": 5_000,
            "Async": "true",
        },
    )


def set_variable(channel: str, name: str, value: str) -> AmiAction:
    """Set a variable of one channel."""
    return _action("Setvar", {"Channel": channel, "Variable": name, "Value": value})


def set_global(name: str, value: str) -> AmiAction:
    """Set a global variable."""
    return _action("Setvar", {"Variable": name, "Value": value})


def get_global(name: str) -> AmiAction:
    """Ask for a global variable."""
    return _action("Getvar", {"Variable": name})


def write(generation: str, lines: Iterable[str]) -> AmiAction:
    """Write to Asterisk's own database, which outlives it and us, by way of the dialplan (`standby.py`)."""
    variables = {f"LINE_{number}": line for number, line in enumerate(lines, start=1)}
    return _action(
        "Originate",
        {
            "Channel": "Local/line@hotline-write/n",
            "Context": "hotline-write",
            "Exten": "s",
            "Priority": 1,
            "Timeout": 5_000,
            "Async": "true",
        },
        {"GEN": generation, **variables},
    )


def claim(offer: str) -> AmiAction:
    """Tell a call's `;2` side that the router has it."""
    return set_variable(offer + ";2", "HOTLINE_CLAIM", "1")


def announce(offer: str, call: CallId) -> AmiAction:
    """Have a call told anew, with its number and all: we have come later than it."""
    return redirect(offer + ";2", "hotline-offer", call, "announce")


def to_offer(offer: str, context: str, call: CallId) -> AmiAction:
    """Move a call's `;2` side to what the caller is to hear now."""
    return redirect(offer + ";2", context, call)
