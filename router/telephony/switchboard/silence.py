"""Phones that gave no sign (DESIGN 7): unplugged, and registered still. May live here: how long they are left alone.

Theory. Asterisk takes an unplugged phone for registered until its registration runs out, and only a caller's time shows
that it is gone. The first silence is a failure like any other. Whoever is silent again, with no sign of life between,
is left alone until there is one, and is given less time to ring meanwhile. A sign of life is a new registration, which
Asterisk is asked for, a call that the phone makes, or that it rings.

Asterisk's own way (`qualify_frequency`) is not taken: a phone that answers no OPTIONS is never rung by it (measured).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from router.logs import logger
from router.telephony.switchboard import commands
from router.telephony.switchboard.devices import AWAY, USED
from router.telephony.switchboard.directory import Handset
from router.telephony.switchboard.floor import Ask, Floor, Silence

log = logger(__name__)

OnLife = Callable[[], None]


def _key(phone: Handset) -> str:
    return phone.device or phone.dial


def patience_ms(floor: Floor, phone: Handset) -> int:
    """How long a desk phone may take to ring."""
    times = floor.directory.times
    return min(times.silent_ms, times.silent_again_ms) if _key(phone) in floor.silences else times.silent_ms


def begins(floor: Floor, phone: Handset, on_life: OnLife) -> None:
    """A phone was given up as silent; `on_life` is called when it may be rung again before its rest is over."""
    before = floor.silences.get(_key(phone))
    silence = floor.silences[_key(phone)] = Silence(before.times + 1 if before else 1)
    if silence.times > 1:
        floor.devices.rest(phone, floor.now, floor.directory.times.absent_ms)
        log.warning("phone-silent", phone=_key(phone), times=silence.times, cure="is it plugged in?")
    if phone.device.startswith("PJSIP/") and not phone.fixed:
        _look(floor, phone, silence, on_life)


def ends(floor: Floor, phone: Handset) -> None:
    """It has given a sign of life."""
    if floor.silences.pop(_key(phone), None) is not None:
        floor.devices.wake(phone)


def on_device(floor: Floor, device: str, before: str, state: str) -> None:
    """Its state has changed: does the phone do something by itself, or has it come back?"""
    acts = state in USED and not floor.has_leg_on(device)
    person = floor.directory.by_device.get(device)
    if device in floor.silences and person and (acts or (before in AWAY and state not in AWAY)):
        for phone in floor.directory.by_id[person].phones:
            if phone.device == device:
                ends(floor, phone)


# --- has it registered again? -----------------------------------------------------------------------------------------


def _look(floor: Floor, phone: Handset, silence: Silence, on_life: OnLife) -> None:
    """Ask for its registration, again and again while it is left alone."""
    if floor.silences.get(_key(phone)) is not silence or floor.devices.may_ring(phone, floor.now):
        return
    name = phone.device.partition("/")[2]
    asked = partial(_on_aors, phone=phone, silence=silence, on_life=on_life)
    if floor.linked:
        floor.out.append(Ask(commands.get_global(f"PJSIP_ENDPOINT({name},aors)"), asked))
    floor.at(floor.directory.times.look_again_ms, _look, phone, silence, on_life)


def _on_aors(floor: Floor, value: str, *, phone: Handset, silence: Silence, on_life: OnLife) -> None:
    asked = partial(_on_contact, phone=phone, silence=silence, on_life=on_life)
    if aor := value.partition(",")[0].strip():
        floor.out.append(Ask(commands.get_global(f"PJSIP_AOR({aor},contact)"), asked))


def _on_contact(floor: Floor, value: str, *, phone: Handset, silence: Silence, on_life: OnLife) -> None:
    contact = value.partition(",")[0].strip()
    asked = partial(_on_registration, contact=contact, phone=phone, silence=silence, on_life=on_life)
    if contact:
        floor.out.append(Ask(commands.get_global(f"PJSIP_CONTACT({contact},expiration_time)"), asked))


def _on_registration(
    floor: Floor, value: str, *, contact: str, phone: Handset, silence: Silence, on_life: OnLife
) -> None:
    if not value or floor.silences.get(_key(phone)) is not silence:
        return
    registration = f"{contact} {value}"
    known, silence.registration = silence.registration, registration
    if known and known != registration:
        ends(floor, phone)
        on_life()
