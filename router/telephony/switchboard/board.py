"""The board: AMI events and desk actions in, AMI actions, letters and alarms out; no I/O, no clock, no threads.

May live here: which function takes what, and in what order. An event about a channel that we don't know changes
nothing, and a UserEvent counts only with the key that we gave to Asterisk (DESIGN, Telephony 0: a caller can forge
events).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

from router.core.actions import Action, Hold, Release, Ring, StopRinging
from router.core.words import CallId, PersonId
from router.engine.ports import Warn
from router.telephony.ami import AmiAction, AmiEvent
from router.telephony.switchboard import (
    answers,
    calls,
    codes,
    commands,
    handover,
    lost_news,
    resync,
    ringing,
    silence,
    talks,
)
from router.telephony.switchboard import standby as standbys
from router.telephony.switchboard.directory import Directory, Standby
from router.telephony.switchboard.floor import Ask, AsSent, Floor, Numbers, Out

Handler = Callable[[Floor, AmiEvent], None]


def _device_changed(floor: Floor, event: AmiEvent) -> None:
    device, state = event.get("Device"), event.get("State")
    before = floor.devices.state(device)
    person = floor.devices.changed(device, state)
    if person is not None:
        silence.on_device(floor, device, before, state)
        ringing.look_at(floor, person)


EVENTS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        "Newstate": ringing.on_newstate,
        "DialState": ringing.on_dial_state,
        "Pickup": answers.on_pickup,
        "Hangup": ringing.on_hangup,
        "OriginateResponse": ringing.on_originate_response,
        "DeviceStateChange": _device_changed,
        "AttendedTransfer": handover.on_attended_transfer,
    }
)

USER_EVENTS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        "HotlineCall": calls.on_call,
        "HotlineOffer": calls.on_offer,
        "HotlineEnded": calls.on_ended,
        "HotlineFallback": calls.on_fallback,
        "HotlineFallbackAnswered": calls.on_fallback_answered,
        "HotlineConfirmed": ringing.on_confirmed,
        "HotlineRefused": ringing.on_refused,
        "HotlineHandOver": handover.on_hand_over,
        "HotlinePassedOn": handover.on_passed_on,
        "HotlineNotPassedOn": handover.on_not_passed_on,
        "HotlinePresence": codes.on_presence,
        "HotlineTake": codes.on_take,
        "HotlineOther": codes.on_other,
        "HotlineDuty": talks.on_duty_answered,
        "HotlineWritten": standbys.on_written,
        "HotlineOutLimit": codes.on_out_limit,
        "HotlineUnknown": calls.on_unknown,
    }
)

EVENT_NAMES: Final = (*EVENTS, "UserEvent")
"""What `manager.conf` should let through (`eventfilter(name(...))=`); anything else is only work."""


def _anybody(_person: PersonId) -> bool:
    return True


class Board:
    """The sans-I/O switchboard. Every method takes the time (ms, any epoch, never back) and gives what is to be done.

    `numbers` knows what a number means to the office; `may_take` says whether a person may take an open call, as
    far as only the desk knows it (R11: not suspended).
    """

    def __init__(
        self,
        directory: Directory,
        *,
        numbers: Numbers | None = None,
        may_take: Callable[[PersonId], bool] = _anybody,
    ) -> None:
        self.floor = Floor(directory, numbers=numbers or AsSent(), may_take=may_take)
        self.floor.key = secrets.token_hex(12)

    # --- the link

    def greet(self) -> list[AmiAction]:
        """What to tell Asterisk at the beginning of each link, before anything else."""
        return resync.greeting(self.floor)

    def linked(self, channels: Sequence[AmiEvent], devices: Iterable[AmiEvent], now: int) -> list[Out]:
        """The link stands; these are the live channels and the devices' states."""
        self.floor.pass_time(now)
        resync.linked(self.floor, channels, {event.get("Device"): event.get("State") for event in devices})
        self._carry_out_early()
        standbys.linked(self.floor)
        return self._done()

    def _carry_out_early(self) -> None:
        """What the desk said of recovered calls before we knew whether they are still there."""
        early, self.floor.early = self.floor.early, []
        for action in early:
            self.floor.safely(type(action).__name__, partial(self._perform, action))

    def unlinked(self, now: int) -> list[Out]:
        """The link is lost: phones go on ringing and people talking; nothing can be said."""
        self.floor.pass_time(now)
        self.floor.linked = False
        return self._done()

    def keep_standby(self, standby: Standby, now: int) -> list[Out]:
        """Whom Asterisk rings by itself while we are silent has changed."""
        self.floor.pass_time(now)
        standbys.keep(self.floor, standby)
        return self._done()

    @property
    def standby_stale(self) -> bool:
        """Whether what Asterisk has at hand for a time without us is not what counts; with no link nobody can tell."""
        return standbys.is_stale(self.floor)

    def change_office(self, directory: Directory, now: int) -> list[Out]:
        """People, phones, numbers and times have changed, with calls going on.

        Who left is known until the next start, so that their talks go on as any other.
        """
        floor = self.floor
        floor.pass_time(now)
        gone = [
            person
            for person in floor.directory.people
            if person.id not in directory.by_id
            and not any(phone.device in directory.by_device for phone in person.phones)
        ]
        floor.directory = replace(directory, people=(*directory.people, *gone))
        floor.devices.change_office(floor.directory)
        if floor.linked:
            for action in resync.told_of_the_directory(directory):
                floor.say(action)
            standbys.write(floor)
        return self._done()

    def devices_listed(self, devices: Iterable[AmiEvent], now: int) -> list[Out]:
        """The states of all devices, asked for since the office changed."""
        self.floor.pass_time(now)
        self.floor.devices.learn({event.get("Device"): event.get("State") for event in devices})
        for person in self.floor.directory.by_id:
            ringing.look_at(self.floor, person)
        return self._done()

    # --- what happens

    def event(self, event: AmiEvent, now: int) -> list[Out]:
        """Asterisk says something."""
        self.floor.pass_time(now)
        if event.name != "UserEvent":
            handler = EVENTS.get(event.name)
        elif event.one("Key") == self.floor.key:
            handler = USER_EVENTS.get(event.get("UserEvent"))
        else:
            handler = None
        if handler is not None:
            self.floor.safely(event.name, partial(handler, self.floor, event))
        return self._done()

    def refused(self, leg: str, why: str, now: int) -> list[Out]:
        """Asterisk refused to originate a leg, or was never asked."""
        self.floor.pass_time(now)
        ringing.refused(self.floor, leg, why)
        return self._done()

    def not_there(self, leg: str, now: int) -> list[Out]:
        """Asterisk, asked for a leg's channel, knows none."""
        self.floor.pass_time(now)
        lost_news.not_there(self.floor, leg)
        return self._done()

    def answered(self, ask: Ask, value: str, now: int) -> list[Out]:
        """Asterisk, asked for a variable, has this value; "" for none."""
        self.floor.pass_time(now)
        self.floor.safely("an answer", partial(ask.then, self.floor, value))
        return self._done()

    def perform(self, actions: Sequence[Action | Warn], now: int) -> list[Out]:
        """The desk says what is to be done."""
        self.floor.pass_time(now)
        if self.floor.expected:
            self.floor.early += actions
            return self._done()
        for action in actions:
            self.floor.safely(type(action).__name__, partial(self._perform, action))
        return self._done()

    def _perform(self, action: Action | Warn) -> None:
        match action:
            case Ring():
                ringing.ring(self.floor, action)
                lost_news.make_sure_later(self.floor, action)
            case StopRinging():
                ringing.stop_ringing(self.floor, action)
            case Hold():
                calls.hold(self.floor, action)
            case Release():
                calls.release(self.floor, action)
            case Warn():
                talks.warn(self.floor, action)
            case _:
                pass  # telling the owner is the pages' and the messengers' work

    def leave_to_fallback(self, calls_of_it: Iterable[CallId], now: int) -> list[Out]:
        """The desk can't serve these calls any more."""
        self.floor.pass_time(now)
        for call in calls_of_it:
            self.floor.safely("leave_to_fallback", partial(calls.leave_to_fallback, self.floor, call))
        return self._done()

    def time(self, now: int) -> list[Out]:
        """Time has passed."""
        self.floor.pass_time(now)
        return self._done()

    @property
    def next_deadline(self) -> int | None:
        """When time changes something next (ms)."""
        return self.floor.next_deadline

    def heartbeat(self, beat: int) -> AmiAction:
        """What tells the dialplan that the router lives; to be said every second, with another number each time."""
        return commands.set_global("HOTLINE_ALIVE", str(beat))

    def ask_key(self) -> AmiAction:
        """What asks whether Asterisk still has our globals: a reload of the dialplan may forget them."""
        return commands.get_global("HOTLINE_KEY")

    def _done(self) -> list[Out]:
        out, self.floor.out = self.floor.out, []
        return out
