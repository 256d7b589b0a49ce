"""A trial of the PBX: each thing that calls need is tried, without a phone and without a caller.

May live here: what is tried on a link of its own, and what is found lacking, with the cure. Nothing is taken on trust:
a right is there when its action is taken, or its event comes; the pickup works when one picked up; the keys in a call
work when one was pressed.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from router.telephony.ami import AmiAction, AmiAddress, AmiClient, AmiEvent
from router.telephony.ami.errors import AmiError
from router.telephony.numbers import ways_to_write
from router.telephony.private.prompts import TEXTS
from router.telephony.switchboard.commands import KEYS
from router.telephony.switchboard.directory import Directory

CONTEXTS: Final = (
    "hotline-in",
    "hotline-offer",
    "hotline-pickup",
    "hotline-fallback",
    "hotline-codes",
    "hotline-write",
)
CODES: Final = ("*1", "*2", "*3", "*4", "*5", "*0", "*8")
LEAST: Final = "read = call,user and write = call,originate,reporting"
TOO_MUCH: Final = {"system": "ModuleLoad", "command": "Command", "config": "UpdateConfig"}
"""Classes that nobody needs here, each with an action that only it allows."""

SECONDS: Final = 3.0
TRIAL: Final = "hl.trial-"
"""How the ids of its channels begin: as those of phones that we ring, of which alone some events are sent."""

OF_A_CALL: Final = {
    "Newstate": "Uniqueid",
    "OriginateResponse": "Uniqueid",
    "DialState": "DestChannel",
    "DeviceStateChange": "Device",
    "Hangup": "Uniqueid",
}
"""Events that a call makes, each with the header that tells whose it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Something that calls need and the PBX does not give: a stable id, in words, and what to do."""

    id: str
    words: str
    cure: str


@dataclass(slots=True)
class Heard:
    """The events that came."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    events: list[AmiEvent] = field(default_factory=list)

    def put(self, event: AmiEvent) -> None:
        """One came."""
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def wait(self, fits: Callable[[AmiEvent], bool], seconds: float = SECONDS) -> AmiEvent | None:
        """The first that fits, or None where none comes in time."""
        with self.changed:
            self.changed.wait_for(lambda: any(map(fits, self.events)), seconds)
            return next(filter(fits, self.events), None)


def try_pbx(address: AmiAddress, directory: Directory, *, private: bool = False) -> list[Lack]:
    """Try it; what is lacking, the most basic first. Raises `AmiError` where nobody can sign in.

    `private`: the PBX is our own, whose trunks and phones we have written ourselves.
    """
    heard = Heard()
    with AmiClient(address, on_event=heard.put) as client:
        lacks = list(_rights(client))
        if any(lack.id in ("write-originate", "write-call", "write-reporting") for lack in lacks):
            return lacks
        dialplan = Dialplan(client.send_action_list(AmiAction("ShowDialPlan")).result(10).events)
        missing = [context for context in CONTEXTS if context not in dialplan.steps]
        lacks += [
            Lack(
                id="context",
                words=f"the dialplan has no context {context}",
                cure='#include "hotline.conf" in extensions.conf (that of this version), then dialplan reload',
            )
            for context in missing
        ]
        if missing:
            return lacks
        lacks += try_call(client, heard)
        if not private:
            lacks += _numbers(dialplan, directory)
            lacks += _codes(client, dialplan, directory)
        if directory.prompts and not lacks:
            lacks += _prompts(client, heard, directory.prompts)
        return lacks


# --- rights -----------------------------------------------------------------------------------------------------------


def _rights(client: AmiClient) -> Iterator[Lack]:
    tried = {
        "reporting": AmiAction("ShowDialPlan", {"Context": "hotline-in"}),
        "call": AmiAction("Setvar", {"Variable": "HOTLINE_TRIED", "Value": "1"}),
        "originate": _originate("line", "right"),
    }
    for right, action in tried.items():
        answer = client.send_action(action).result(5)
        if answer.is_error() and "ermission" in answer.get("Message"):
            yield Lack(
                id=f"write-{right}",
                words=f"the manager user may not do what class {right} allows: write lacks it",
                cure=f"in manager.conf: {LEAST}; then manager reload",
            )
    offered = client.send_action(AmiAction("ListCommands")).result(5)
    too_much = [right for right, action in TOO_MUCH.items() if offered.get(action)]
    if too_much:
        yield Lack(
            id="too-much",
            words=f"the manager user has class {', '.join(too_much)}: whoever has its password has a shell there",
            cure=f"in manager.conf: {LEAST}; then manager reload",
        )


