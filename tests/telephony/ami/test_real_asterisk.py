"""What a real Asterisk makes of our actions, and we of its messages."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from router.telephony.ami import (
    AmiAction,
    AmiActionRefusedError,
    AmiAddress,
    AmiClient,
    AmiEvent,
    AmiLinkLostError,
    AmiLoginRefusedError,
    AmiNotConnectedError,
    AmiTimes,
    AmiValueError,
)
from tests.telephony.ami import real_asterisk
from tests.telephony.ami.conftest import QUICK, Witness
from tests.telephony.ami.scripted_server import LIMIT_SECONDS

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.skipif(real_asterisk.command() is None, reason="no Asterisk here: `./hotline test` installs one"),
]

Running = tuple[AmiAddress, subprocess.Popen[bytes]]
HOSTILE = 'a,INJECTED=1,"q" \\ (x] 王=y ${EPOCH} ;'


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with real_asterisk.running(tmp_path_factory.mktemp("asterisk")) as started:
        yield started


@pytest.fixture
def link(asterisk: Running, witness: Witness) -> Iterator[AmiClient]:
    address, _ = asterisk
    client = AmiClient(address, on_event=witness.events.put, on_disconnected=witness.disconnected.put, times=QUICK)
    with client:
        yield client


def ask(link: AmiClient, name: str, **keys: str | int) -> str:
    """Ask, insist on success, and give the `Value` of the answer."""
    return link.send_action(AmiAction(name, keys)).result(LIMIT_SECONDS).raise_if_refused().get("Value")


def the_next(witness: Witness, name: str) -> AmiEvent:
    """The next event of this name; others before it are passed over."""
    while (event := witness.events.get(timeout=LIMIT_SECONDS)).name != name:
        pass
    return event


def test_hostile_variables_arrive_as_they_are_and_set_nothing_else(link: AmiClient, witness: Witness) -> None:
    keys: dict[str, str | int] = {
        "Channel": "Local/caller@probe/n",
        "Context": "probe",
        "Exten": "router",
        "Priority": 1,
        "Async": "true",
    }
    keys |= {"ChannelId": "ours-1", "OtherChannelId": "ours-2"}
    sent = link.send_action(AmiAction("Originate", keys, [("HOTLINE_NAME", HOSTILE), ("HOTLINE_CALL", "a1")]))
    sent.result(LIMIT_SECONDS).raise_if_refused()
    event = the_next(witness, "OriginateResponse")
    assert (event["ActionID"], event["Uniqueid"]) == (sent.action_id, "ours-1")
    listed = link.send_action_list(AmiAction("CoreShowChannels")).result(LIMIT_SECONDS)
    channels = {channel["Uniqueid"]: channel["Channel"] for channel in listed.events}
    assert set(channels) == {"ours-1", "ours-2"}
    ours = channels["ours-1"]
    assert ask(link, "Getvar", Channel=ours, Variable="HOTLINE_NAME") == HOSTILE
    assert ask(link, "Getvar", Channel=ours, Variable="HOTLINE_CALL") == "a1"
    assert ask(link, "Getvar", Channel=ours, Variable="INJECTED") == ""
    ask(link, "Hangup", Channel=ours, Cause=26)


def test_global_variables_and_database_values_arrive_as_they_are(link: AmiClient) -> None:
    ask(link, "Setvar", Variable="HOTLINE_ALIVE", Value=HOSTILE)
    assert ask(link, "Getvar", Variable="HOTLINE_ALIVE") == HOSTILE
    ask(link, "DBPut", Family="hotline", Key="list", Val=HOSTILE)
    listed = link.send_action_list(AmiAction("DBGetTree", {"Family": "hotline"})).result(LIMIT_SECONDS)
    assert [event["Val"] for event in listed.events] == [HOSTILE]


def test_the_longest_line_that_we_send_is_read_whole(link: AmiClient, witness: Witness) -> None:
    longest = "z" * (1022 - len("Body: "))
    ask(link, "UserEvent", UserEvent="Probe", Body=longest)
    assert the_next(witness, "UserEvent")["Body"] == longest
    with pytest.raises(AmiValueError):
        ask(link, "UserEvent", UserEvent="Probe", Body=longest + "z")


def test_the_lines_of_a_command_are_all_kept(link: AmiClient) -> None:
    answer = link.send_action(AmiAction("Command", {"Command": "core show uptime"})).result(LIMIT_SECONDS)
    assert [line.split(":")[0] for line in answer.get_all("Output")] == ["System uptime", "Last reload"]


def test_an_unknown_action_is_refused_in_asterisks_words(link: AmiClient) -> None:
    with pytest.raises(AmiActionRefusedError, match="Invalid/unknown command"):
        ask(link, "NoSuchAction")


def test_a_wrong_secret_is_refused(asterisk: Running) -> None:
    client = AmiClient(dataclasses.replace(asterisk[0], secret="wrong"), times=QUICK)
    with pytest.raises(AmiLoginRefusedError, match="Authentication failed"):
        client.login()
    client.close()


def freeze(pid: int) -> None:
    """Stop a process, and see each of its threads stopped: until then one may still answer a ping."""
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + LIMIT_SECONDS
    while any(state(thread) != "T" for thread in Path(f"/proc/{pid}/task").iterdir()):
        assert time.monotonic() < deadline, "not stopped in time"
        time.sleep(0.005)


def state(thread: Path) -> str:
    """The state letter of a thread, which follows its name in brackets (proc(5))."""
    return (thread / "stat").read_text().rpartition(") ")[2][0]


def test_a_frozen_asterisk_is_noticed_and_a_thawed_one_found_again(asterisk: Running, witness: Witness) -> None:
    address, process = asterisk
    times = AmiTimes(ping_seconds=0.2, pong_seconds=0.4, retry_first_seconds=0.05, login_seconds=0.5)
    client = AmiClient(
        address, times=times, on_connected=witness.connected.put, on_disconnected=witness.disconnected.put
    )
    with client:
        witness.hears_of_a_link()
        freeze(process.pid)
        try:
            with pytest.raises((AmiLinkLostError, AmiNotConnectedError)):  # the latter where our own ping noticed first
                client.send_action(AmiAction("Ping")).result(LIMIT_SECONDS)
        finally:
            os.kill(process.pid, signal.SIGCONT)
        assert "no answer to a ping" in str(witness.hears_of_the_end())
        witness.hears_of_a_link()
