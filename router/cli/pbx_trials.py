"""While the service runs: what the PBX lacks is found out, logged and shown. May live here: when it is tried anew.

After each new link (Asterisk was restarted, or we were), and from time to time for what somebody changed meanwhile: a
manager.conf that was edited shows at the next sign-in only, and a dialplan reload may forget our globals.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from router.logs import logger
from router.telephony.ami import AmiAddress
from router.telephony.ami.errors import AmiError
from router.telephony.switchboard import AsteriskSwitchboard, Directory
from router.telephony.trial import Lack, try_pbx

log = logger(__name__)

LOOK_SECONDS = 1.0
AGAIN_SECONDS = 300.0
SOON_SECONDS = 5.0  # an Asterisk that has just come up lets us in before it has loaded its dialplan


class PbxTrials:
    """Tries the PBX in a thread of its own; `lacks` is what the last trial found."""

    def __init__(
        self,
        address: Callable[[], AmiAddress],
        directory: Callable[[], Directory],
        switchboard: AsteriskSwitchboard,
        *,
        private: bool,
    ) -> None:
        self._address, self._directory, self._private = address, directory, private
        self._switchboard = switchboard
        self.lacks: tuple[Lack, ...] = ()
        self.on_change: Callable[[], None] = lambda: None

    def follow(self, over: threading.Event) -> None:
        """Try until `over`."""
        tried_link, waited, again = -1, 0.0, AGAIN_SECONDS
        while not over.wait(LOOK_SECONDS):
            waited += LOOK_SECONDS
            link = self._switchboard.links
            if link > 0 and (link != tried_link or waited >= again):
                again = SOON_SECONDS if link != tried_link else min(again * 4, AGAIN_SECONDS)
                tried_link, waited = link, 0.0
                self.try_once()
                again = again if self.lacks else AGAIN_SECONDS

    def try_once(self) -> None:
        """One trial; what is new is said in the log."""
        try:
            found = tuple(try_pbx(self._address(), self._directory(), private=self._private))
        except (AmiError, OSError) as error:
            found = (Lack(id="sign-in", words=f"the manager user can't sign in: {error}", cure="see manager.conf"),)
        known = set(self.lacks)
        for lack in found:
            if lack not in known:
                log.error("pbx-lacks", what=lack.id, words=lack.words, cure=lack.cure)
        for lack in known - set(found):
            log.info("pbx-lacks-no-more", what=lack.id)
        if found != self.lacks:
            self.lacks = found
            self.on_change()