def _originate(channel: str, exten: str, *, leg: str = "", variables: Mapping[str, str] | None = None) -> AmiAction:
    keys = {
        "Channel": f"Local/{channel}@hotline-trial/n",
        "Context": "hotline-trial",
        "Exten": exten,
        "Priority": "1",
        "Timeout": "5000",
        "Async": "true",
    }
    if leg:
        keys |= {"ChannelId": leg, "OtherChannelId": f"{leg}-2", "ActionID": leg}
    return AmiAction("Originate", keys, dict(variables or {}))


# --- a call -----------------------------------------------------------------------------------------------------------


def try_call(client: AmiClient, heard: Heard) -> list[Lack]:
    """A caller waits, a phone picks up, a key is pressed: which events come, and does it work?

    Callers come meanwhile, and others may try, too: what is picked up is the offer that says this trial's own id.
    """
    trial = f"{TRIAL}{secrets.token_hex(6)}"
    client.send_action(_originate("call", "line", leg=f"{trial}-a", variables={"__HOTLINE_TRIAL": trial})).result(5)
    offer = heard.wait(lambda event: event.get("Trial") == trial and bool(event.get("Offer")))
    if offer is None:
        told = any(event.get("UserEvent") == "HotlineTrial" for event in heard.events)
        return [_old_dialplan() if told else _no_event("UserEvent", "user")]
    picker = {"HOTLINE_TARGET": f"{offer.get('Offer')};1", "DYNAMIC_FEATURES": KEYS}
    client.send_action(_originate("line", "pick", leg=f"{trial}-b", variables=picker)).result(5)
    picked = heard.wait(lambda event: event.name == "Pickup" and event.get("TargetChannel") == picker["HOTLINE_TARGET"])
    peer = client.send_action(AmiAction("Getvar", {"Channel": f"{trial}-b", "Variable": "BRIDGEPEER"})).result(5)
    is_bridged = picked is not None or bool(peer.get("Value"))
    lacks = _keys(client, heard, trial) if is_bridged else []
    for leg in ("a", "a-2", "b", "b-2"):
        client.send_action(AmiAction("Hangup", {"Channel": f"{trial}-{leg}"})).result(5)
    deaf = [name for name, key in OF_A_CALL.items() if heard.wait(_told(name, key, trial), 1) is None]
    if len(deaf) == len(OF_A_CALL):
        return [_no_event("Newstate, Hangup, Pickup …", "call")]
    if picked is None:
        pickup = (
            _no_event("Pickup", "call")
            if is_bridged
            else Lack(
                id="pickup",
                words="a call that rings can't be picked up (PickupChan): nobody could answer",
                cure="load app_directed_pickup.so; see Asterisk's log",
            )
        )
        lacks.append(pickup)
    return lacks + [_no_event(name, "call") for name in deaf]


def _old_dialplan() -> Lack:
    return Lack(
        id="dialplan-old",
        words="hotline.conf in Asterisk is of another version than the router",
        cure="copy dialplan/hotline.conf of this version there, then dialplan reload",
    )


def _told(name: str, key: str, trial: str) -> Callable[[AmiEvent], bool]:
    """Whether an event is the one of this name that the trial's call makes."""
    return lambda event: event.name == name and (trial in event.get(key) or "hotline-trial" in event.get(key))


def _keys(client: AmiClient, heard: Heard, trial: str) -> list[Lack]:
    """Press *7 on the phone's side, as its owner would."""
    for digit in "*7":
        pressed = {"Channel": f"{trial}-b", "Digit": digit, "Receive": "true", "Duration": "100"}
        client.send_action(AmiAction("PlayDTMF", pressed)).result(5)
    if heard.wait(lambda event: event.get("UserEvent") == "HotlineOther" and event.get("Leg") == f"{trial}-b"):
        return []
    return [
        Lack(
            id="features",
            words="keys in a call (*7, *9) do nothing",
            cure='#include "hotline-features.conf" as the last line of features.conf, then module reload features',
        )
    ]


def _no_event(name: str, right: str) -> Lack:
    return Lack(
        id=f"read-{right}" if right == "user" or "…" in name else "event-filter",
        words=f"Asterisk does not tell of {name}",
        cure=f"in manager.conf: {LEAST}, and an eventfilter line for {name} (or none at all); then manager reload",
    )


# --- what the office's own dialplan does ------------------------------------------------------------------------------


