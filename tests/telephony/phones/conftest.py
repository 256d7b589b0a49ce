"""A world for each test, which must leave no thread and no descriptor; two phones that need no server; an Asterisk."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.ports import first_rtp_port, tcp_port, udp_port
from tests.telephony.phones.caller import Caller
from tests.telephony.phones.phone import SipPhone
from tests.telephony.phones.world import World

if TYPE_CHECKING:
    from router.telephony.private.instance import PrivateAsterisk

HOTLINE = "4008001234"
NOBODY = ("127.0.0.1", 9)  # the server of a phone that needs none

DIALPLAN = f"""
[hotline-in]
exten => {HOTLINE},1,Dial(PJSIP/101&PJSIP/102&PJSIP/fixed-C,20,t)
 same => n,Hangup(${{HANGUPCAUSE}})

[hotline-codes]
exten => *1,1,Answer()
 same => n,Echo()
exten => *2,1,Progress()
 same => n,Playtones(!440/1000)
 same => n,Wait(1)
 same => n,Hangup(17)
"""


@pytest.fixture
def world() -> Iterator[World]:
    """Nothing of it may outlive the test."""
    threads, descriptors = threading.active_count(), open_descriptors()
    made = World()
    yield made
    made.close()
    assert threading.active_count() == threads
    assert open_descriptors() == descriptors


def open_descriptors() -> int:
    """How many files and sockets this process has open."""
    return len(os.listdir("/dev/fd"))  # noqa: PTH208  (a Path would open one more while it counts)


@pytest.fixture
def phone(world: World) -> SipPhone:
    """A phone that is called without a server."""
    return SipPhone("101", server=NOBODY, world=world)


@pytest.fixture
def caller(world: World, phone: SipPhone) -> Caller:
    """A caller whose server is the phone itself."""
    return Caller(server=(phone.host, phone.port), world=world)


@pytest.fixture(scope="session")
def pbx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateAsterisk]:
    """An Asterisk with three phones and a trunk, whose hotline is a plain Dial."""
    from router.telephony.private.find import ensure_asterisk
    from router.telephony.private.instance import PrivateAsterisk
    from router.telephony.private.settings import AccountSettings, ContactSettings, PrivateSettings, TrunkSettings

    folder = Path(tmp_path_factory.mktemp("phones"))
    (folder / "hotline.conf").write_text(DIALPLAN, encoding="utf-8")
    (folder / "hotline-features.conf").write_text("[applicationmap]\n", encoding="utf-8")
    rtp = first_rtp_port()
    settings = PrivateSettings(
        ami_secret="made-up-for-tests",
        sip_port=udp_port(),
        ami_port=tcp_port(),
        rtp_first=rtp,
        rtp_last=rtp + 400,
        trunks=(TrunkSettings(name="carrier", match=("127.0.0.2",), numbers=((HOTLINE, HOTLINE),)),),
        accounts=tuple(AccountSettings(account=one, secret="secret" + one) for one in ("101", "102")),
        contacts=(ContactSettings(name="fixed-C", uri=f"sip:c@127.0.0.4:{udp_port()}", number="103"),),
        extensions=(("101", ("PJSIP/101",)), ("102", ("PJSIP/102",)), ("103", ("PJSIP/fixed-C",))),
        dialplan=folder,
    )
    one = PrivateAsterisk(ensure_asterisk(), folder / "asterisk", settings)
    one.start()
    yield one
    one.stop()
