"""Messages as Asterisk 22 writes them, for tests and benches: those of a call, and many calls mixed."""

from __future__ import annotations

import random

CHANNEL = """\
Channel: {channel}
ChannelState: {state}
ChannelStateDesc: {state_name}
CallerIDNum: {number}
CallerIDName: {name}
ConnectedLineNum: {connected}
ConnectedLineName: <unknown>
Language: en
AccountCode: {account}
Context: {context}
Exten: {exten}
Priority: {priority}
Uniqueid: {uniqueid}
Linkedid: {linkedid}
"""

DEST = "".join("Dest" + line + "\n" for line in CHANNEL.splitlines())

NEWCHANNEL = "Event: Newchannel\nPrivilege: call,all\nSystemName: office\n" + CHANNEL
NEWSTATE = "Event: Newstate\nPrivilege: call,all\nSystemName: office\n" + CHANNEL
NEWEXTEN = (
    "Event: Newexten\nPrivilege: dialplan,all\nSystemName: office\n"
    + CHANNEL
    + "Extension: {exten}\nApplication: {application}\nAppData: {data}\n"
)
VARSET = (
    "Event: VarSet\nPrivilege: dialplan,all\nSystemName: office\n" + CHANNEL + "Variable: {variable}\nValue: {data}\n"
)
DIALBEGIN = (
    "Event: DialBegin\nPrivilege: call,all\nSystemName: office\n" + CHANNEL + DEST + "DialString: hotline-offer/n\n"
)
DIALEND = "Event: DialEnd\nPrivilege: call,all\nSystemName: office\n" + CHANNEL + DEST + "DialStatus: ANSWER\n"
USEREVENT = (
    "Event: UserEvent\nPrivilege: user,all\nSystemName: office\n" + CHANNEL + "UserEvent: HotlineCall\nCall: {data}\n"
)
HANGUP = (
    "Event: Hangup\nPrivilege: call,all\nSystemName: office\n"
    + CHANNEL
    + "ChanVariable: HOTLINE_CALL={data}\nChanVariable: HOTLINE_STAGE=3\n"
    + "Cause: 16\nCause-txt: Normal Clearing\nTechCause: BYE\n"
)
RTCP = (
    "Event: RTCPSent\nPrivilege: reporting,all\nSystemName: office\n"
    + CHANNEL
    + "To: 127.0.0.2:40013\nFrom: 127.0.0.1:14001\nSSRC: 0x3ab2f1c0\nPT: 200(SR)\nReportCount: 1\n"
    "SentNTP: 1700000000.12345678\nSentRTP: 48000\nSentPackets: 250\nSentOctets: 40000\nReport0SourceSSRC: 0x1f2e3d4c\n"
    "Report0FractionLost: 0\nReport0CumulativeLost: 0\nReport0HighestSequence: 22011\nReport0SequenceNumberCycles: 0\n"
    "Report0IAJitter: 3\nReport0LSR: 1234567\nReport0DLSR: 0.5320\n"
)

VARIABLES = (
    "DIALEDPEERNUMBER",
    "SIPCALLID",
    "HOTLINE_CALL",
    "BRIDGEPEER",
    "RTPAUDIOQOS",
    "DIALSTATUS",
    "~HASH~SIP_CAUSE~",
)
NAMES = ("<unknown>", "王先生 客户", "LI SI", "Zhang San", "陈小姐")


def wire(text: str) -> bytes:
    """A message written with plain line ends, as bytes for the wire."""
    return text.strip("\n").replace("\n", "\r\n").encode() + b"\r\n\r\n"


def call(number: int, chance: random.Random) -> list[bytes]:
    """The messages of one call without event filters: about 80, most of them VarSet and Newexten, as in real life."""
    linked = f"office-{1700000000 + number}.{number * 7}"
    fields = {
        "channel": f"PJSIP/trunk-{number:08x}",
        "state": "4",
        "state_name": "Ring",
        "number": f"139{chance.randrange(10**8):08}",
        "name": chance.choice(NAMES),
        "connected": "<unknown>",
        "account": "",
        "context": "hotline-in",
        "exten": "4008001234",
        "priority": "1",
        "uniqueid": linked,
        "linkedid": linked,
        "application": "Set",
        "data": f"{chance.getrandbits(64):016x}",
        "variable": "HOTLINE_CALL",
    }

    def said(template: str, **changes: str) -> bytes:
        return wire(template.format(**{**fields, **changes}))

    messages = [said(NEWCHANNEL), said(USEREVENT)]
    for step in range(10):
        messages.append(said(NEWEXTEN, priority=str(step + 2), data=f"CALLERID(num)=${{FILTER(0-9+,{step})}}"))
    for step in range(56):
        messages.append(said(VARSET, variable=chance.choice(VARIABLES), priority=str(step % 12)))
    messages += [
        said(DIALBEGIN),
        said(NEWSTATE, state="5", state_name="Ringing"),
        said(DIALEND),
        said(NEWSTATE, state="6"),
    ]
    messages += [said(RTCP) for _ in range(4)]
    messages += [said(HANGUP), said(HANGUP, channel=f"PJSIP/101-{number:08x}")]
    return messages


def record(messages: int, seed: int = 4) -> list[bytes]:
    """So many messages of several calls at a time, mixed as on a busy hotline."""
    chance = random.Random(seed)
    waiting: list[list[bytes]] = []
    recorded: list[bytes] = []
    number = 0
    while len(recorded) < messages:
        while len(waiting) < 8:
            number += 1
            waiting.append(call(number, chance)[::-1])
        speaking = chance.choice(waiting)
        recorded.append(speaking.pop())
        waiting = [rest for rest in waiting if rest]
    return recorded
