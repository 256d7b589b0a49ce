"""What can go wrong with AMI, by whose fault. May live here: exception classes only.

An action's future fails with exactly one of three, and they differ in what is known of the action:
`AmiNotConnectedError` (never sent), `AmiLinkLostError` and `AmiNoAnswerError` (sent: Asterisk may have done it or not).
None of them is ever followed by sending the action again.
"""

from __future__ import annotations

from router.errors import PbxError, RequestError, Text


class AmiError(PbxError):
    """Any failure of the link to Asterisk's manager interface."""

    id = "ami"


class AmiConnectError(AmiError):
    """No connection: nobody listens there, the host is unknown, TLS failed, or the greeting did not come in time."""

    id = "ami-unreachable"


class AmiNotAsteriskError(AmiConnectError):
    """Something answers at the address, and it is no Asterisk manager."""

    id = "ami-not-asterisk"


class AmiLoginRefusedError(AmiError):
    """Asterisk refused the user name or the secret."""

    id = "ami-login-refused"


class AmiNotConnectedError(AmiError):
    """The action was not sent, as there was no signed-in link at that moment."""

    id = "ami-not-connected"


class AmiLinkLostError(AmiError):
    """The link broke; what was sent and not answered may have been done or not."""

    id = "ami-link-lost"


class AmiNoAnswerError(AmiError):
    """The link stands, and the answer to this one action did not come in time."""

    id = "ami-no-answer"


class AmiClosedError(AmiError):
    """We ended the link ourselves."""

    id = "ami-closed"


class AmiActionRefusedError(AmiError):
    """Asterisk answered the action with an error; `response` is its answer (a `messages.Response`)."""

    id = "ami-action-refused"

    def __init__(self, message: Text, *, response: object, cure: Text = "") -> None:
        super().__init__(message, cure=cure)
        self.response = response


class AmiValueError(RequestError):
    """An action holds a key or value that AMI can't carry without becoming something else; nothing was sent."""

    id = "ami-value"


class AmiWaitError(RequestError):
    """The thread that reads answers would wait for one: it would wait for ever, so it is refused at once."""

    id = "ami-wait-in-callback"
