"""A call that a phone gets: ringing, answering, refusing, being cancelled.

May live here: the called side until the answer.
"""

from __future__ import annotations

import time

from tests.telephony.phones.dialog import Leg
from tests.telephony.phones.line import Line
from tests.telephony.phones.messages import Message, tag_of, token, uri_of
from tests.telephony.phones.sdp import media_of
from tests.telephony.phones.world import Address


class IncomingLeg(Leg):
    """A call got. Nothing is answered by itself: its phone says what to do."""

    def __init__(self, line: Line, invite: Message, sender: Address) -> None:
        super().__init__(
            line,
            call_id=invite.get("call-id"),
            local=f"{invite.get('to')};tag={token()}",
            remote=invite.get("from"),
            target=uri_of(invite.get("contact")),
            peer=sender,
        )
        self.invite = invite
        self._display(invite)

    @property
    def missed(self) -> bool:
        """Whether a phone lists it as missed: cancelled, and not because somebody else has answered."""
        return self.cancelled and not self.completed_elsewhere

    def trying(self) -> None:
        """100: the phone is there, and nothing rings."""
        self.reply(self.invite, 100)

    def ring(self) -> None:
        """180."""
        if self.state in ("new", "early"):
            self.trying()
            self.move("ringing")
            self.reply(self.invite, 180)

    def progress(self) -> None:
        """183 with media, as mobiles behind a trunk do."""
        if self.state == "new":
            self.trying()
            self.move("ringing")
            self.reply(self.invite, 183, self._description())
            self.voice.talk_to(media_of(self.invite.body))

    def accept(self) -> None:
        """200; 488 where the caller speaks no A-law. Nothing happens to a call that has ended meanwhile."""
        if self.state in ("talking", "ended"):
            return
        offered = media_of(self.invite.body)
        if offered is not None and not offered.alaw:
            self.refuse(488)
            return
        self.move("talking")
        self._invited = self.invite
        self.reply(self.invite, 200, self._description())
        self.voice.talk_to(offered)

    def refuse(self, status: int) -> None:
        """A final no: 486 busy, 603 decline ..."""
        if self.state not in ("talking", "ended"):
            self.statuses.append((time.monotonic(), status))
            self.reply(self.invite, status)
            self.end()

    def forward(self, uri: str) -> None:
        """302: the owner has set a call forward."""
        if self.state not in ("talking", "ended"):
            self.statuses.append((time.monotonic(), 302))
            self.line.reply(self.invite, 302, tag=tag_of(self.local), headers=[("contact", f"<{uri}>")])
            self.end()

    def hang_up(self) -> None:
        """Say goodbye, or refuse what rings."""
        if self.state == "talking":
            super().hang_up()
        else:
            self.refuse(480)

    def _on_cancel(self, message: Message) -> None:
        self.reply(message, 200)
        if self.state not in ("talking", "ended"):
            self.cancelled = True
            self.at["cancelled"] = time.monotonic()
            self.reason = ", ".join(message.all("reason"))
            self.reply(self.invite, 487)
            self.end()
