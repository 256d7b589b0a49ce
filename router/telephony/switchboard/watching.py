"""What must not happen to a phone. May live here: looking again after a while, and alarms.

A stop can be lost on the way, and so can the news of an end. So a stopped phone is looked at again, and so is one that
was answered, whether it has got its caller.
"""

from __future__ import annotations

from router.telephony.switchboard import commands
from router.telephony.switchboard.floor import Floor, LiveCall, ToSend
from router.telephony.switchboard.legs import Leg, LegState

DOUBT_MS = (1_500, 10_000, 60_000)


def see_to_its_end(floor: Floor, leg: Leg) -> None:
    """A stop can be lost, and so can the news that the phone has ended."""
    for after_ms in floor.directory.times.stop_again_ms:
        floor.at(after_ms, stop_again, leg)
    for after_ms in DOUBT_MS:
        floor.at(after_ms, _probe, leg)


def stop_again(floor: Floor, leg: Leg) -> None:
    """Hang it up, if it is not wanted still."""
    if leg.state is LegState.STOPPED:
        floor.say(commands.hang_up(leg.id, leg.stop_cause))


def doubt(floor: Floor, call: LiveCall) -> None:
    """See soon whether the call's phones are really on their way out.

    Where a phone is answered in the very instant in which it rings, Asterisk sometimes (1 in 1,000 such answers) mixes
    up what it remembers of the channels, and never tells of the phone's end.
    """
    for leg in floor.legs.values():
        if leg.call == call.id:
            for after_ms in DOUBT_MS:
                floor.at(after_ms, _probe, leg)


def _probe(floor: Floor, leg: Leg) -> None:
    if leg.id in floor.legs and floor.linked:
        floor.out.append(ToSend(commands.probe(leg.id), leg.id, probe=True))


def stuck(floor: Floor, leg: Leg) -> None:
    """Off the hook for long, and neither picked up nor released: see DESIGN 3."""
    if leg.state is LegState.UP and leg.id in floor.legs:
        floor.alarms_in_a_row += 1
        floor.alarm("pickup-stuck", f"phone {leg.phone.dial} was answered for call {leg.call} and got no caller")
        if floor.distrusts_pickups:
            floor.alarm("pickups-stuck", "new calls are left to the fallback until Asterisk is restarted")
        floor.say(commands.hang_up(leg.id))
