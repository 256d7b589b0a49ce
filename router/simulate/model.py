"""A scenario read from YAML (DOMAIN 10). May live here: the case's data and how the file's words become the desk's.

Times are seconds in the file and whole milliseconds here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from router.core import inputs
from router.core.policy import DAY_MS, PRESENCE, Policy
from router.core.words import CallId, DeviceState, FormKind, Group, Kind, Number, PersonId
from router.errors import RequestError
from router.texts import Listing, _


class ScenarioError(RequestError):
    """A case or an event of a scenario file makes no sense or can't happen."""

    id = "scenario"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioEvent:
    """One line of `events`: when, its text for messages, and the input."""

    at: int
    text: str
    told: inputs.Input


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case, ready to be played."""

    name: str
    policy: Policy
    slots: tuple[inputs.Slot, ...]
    people: tuple[PersonId, ...]
    customers: tuple[inputs.CustomerKnown, ...]
    events: tuple[ScenarioEvent, ...]
    expect: tuple[Mapping[str, Any], ...] = ()
    sheets: Mapping[str, Any] = field(default_factory=dict)
    owners: Mapping[str, Any] = field(default_factory=dict)
    callbacks: Mapping[str, Any] | None = None


CASE_KEYS = frozenset(
    {"case", "groups", "slots", "policy", "customers", "people", "events", "expect", "sheets", "owners", "callbacks"}
)


def read_case(raw: Mapping[str, Any]) -> Case:
    """Make a case of a mapping from the file; raises `ScenarioError` naming what is wrong."""
    unknown = set(raw) - CASE_KEYS
    if unknown:
        raise ScenarioError(_("unknown key %(these)s", these=Listing(sorted(map(str, unknown)))))
    slots = _slots(raw)
    customers = tuple(_customer(c) for c in _list(raw, "customers"))
    named = [person for slot in slots for person in (*slot.call, *slot.reception)]
    named += [customer.owner for customer in customers]
    named += [PersonId(_text(person)) for person in _list(raw, "people")]
    return Case(
        name=str(raw.get("case", "")),
        policy=_policy(raw.get("policy") or {}),
        slots=slots,
        people=tuple(dict.fromkeys(named)),
        customers=customers,
        events=tuple(_event(event) for event in _list(raw, "events")),
        expect=tuple(_mapping(item, "expect") for item in _list(raw, "expect")),
        sheets={group: _mapping(sheet, "sheets") for group, sheet in _mapping(raw.get("sheets"), "sheets").items()},
        owners=_mapping(raw.get("owners"), "owners"),
        callbacks=None if raw.get("callbacks") is None else _mapping(raw["callbacks"], "callbacks"),
    )


def millis(value: object, what: str) -> int:
    """Seconds as written in the file to whole milliseconds."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ScenarioError(_("%(what)s: %(value)r is not a time in seconds", what=what, value=value))
    try:
        return int((Decimal(str(value)) * 1000).to_integral_value())
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise ScenarioError(_("%(what)s: %(value)r is not a time in seconds", what=what, value=value)) from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ScenarioError(_("%(value)r is not a name: put it in quotes", value=value))
    return value


def _number(value: object) -> Number:
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise ScenarioError(_("%(value)r is not a number: put it in quotes", value=value))
    return Number("" if value is None else str(value))


def _list(raw: Mapping[str, Any], key: str) -> list[Any]:
    value = raw.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ScenarioError(_("%(key)s: a list is needed, not %(value)r", key=key, value=value))
    return value


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ScenarioError(_("%(what)s: a mapping is needed, not %(value)r", what=what, value=value))
    return value


def _order(raw: Mapping[str, Any], key: str) -> tuple[PersonId, ...]:
    return tuple(PersonId(_text(person)) for person in _list(raw, key))


# --- slots, customers, policy ----------------------------------------------------------------------------------------


def _slots(raw: Mapping[str, Any]) -> tuple[inputs.Slot, ...]:
    if raw.get("slots") is not None:
        return tuple(_slot(slot) for slot in _list(raw, "slots"))
    groups = raw.get("groups") or {}
    if not isinstance(groups, Mapping):
        raise ScenarioError(_("groups: %(groups)r is not a mapping of groups", groups=groups))
    return (inputs.Slot(start=0, end=None, call=_order(groups, Group.CALL), reception=_order(groups, Group.RECEPTION)),)


def _slot(raw: Mapping[str, Any]) -> inputs.Slot:
    return inputs.Slot(
        start=millis(raw.get("from"), "slot from"),
        end=millis(raw.get("to"), "slot to"),
        continues=bool(raw.get("continues", False)),
        call=_order(raw, Group.CALL),
        reception=_order(raw, Group.RECEPTION),
        name=str(raw.get("name", "")),
    )


_AGO = re.compile(r"-(\d+(?:\.\d+)?)([dhms])")
_UNIT_MS = MappingProxyType({"d": DAY_MS, "h": 3_600_000, "m": 60_000, "s": 1000})


def _customer(raw: Mapping[str, Any]) -> inputs.CustomerKnown:
    ago = str(raw.get("last_contact"))
    match = _AGO.fullmatch(ago)
    if not match:
        raise ScenarioError(_("last_contact: %(ago)r is not like -3d, -90m or -30s", ago=ago))
    at = -int(Decimal(match[1]) * _UNIT_MS[match[2]])
    owner = PersonId(_text(raw.get("owner")))
    return inputs.CustomerKnown(number=_number(raw.get("number")), owner=owner, last_contact=at)


def _seconds(value: Any) -> int:
    return millis(value, "policy")


