"""The Asterisk of these tests: a private one, as `hotline up` runs it, with the phones and trunks of the scene."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

from router.telephony.private.conf import shipped
from router.telephony.private.find import ensure_asterisk
from router.telephony.private.instance import PrivateAsterisk
from router.telephony.private.settings import AccountSettings, ContactSettings, PrivateSettings, TrunkSettings
from tests.ports import first_rtp_port, tcp_port, udp_port

HOTLINE = "4008001234"
SECRET = "manager-secret"
ACCOUNTS = ("101", "102", "103", "104", "201", "300")  # 300: finance, who is no consultant


MOBILE = ("127.0.0.3", udp_port())  # where the trunk of the mobiles leads


FIXED = ("127.0.0.1", udp_port())  # a phone at an address of its own, which never registers


def settings(**changes: object) -> PrivateSettings:
    """Four consultants' accounts, a second phone, a carrier, and a trunk with mobiles behind it."""
    rtp = first_rtp_port()
    made = PrivateSettings(
        ami_secret=SECRET,
        sip_port=udp_port(),
        ami_port=tcp_port(),
        rtp_first=rtp,
        rtp_last=rtp + 800,
        language="en",
        accounts=tuple(AccountSettings(account=name, secret="secret" + name) for name in ACCOUNTS),
        trunks=(
            TrunkSettings(name="carrier", match=("127.0.0.2",), numbers=((HOTLINE, HOTLINE),)),
            TrunkSettings(name="mobiles", match=(MOBILE[0],), server=f"{MOBILE[0]}:{MOBILE[1]}", outgoing=True),
        ),
        contacts=(ContactSettings(name="fixed-F", uri=f"sip:f@{FIXED[0]}:{FIXED[1]}"),),
        extensions=(*((name, (f"PJSIP/{name}",)) for name in ACCOUNTS), ("106", ("PJSIP/fixed-F",))),
        dialplan=shipped("dialplan"),
        verbose=3,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the caller names real fields


class MortalAsterisk(PrivateAsterisk):
    """One that dies with the tests: killed outright, they leave nothing behind."""

    @property
    def argv(self) -> tuple[str, ...]:
        return ("setpriv", "--pdeathsig", "TERM", *super().argv)


class Pbx:
    """One Asterisk process. `sip` and `ami` are its ports."""

    def __init__(self, folder: Path, **changes: object) -> None:
        self._asterisk = MortalAsterisk(ensure_asterisk(), folder, settings(**changes))
        self.folder = folder.absolute()
        self.sip, self.ami = self._asterisk.settings.sip_port, self._asterisk.settings.ami_port

    def start(self) -> None:
        """Start it and wait until it takes calls."""
        self._asterisk.start()

    def stop(self) -> None:
        """End it."""
        self._asterisk.stop()

    def is_killed(self) -> None:
        """It ends in the middle of everything, and is started again."""
        pid = self._asterisk.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        self._asterisk.stop()
        self.start()

    def cli(self, command: str) -> str:
        """What the console says to a command."""
        return self._asterisk.rx(command)

    def channels(self) -> list[str]:
        """Names of the channels that live. (The list may show some that are gone; the count never does.)"""
        if "0 active channels" in self.cli("core show channels count"):
            return []
        return [line.split("!")[0] for line in self.cli("core show channels concise").splitlines() if "!" in line]

    def log(self) -> str:
        """Its log so far."""
        return "\n".join(path.read_text("utf-8", "replace") for path in (self._asterisk.folder / "log").glob("*.log"))
