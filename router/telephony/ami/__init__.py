"""Asterisk's manager interface (AMI): bytes to messages, actions to bytes, and a link that mends itself.

May live here: what speaks AMI and nothing that knows calls, people or turns.

It keeps the types and the manner of `asterisk-ami` (`Response`, `send_action`, event listeners; its `Action` and
`Event` as `AmiAction` and `AmiEvent`) over a transport of its own:

    client = AmiClient(AmiAddress(host="127.0.0.1", port=5038, username="hotline", secret=secret), on_event=mailbox.put)
    client.login()                                   # starts the link and waits for the first sign-in
    client.send_action(AmiAction("Ping")).result(5.0)   # -> Response
    client.send_action_list(AmiAction("CoreShowChannels")).result(5.0).events
    client.close()
"""

from router.telephony.ami.address import AmiAddress, AmiTimes
from router.telephony.ami.client import AmiClient
from router.telephony.ami.errors import (
    AmiActionRefusedError,
    AmiClosedError,
    AmiConnectError,
    AmiError,
    AmiLinkLostError,
    AmiLoginRefusedError,
    AmiNoAnswerError,
    AmiNotAsteriskError,
    AmiNotConnectedError,
    AmiValueError,
    AmiWaitError,
)
from router.telephony.ami.messages import AmiAction, AmiEvent, LoginAction, Response, Unknown
from router.telephony.ami.pending import EventList, ListFuture, ResponseFuture

__all__ = [
    "AmiAction",
    "AmiActionRefusedError",
    "AmiAddress",
    "AmiClient",
    "AmiClosedError",
    "AmiConnectError",
    "AmiError",
    "AmiEvent",
    "AmiLinkLostError",
    "AmiLoginRefusedError",
    "AmiNoAnswerError",
    "AmiNotAsteriskError",
    "AmiNotConnectedError",
    "AmiTimes",
    "AmiValueError",
    "AmiWaitError",
    "EventList",
    "ListFuture",
    "LoginAction",
    "Response",
    "ResponseFuture",
    "Unknown",
]