class Dialplan:
    """The dialplan as Asterisk has loaded it."""

    def __init__(self, listed: Iterable[AmiEvent]) -> None:
        self.steps: dict[str, dict[str, list[tuple[str, str]]]] = {}
        self.includes: dict[str, list[str]] = {}
        for event in listed:
            context = event.get("Context")
            extensions = self.steps.setdefault(context, {})
            if event.get("IncludeContext"):
                self.includes.setdefault(context, []).append(event.get("IncludeContext"))
            elif event.get("Exten") or event.get("Extension"):
                step = (event.get("Application"), event.get("AppData"))
                extensions.setdefault(event.get("Exten") or event.get("Extension"), []).append(step)

    def first(
        self, context: str, extension: str, seen: frozenset[str] = frozenset()
    ) -> tuple[str, list[tuple[str, str]]]:
        """Where an extension, written just so, is found from a context: the context that has it, and its steps."""
        if extension in self.steps.get(context, {}):
            return context, self.steps[context][extension]
        for included in self.includes.get(context, ()):
            if included not in seen:
                found = self.first(included, extension, seen | {context})
                if found[0]:
                    return found
        return "", []


def _numbers(dialplan: Dialplan, directory: Directory) -> Iterator[Lack]:
    """Does the hotline's number lead to us, and nowhere else?"""
    theirs = {name: steps for name, steps in dialplan.steps.items() if not name.startswith("hotline-")}
    for hotline in directory.hotlines:
        ways = {hotline.number, *hotline.ways, *ways_to_write(hotline.number)}
        places = [(context, exten, steps) for context, all_of in theirs.items() for exten, steps in all_of.items()]
        named = [place for place in places if place[1] in ways]
        ours = [place for place in places if _leads_to_us(place[2]) and (place[1] in ways or place[1].startswith("_"))]
        astray = [place for place in named if not _leads_to_us(place[2])]
        for context, exten, steps in astray:
            yield Lack(
                id="number-astray",
                words=f"{exten} in [{context}] goes to {steps[0][0]}({steps[0][1]}), past the hotline",
                cure=f"exten => {exten},1,Goto(hotline-in,${{EXTEN}},1) there, then dialplan reload",
            )
        if not ours and not astray:
            yield Lack(
                id="number-nowhere",
                words=f"no extension leads calls for {hotline.number} to the hotline",
                cure=f"in the trunk's context: exten => {hotline.number},1,Goto(hotline-in,${{EXTEN}},1)",
            )


def _leads_to_us(steps: list[tuple[str, str]]) -> bool:
    return any(name == "Goto" and data.startswith("hotline-in,") for name, data in steps)


def _codes(client: AmiClient, dialplan: Dialplan, directory: Directory) -> Iterator[Lack]:
    """Can each desk phone dial *1 and the others?"""
    lacking: dict[str, list[str]] = {}
    for person in directory.people:
        for phone in person.phones:
            kind, _, name = phone.device.partition("/")
            if kind != "PJSIP" or "/" in name:
                continue  # only these tell their context
            asked = AmiAction("Getvar", {"Variable": f"PJSIP_ENDPOINT({name},context)"})
            context = client.send_action(asked).result(5).get("Value")
            if not context:
                yield Lack(
                    id="phone",
                    words=f"Asterisk knows no phone {phone.device}",
                    cure="is the dial string in the site file right, and the endpoint in pjsip.conf?",
                )
            elif any(dialplan.first(context, code)[0] != "hotline-codes" for code in CODES):
                lacking.setdefault(context, []).append(name)
    for context, names in lacking.items():
        yield Lack(
            id="codes",
            words=f"phones {', '.join(names)} can't dial *1 and the other codes: [{context}] does not lead to them",
            cure=f"include => hotline-codes as the first line of [{context}], then dialplan reload",
        )


def _prompts(client: AmiClient, heard: Heard, folder: str) -> list[Lack]:
    """Which sentences are missing; tones stand in for them."""
    trial = f"{TRIAL}{secrets.token_hex(6)}"
    legs = {name: f"{trial}-{name}" for name in TEXTS}
    variables = {"HOTLINE_PROMPTS": folder, "__HOTLINE_TRIAL": trial}
    for name, leg in legs.items():
        client.send_action(_originate("line", f"say-{name}", leg=leg, variables=variables)).result(5)
    time.sleep(0.5)
    for leg in (*legs.values(), *(f"{leg}-2" for leg in legs.values())):
        client.send_action(AmiAction("Hangup", {"Channel": leg})).result(5)
    missing = sorted({event.get("Missing") for event in heard.events if event.get("Trial") == trial} & set(TEXTS))
    if not missing:
        return []
    return [
        Lack(
            id="prompts",
            words=f"prompts are missing, tones stand in: {', '.join(missing)}",
            cure="hotline prompts FOLDER, with the folder hotline below Asterisk's sounds",
        )
    ]


__all__ = ["AmiError", "Lack", "try_pbx"]