POLICY: Mapping[str, tuple[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "ring_seconds": ("ring_ms", _seconds),
        "rings": ("rings", int),
        "max_ring_seconds": ("max_ring_ms", _seconds),
        "max_wait_seconds": ("max_wait_ms", _seconds),
        "wrap_up_seconds": ("wrap_up_ms", _seconds),
        "lapse_days": ("lapse_ms", lambda days: int(Decimal(str(days)) * DAY_MS)),
        "makeup": ("makeup_carry", lambda word: _one_of(word, "round", "carry") == "carry"),
        "owner_busy": ("owner_wait", lambda word: _one_of(word, "substitute", "wait") == "wait"),
        "presence": ("presence", lambda kinds: {**PRESENCE, **{k: Kind(v) for k, v in kinds.items()}}),
    }
)
# DOMAIN 9: what the rules themselves never look at
NOT_THE_DESKS = frozenset({"absent_minutes", "form_minutes", "max_talk_seconds", "max_other_talk_seconds", "region"})


def _one_of(word: object, *words: str) -> str:
    if word not in words:
        raise ScenarioError(_("%(word)r is none of %(these)s", word=word, these=Listing(words)))
    return str(word)


def _policy(raw: Mapping[str, Any]) -> Policy:
    return Policy(**policy_values(raw))


def policy_values(raw: Mapping[str, Any]) -> dict[str, Any]:
    """DOMAIN 9's keys and values as fields of `Policy`; raises `ScenarioError`."""
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key in NOT_THE_DESKS:
            continue
        if key not in POLICY:
            raise ScenarioError(_("policy: unknown key %(key)r", key=key))
        name, convert = POLICY[key]
        try:
            values[name] = convert(value)
        except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
            raise ScenarioError(_("policy: %(key)s: %(value)r is no value for it", key=key, value=value)) from error
    return values


# --- events ----------------------------------------------------------------------------------------------------------


def _call(raw: Mapping[str, Any], key: str) -> CallId:
    return CallId(str(raw[key]))


def _person(raw: Mapping[str, Any], key: str) -> PersonId:
    return PersonId(_text(raw.get(key)))


def _presence(raw: Mapping[str, Any]) -> inputs.Input:
    word = raw.get("is")
    return inputs.PresenceChanged(person=_person(raw, "presence"), presence="off" if word is False else _text(word))


def _device(raw: Mapping[str, Any]) -> inputs.Input:
    return inputs.DeviceChanged(person=_person(raw, "device"), device=DeviceState(str(raw.get("is"))))


def _form(raw: Mapping[str, Any]) -> inputs.Input:
    asked_for = _text(raw["asked_for"]) if raw.get("asked_for") else None
    kind = FormKind(str(raw.get("kind", "purchase")))
    return inputs.FormFiled(call=_call(raw, "form"), kind=kind, asked_for=PersonId(asked_for) if asked_for else None)


def _roster(raw: Mapping[str, Any]) -> inputs.Input:
    return inputs.RosterEdited(group=Group(raw["roster"]), order=_order(raw, "order"))


# the event's own key -> (its further keys, how it becomes an input)
_EVENTS: Mapping[str, tuple[frozenset[str], Callable[[Mapping[str, Any]], inputs.Input]]] = MappingProxyType(
    {
        "call": (
            frozenset({"from"}),
            lambda e: inputs.CallArrived(call=_call(e, "call"), number=_number(e.get("from"))),
        ),
        "answer": (frozenset({"by"}), lambda e: inputs.Answered(call=_call(e, "answer"), person=_person(e, "by"))),
        "decline": (frozenset({"by"}), lambda e: inputs.Declined(call=_call(e, "decline"), person=_person(e, "by"))),
        "fail": (frozenset({"by"}), lambda e: inputs.Failed(call=_call(e, "fail"), person=_person(e, "by"))),
        "take": (frozenset({"by"}), lambda e: inputs.Taken(call=_call(e, "take"), person=_person(e, "by"))),
        "transfer": (
            frozenset({"to"}),
            lambda e: inputs.HandedOver(call=_call(e, "transfer"), person=_person(e, "to")),
        ),
        "hangup": (frozenset(), lambda e: inputs.HungUp(call=_call(e, "hangup"))),
        "presence": (frozenset({"is"}), _presence),
        "device": (frozenset({"is"}), _device),
        "form": (frozenset({"kind", "asked_for"}), _form),
        "suspend": (frozenset(), lambda e: inputs.Suspended(person=_person(e, "suspend"))),
        "resume": (frozenset(), lambda e: inputs.Resumed(person=_person(e, "resume"))),
        "roster": (frozenset({"order"}), _roster),
        "contact": (
            frozenset({"by"}),
            lambda e: inputs.Contacted(number=_number(e["contact"]), person=_person(e, "by")),
        ),
        "tick": (frozenset(), lambda _: inputs.Tick()),
    }
)


def _event(raw: object) -> ScenarioEvent:
    if not isinstance(raw, Mapping):
        raise ScenarioError(_("event %(raw)r: a mapping is needed", raw=raw))
    text = ", ".join(f"{key}: {value}" for key, value in raw.items())
    kinds = [key for key in raw if key in _EVENTS]
    if len(kinds) != 1:
        raise ScenarioError(
            _("event {%(text)s}: it must have exactly one of %(these)s", text=text, these=Listing(_EVENTS))
        )
    more, make = _EVENTS[kinds[0]]
    unknown = set(raw) - more - {kinds[0], "at"}
    if unknown:
        raise ScenarioError(
            _("event {%(text)s}: unknown key %(these)s", text=text, these=Listing(sorted(map(str, unknown))))
        )
    try:
        return ScenarioEvent(at=millis(raw.get("at"), "at"), text=text, told=make(raw))
    except (ValueError, ScenarioError) as error:
        raise ScenarioError(_("event {%(text)s}: %(why)s", text=text, why=str(error))) from error
