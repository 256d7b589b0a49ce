"""The switchboard: carries the desk's actions out on Asterisk, and tells the desk what happens there.

May live here: everything that knows both calls and AMI. `board.py` and what it uses are sans-I/O: AMI events and desk
actions in, AMI actions and letters out; `switchboard.py` is the thin shell with the link and the clock.

    board = AsteriskSwitchboard(address, directory, mailbox=engine)
    board.expect(expected_calls(desk.office))    # after a restart: what the journal says is going on
    board.start()                 # keeps the link; letters come from now on
    board.perform(actions)        # from the engine's thread, never waits
    board.stop()
"""

from router.telephony.switchboard.directory import (
    AdvertisedNumber,
    Directory,
    Handset,
    Shift,
    Standby,
    Subscriber,
    Times,
    TrunkLine,
)
from router.telephony.switchboard.recovery import expected_calls
from router.telephony.switchboard.switchboard import AsteriskSwitchboard

__all__ = [
    "AdvertisedNumber",
    "AsteriskSwitchboard",
    "Directory",
    "Handset",
    "Shift",
    "Standby",
    "Subscriber",
    "Times",
    "TrunkLine",
    "expected_calls",
]
