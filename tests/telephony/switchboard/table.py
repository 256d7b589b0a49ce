"""A board without Asterisk, on a table: AMI events as Asterisk 22 wrote them (recorded), in; letters and actions, out.

May live here: the recorded events, as text tables, and what puts them to a board.
"""

from __future__ import annotations

from router.core.actions import Ring, StopRinging
from router.core.inputs import DeviceChanged, Input
from router.core.words import CallId, DeviceState, PersonId, Stage
from router.engine.ports import Letter
from router.telephony.ami import AmiEvent
from router.telephony.ami.messages import parse
from router.telephony.switchboard.board import Board
from router.telephony.switchboard.directory import AdvertisedNumber, Directory, Handset, Subscriber, Times, TrunkLine
from router.telephony.switchboard.floor import Alarm, Out, ToSend

CALL = CallId("c0123456789abcdef012")
A, B = PersonId("A"), PersonId("B")

HOTLINE_CALL = """
Event: UserEvent
UserEvent: HotlineCall
Key: {key}
Call: c0123456789abcdef012
Offer: Local/c0123456789abcdef012@hotline-offer-00000000
From: 13900000001
Number: 4008001234
Answer: waiting
CallerUniqueid: hotline-1795516226.0
CallerChannel: PJSIP/carrier-00000000
"""

RINGING = """
Event: Newstate
Channel: PJSIP/101-00000001
ChannelState: 5
ChannelStateDesc: Ringing
Uniqueid: {leg}
"""

UP = RINGING.replace("5", "6").replace("Ringing", "Up")

PROGRESS = """
Event: DialState
DestChannel: PJSIP/101-00000001
DestUniqueid: {leg}
DialStatus: PROGRESS
"""

PICKUP = """
Event: Pickup
Channel: PJSIP/101-00000001
Uniqueid: {leg}
TargetChannel: Local/c0123456789abcdef012@hotline-offer-00000000;1
TargetUniqueid: hotline-1795516226.1
"""

FAILURE = """
Event: OriginateResponse
ActionID: {leg}
Response: Failure
Channel: PJSIP/101
Reason: 0
Uniqueid: {leg}
"""

ENDED = """
Event: UserEvent
UserEvent: HotlineEnded
Key: {key}
Call: c0123456789abcdef012
Source: PJSIP/carrier-00000000
"""

FALLBACK_ANSWERED = """
Event: UserEvent
UserEvent: HotlineFallbackAnswered
Key: {key}
Call: c0123456789abcdef012
Phone: PJSIP/101-00000001
"""

WRITTEN = """
Event: UserEvent
UserEvent: HotlineWritten
Key: {key}
Generation: {generation}
"""

DEVICE = """
Event: DeviceStateChange
Device: PJSIP/101
State: {state}
"""


PRESENCE_CODE = """
Event: UserEvent
UserEvent: HotlinePresence
Key: {key}
Phone: PJSIP/101-00000002
Presence: break
"""

CALLER = "Event: CoreShowChannel\nChannel: PJSIP/carrier-00000000\nUniqueid: hotline-1795516226.0"
OFFER_NAME = "Local/c0123456789abcdef012@hotline-offer-00000000"
OFFER = f"Event: CoreShowChannel\nChannel: {OFFER_NAME};2\nUniqueid: hotline-2.2\nContext: hotline-ringing"
PHONE = """
Event: CoreShowChannel
Channel: PJSIP/101-00000001
ChannelStateDesc: {state}
Uniqueid: {leg}
"""


def in_context(context: str) -> str:
    """The call's `;2` side, there."""
    return OFFER.replace("hotline-ringing", context)


def hangup(cause: str, tech: str) -> str:
    """As Asterisk wrote it for a phone's channel."""
    return f"\nEvent: Hangup\nChannel: PJSIP/101-00000001\nUniqueid: {{leg}}\nCause: {cause}\nTechCause: {tech}\n"


def event(text: str) -> AmiEvent:
    """A recorded event."""
    made = parse(text.strip().replace("\n", "\r\n"))
    assert isinstance(made, AmiEvent)
    return made


class Table:
    """A board with a clock that stands still until it is moved."""

    def __init__(self, *, link: bool = True) -> None:
        phones = (Handset(dial="PJSIP/101", device="PJSIP/101"),)
        mobile = (Handset(dial="PJSIP/139@carrier", trunk="carrier", confirm=True),)
        office = Directory(
            people=(Subscriber(id=A, extension="101", phones=phones), Subscriber(id=B, phones=mobile)),
            hotlines=(AdvertisedNumber(number="4008001234", trunk="carrier"),),
            trunks=(TrunkLine(name="carrier", lines=9),),
            times=Times(),
        )
        self.board = Board(office)
        self.now = 1_000_000
        self.out: list[Out] = []
        if link:
            self.take(self.board.linked((), [event(DEVICE.format(state="NOT_INUSE"))], self.now))
            self.out.clear()

    def take(self, out: list[Out]) -> None:
        self.out += out

    def says(self, text: str, leg: str = "") -> None:
        """Asterisk says this."""
        filled = text.replace("{leg}", leg or self.leg()).replace("{key}", self.board.floor.key)
        self.take(self.board.event(event(filled), self.now))

    def rings(self, person: PersonId = A) -> None:
        """The desk says: ring this person."""
        self.says(HOTLINE_CALL, "-")
        self.take(self.board.perform([Ring(call=CALL, people=(person,), stage=Stage.ROTATION)], self.now))

    def later(self, ms: int) -> None:
        """Time passes."""
        self.now += ms
        self.take(self.board.time(self.now))

    def leg(self) -> str:
        """The ChannelId of the last phone that was rung."""
        return next(said.leg for said in reversed(self.out) if isinstance(said, ToSend) and said.leg and not said.probe)

    def told(self) -> list[Input]:
        """What the desk was told of the call."""
        return [out.input for out in self.out if isinstance(out, Letter) and not isinstance(out.input, DeviceChanged)]

    def devices(self) -> list[DeviceState]:
        """What the desk was told of A's phone."""
        return [
            out.input.device for out in self.out if isinstance(out, Letter) and isinstance(out.input, DeviceChanged)
        ]

    def said(self, name: str) -> list[dict[str, str]]:
        """The AMI actions of this name."""
        actions = [out.action for out in self.out if isinstance(out, ToSend) and out.action.name == name]
        return [{key: str(value) for key, value in action.keys.items()} for action in actions]

    def written(self) -> list[list[str]]:
        """Each generation that Asterisk was given, as its items."""
        actions = [out.action for out in self.out if isinstance(out, ToSend) and "GEN" in dict(out.action.variables)]
        lines = ([str(line) for name, line in dict(one.variables).items() if name != "GEN"] for one in actions)
        return ["|".join(some).split("|") for some in lines]

    def alarms(self) -> list[str]:
        return [out.id for out in self.out if isinstance(out, Alarm)]


def self_stop(table: Table) -> list[Out]:
    """The desk says: somebody else has it."""
    return table.board.perform([StopRinging(call=CALL, person=A, answered=True)], table.now)
