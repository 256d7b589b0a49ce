"""What the router's own manager user may do, and what it can't: each right is needed, and none of them is a shell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from router.telephony.ami import AmiAction, AmiAddress, AmiClient
from tests.telephony.phones.people import until
from tests.telephony.switchboard.pbx import SECRET, Pbx

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]
FORBIDDEN = ("system", "command", "config", "all", "log", "agi", "dialplan", "originateall")


@pytest.fixture
def router(pbx: Pbx) -> Iterator[AmiClient]:
    """Whoever has the router's password."""
    address = AmiAddress(host="127.0.0.1", port=pbx.ami, username="hotline", secret=SECRET)
    with AmiClient(address) as client:
        yield client


def asks(router: AmiClient, name: str, **keys: str) -> bool:
    """Whether Asterisk takes the action."""
    return not router.send_action(AmiAction(name, keys)).result(5).is_error()


def test_whoever_has_the_router_s_password_has_no_shell(pbx: Pbx, router: AmiClient, tmp_path: Path) -> None:
    mark = tmp_path / "was-here"
    touch = f"touch {mark}"
    line = {"Channel": "Local/line@hotline-write/n", "Async": "true"}
    applications = {
        "System": touch,
        "TrySystem": touch,
        "AGI": f"/usr/bin/touch,{mark}",
        "Exec": f"System({touch})",
        "ExecIf": f"1?System({touch})",
        "TryExec": f"System({touch})",
        "MixMonitor": f"{tmp_path}/a.wav,,{touch}",
        "ExternalIVR": touch,
        "Originate": f"Local/line@hotline-write,app,System,{touch}",
        "Record": f"{mark}:wav,1,1",
        "NoOp": f"${{SHELL({touch})}}",
        "Set": f"FILE({mark},,,a)=x",
        "Dial": f"Local/line@hotline-write/n,5,U(x^${{SHELL({touch})}})",
    }
    for application, data in applications.items():
        asks(router, "Originate", **line, Application=application, Data=data)
    taken = {
        "Command": asks(router, "Command", Command=f"!{touch}"),
        "ModuleLoad": asks(router, "ModuleLoad", Module="app_system.so", LoadType="load"),
        "MixMonitor": asks(router, "MixMonitor", Channel="Local/line", File=str(mark), Command=touch),
        "UpdateConfig": asks(router, "UpdateConfig", SrcFilename="extensions.conf", DstFilename="extensions.conf"),
        "GetConfig": asks(router, "GetConfig", Filename="pjsip.conf"),
        "DialplanExtensionAdd": asks(
            router, "DialplanExtensionAdd", Context="x", Extension="s", Priority="1", Application="System"
        ),
        "DBPut": asks(router, "DBPut", Family="hotline", Key="x", Val="1"),
        "CreateConfig": asks(router, "CreateConfig", Filename="x.conf"),
    }
    assert not any(taken.values()), taken
    asks(router, "Setvar", Variable=f"SHELL({touch})", Value="1")
    asks(router, "Setvar", Variable=f"FILE({mark},,,a)", Value="x")
    asks(router, "Getvar", Variable=f"SHELL({touch})")
    call = {**line, "Context": "hotline-write", "Exten": "line", "Priority": "1"}
    asks(router, "Originate", **call, Variable=f"SHELL({touch})=1")
    until("nothing runs any more", lambda: not _hang_up_all(pbx), 8)
    assert not mark.exists()
    assert not list(tmp_path.iterdir())


def _hang_up_all(pbx: Pbx) -> list[str]:
    pbx.cli("channel request hangup all")
    return pbx.channels()


@pytest.mark.parametrize("application", ["System", "AGI", "MixMonitor", "Originate", "Record", "ExternalIVR"])
def test_applications_that_run_commands_are_not_there(pbx: Pbx, application: str) -> None:
    assert "not registered" in pbx.cli(f"core show application {application}")


def test_the_router_s_user_has_no_class_that_it_does_not_need(pbx: Pbx) -> None:
    shown = pbx.cli("manager show user hotline")
    rights = {
        part.split(":")[0].strip(): part.split(":")[1].strip()
        for part in shown.splitlines()
        if part.strip().startswith(("read perm", "write perm"))
    }
    assert rights == {"read perm": "call,user", "write perm": "call,reporting,originate"}
    assert not set(",".join(rights.values()).split(",")) & set(FORBIDDEN)
