"""An Asterisk for tests: one a session, on free ports, in a folder of its own; and the means to make others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from router.telephony.private.binary import AsteriskBinary
from router.telephony.private.find import ensure_asterisk
from router.telephony.private.instance import PrivateAsterisk
from router.telephony.private.settings import AccountSettings, ContactSettings, PrivateSettings, TrunkSettings
from tests.ports import first_rtp_port, tcp_port, udp_port

HOTLINE = "4008001234"

PLACEHOLDER = f"""
[hotline-in]
exten => {HOTLINE},1,NoOp(a call)
 same => n,Answer()
 same => n,Playback(hotline/waiting)
 same => n,Wait(60)

[hotline-unknown]
exten => s,1,Hangup(1)

[hotline-codes]
exten => *1,1,Answer()
 same => n,Playback(hotline/presence-present)

[hotline-no-forwards]
exten => _[+*0-9A-Za-z]!,1,Hangup(21)
"""


def office(dialplan: Path, **changes: object) -> PrivateSettings:
    """An office with a carrier at 127.0.0.2, the accounts 101 and 102, and C's phone at a fixed address."""
    rtp = first_rtp_port()
    settings = PrivateSettings(
        ami_secret="made-up-for-tests",
        sip_port=udp_port(),
        ami_port=tcp_port(),
        rtp_first=rtp,
        rtp_last=rtp + 400,
        trunks=(TrunkSettings(name="carrier", match=("127.0.0.2",), numbers=((HOTLINE, HOTLINE),)),),
        accounts=(
            AccountSettings(account="101", secret="secret-of-101", display="陈晨"),
            AccountSettings(account="102", secret="secret-of-102", display="李丽"),
        ),
        contacts=(ContactSettings(name="fixed-C", uri=f"sip:c@127.0.0.1:{udp_port()}", number="103"),),
        extensions=(("101", ("PJSIP/101",)), ("102", ("PJSIP/102",)), ("103", ("PJSIP/fixed-C",))),
        dialplan=dialplan,
    )
    return replace(settings, **changes)  # type: ignore[arg-type]  # the test names real fields


@pytest.fixture(scope="session")
def binary() -> AsteriskBinary:
    """The machine's Asterisk, installed if need be."""
    return ensure_asterisk()


@pytest.fixture(scope="session")
def dialplan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dialplan that answers and speaks, in place of the hotline's."""
    folder = tmp_path_factory.mktemp("dialplan")
    (folder / "hotline.conf").write_text(PLACEHOLDER, encoding="utf-8")
    (folder / "hotline-features.conf").write_text("[applicationmap]\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def asterisk(
    binary: AsteriskBinary, dialplan: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PrivateAsterisk]:
    """A running Asterisk of the office."""
    one = PrivateAsterisk(binary, tmp_path_factory.mktemp("asterisk"), office(dialplan))
    one.start()
    yield one
    one.stop()
    assert one.pid is None
