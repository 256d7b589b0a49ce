"""What happens to a call while people talk or the office is closed (R18). May live here: whispers and the duty phone.

A warning is whispered into the consultant's channel by a channel of its own (`ChanSpy`), so the bridge is not touched
and the caller hears nothing of it.
"""

from __future__ import annotations

from router.core.inputs import Contacted
from router.core.words import CallId, Number, PersonId
from router.engine.ports import Warn
from router.store.follow.events import FactKind
from router.telephony.ami import AmiEvent
from router.telephony.switchboard import commands
from router.telephony.switchboard.floor import Floor
from router.telephony.switchboard.legs import LegState
from router.wire.observation import Observation


def warn(floor: Floor, action: Warn) -> None:
    """Say into the talker's ear that time is nearly up; nothing is said where they talk no more."""
    call = floor.calls.get(action.call)
    talker = call.talker if call else None
    if call is None or call.over or talker is None or talker.person != action.person or not floor.linked:
        return
    if talker.state is LegState.TALKING:
        floor.say(commands.whisper(talker.id))


def on_duty_answered(floor: Floor, event: AmiEvent) -> None:
    """The duty phone was answered: a fact of a missed call; a consultant's talk settles the call back (R15)."""
    call = floor.calls.get(CallId(event.one("Call") or ""))
    if call is None:
        return
    person = floor.directory.duty_person
    number = floor.numbers.first(floor.numbers.normalise(call.number))
    if person is not None and number:
        floor.tell(Contacted(number=Number(number), person=person), duty=call.id)
    seen = Observation(what=FactKind.DUTY, call=call.id, person=person or PersonId(""), source="ami")
    floor.out.append(seen)
