"""The link to Asterisk as the engine uses it: asking, listing, hearing, ending."""

from __future__ import annotations

import logging
import threading
import time

import pytest
from asterisk.ami import SimpleAction

from router.telephony.ami import (
    AmiAction,
    AmiActionRefusedError,
    AmiAddress,
    AmiClient,
    AmiClosedError,
    AmiEvent,
    AmiNotConnectedError,
    AmiValueError,
    AmiWaitError,
    ResponseFuture,
)
from tests.telephony.ami.conftest import QUICK, Connect, Witness, descriptors
from tests.telephony.ami.scripted_server import LIMIT_SECONDS, ScriptedServer


def test_an_action_gets_its_answer(server: ScriptedServer, client: AmiClient) -> None:
    future = client.send_action(AmiAction("Setvar", {"Variable": "HOTLINE_ALIVE", "Value": 7}))
    assert future.result(LIMIT_SECONDS).status == "Success"
    assert future.response.get("ActionID") == future.action_id
    assert server.is_asked("Setvar").headers[2:] == (("Variable", "HOTLINE_ALIVE"), ("Value", "7"))


def test_the_library_we_were_asked_to_use_reads_the_same(client: AmiClient) -> None:
    heard: list[str] = []
    listener = client.add_event_listener(lambda event, **_: heard.append(event.name), white_list=["Hangup"])
    assert not client.send_action(SimpleAction("Ping")).response.is_error()
    client.remove_event_listener(listener)
    client.logoff()
    assert heard == []


def test_a_listener_hears_the_events_it_asked_for(server: ScriptedServer, client: AmiClient, witness: Witness) -> None:
    heard: list[str] = []
    client.add_event_listener(
        on_event=lambda event, **_: heard.append(event["Uniqueid"]), white_list="Hangup", Cause="26"
    )
    connection = server.client_signs_in()
    connection.send(
        b"Event: Hangup\r\nUniqueid: a\r\nCause: 16\r\n\r\nEvent: Hangup\r\nUniqueid: b\r\nCause: 26\r\n\r\n"
    )
    connection.send(b"Event: Newstate\r\nUniqueid: c\r\n\r\nEvent: Last\r\n\r\n")
    for name in ("Hangup", "Hangup", "Newstate", "Last"):
        witness.sees(name)
    assert heard == ["b"]


def test_a_list_is_gathered_and_kept_from_the_other_events(
    server: ScriptedServer, client: AmiClient, witness: Witness
) -> None:
    server.manners.lists["CoreShowChannels"] = [
        f"CoreShowChannel\r\nChannel: PJSIP/10{n}-1\r\n".encode() for n in range(3)
    ]
    channels = client.send_action_list(AmiAction("CoreShowChannels")).result(LIMIT_SECONDS)
    assert [event["Channel"] for event in channels.events] == ["PJSIP/100-1", "PJSIP/101-1", "PJSIP/102-1"]
    assert channels.complete["ListItems"] == "3"
    assert not channels.cancelled
    server.client_signs_in().send(b"Event: After\r\n\r\n")
    witness.sees("After")


def test_an_empty_list_and_a_refused_one_are_not_the_same(server: ScriptedServer, client: AmiClient) -> None:
    server.manners.lists["CoreShowChannels"] = []
    server.manners.refuses["PJSIPShowContacts"] = "No Contacts found"
    assert client.send_action_list(AmiAction("CoreShowChannels")).result(LIMIT_SECONDS).events == []
    with pytest.raises(AmiActionRefusedError, match="No Contacts found"):
        client.send_action_list(AmiAction("PJSIPShowContacts")).result(LIMIT_SECONDS)


def test_two_lists_at_once_do_not_mix(server: ScriptedServer, client: AmiClient) -> None:
    server.manners.lists["CoreShowChannels"] = [b"CoreShowChannel\r\nChannel: A\r\n"]
    server.manners.lists["DeviceStateList"] = [b"DeviceStateChange\r\nDevice: PJSIP/101\r\nState: NOT_INUSE\r\n"]
    channels, devices = (client.send_action_list(AmiAction(name)) for name in ("CoreShowChannels", "DeviceStateList"))
    assert [event.name for event in channels.response.events] == ["CoreShowChannel"]
    assert [event.name for event in devices.response.events] == ["DeviceStateChange"]


def test_answers_and_events_come_in_the_order_of_the_wire(
    server: ScriptedServer, client: AmiClient, witness: Witness
) -> None:
    order: list[str] = []
    server.manners.answers_actions = False
    connection = server.client_signs_in()
    future = client.send_action(AmiAction("Originate", {"Async": "true"}))
    future.add_done_callback(lambda _: order.append("answer"))
    client.add_event_listener(lambda event, **_: order.append(event.name))
    answer = f"Response: Success\r\nActionID: {future.action_id}\r\nMessage: queued\r\n\r\n".encode()
    connection.send(b"Event: Before\r\n\r\n" + answer + b"Event: After\r\n\r\n")
    witness.sees("Before")
    witness.sees("After")
    assert future.result(LIMIT_SECONDS).get("Message") == "queued"
    assert order == ["Before", "answer", "After"]


def test_the_link_is_told_before_its_first_event(server: ScriptedServer) -> None:
    order: list[str] = []
    told = threading.Event()
    server.manners.after_login = b"Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n"

    def on_event(event: AmiEvent) -> None:
        order.append(event.name)
        told.set()

    client = AmiClient(
        AmiAddress(host="127.0.0.1", port=server.port, username="hotline", secret="s3cret"),
        on_connected=lambda made: order.append(f"connected to {made.version}"),
        on_event=on_event,
        times=QUICK,
    )
    with client:
        assert told.wait(LIMIT_SECONDS)
    assert order == ["connected to 12.0.0", "FullyBooted"]


def test_a_callback_may_ask_but_not_wait(server: ScriptedServer, witness: Witness) -> None:
    asked: list[ResponseFuture] = []
    refused: list[AmiWaitError] = []

    def on_connected(client: AmiClient) -> None:
        asked.append(client.send_action(AmiAction("Ping")))
        try:
            asked[0].result(LIMIT_SECONDS)
        except AmiWaitError as error:
            refused.append(error)
        witness.connected.put(client)

    address = AmiAddress(host="127.0.0.1", port=server.port, username="hotline", secret="s3cret")
    with AmiClient(address, on_connected=on_connected, times=QUICK):
        witness.hears_of_a_link()
        assert asked[0].result(LIMIT_SECONDS).get("Ping") == "Pong"
    assert refused[0].id == "ami-wait-in-callback"


def test_a_listener_that_fails_harms_nobody(
    server: ScriptedServer, client: AmiClient, witness: Witness, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(event: AmiEvent, **_: AmiClient) -> None:
        raise ZeroDivisionError(event.name)

    client.add_event_listener(broken)
    connection = server.client_signs_in()
    connection.send(b"Event: One\r\n\r\nEvent: Two\r\n\r\n")
    witness.sees("One")
    witness.sees("Two")
    assert client.send_action(AmiAction("Ping")).result(LIMIT_SECONDS).status == "Success"
    assert "broken" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_many_threads_ask_at_once_and_each_gets_its_own_answer(server: ScriptedServer, client: AmiClient) -> None:
    wrong: list[str] = []

    def ask(number: int) -> None:
        for step in range(25):
            future = client.send_action(
                AmiAction("Setvar", {"Variable": "X", "Value": f"{number}-{step}-" + "y" * 800})
            )
            if future.result(LIMIT_SECONDS).get("ActionID") != future.action_id:
                wrong.append(future.action_id)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    values = {server.is_asked("Setvar")["Value"].rstrip("y") for _ in range(200)}
    assert values == {f"{number}-{step}-" for number in range(8) for step in range(25)}


def test_a_hostile_value_reaches_no_wire(server: ScriptedServer, client: AmiClient) -> None:
    with pytest.raises(AmiValueError):
        client.send_action(AmiAction("Originate", {"CallerID": "Li\r\n\r\nAction: Command\r\nCommand: core stop now"}))
    client.send_action(AmiAction("Ping")).result(LIMIT_SECONDS)
    assert [server.asked.get(timeout=LIMIT_SECONDS).name for _ in range(2)] == ["Login", "Ping"]


def test_the_same_action_sent_twice_has_two_ids(client: AmiClient) -> None:
    ping = AmiAction("Ping")
    first, second = client.send_action(ping), client.send_action(ping)
    assert first.result(LIMIT_SECONDS).get("ActionID") != second.result(LIMIT_SECONDS).get("ActionID")


def test_an_id_of_ones_own_is_kept_but_not_twice_at_once(server: ScriptedServer, client: AmiClient) -> None:
    server.manners.answers_actions = False
    assert client.send_action(AmiAction("X", {"ActionID": "mine"})).action_id == "mine"
    with pytest.raises(AmiValueError):
        client.send_action(AmiAction("X", {"ActionID": "mine"}))


def test_without_a_link_an_action_fails_at_once_and_is_not_kept(make_client: Connect, server: ScriptedServer) -> None:
    client = make_client()
    future = client.send_action(AmiAction("Originate"))
    assert isinstance(future.exception(0), AmiNotConnectedError)
    with pytest.raises(AmiValueError):
        client.send_action(AmiAction("Originate", {"CallerID": "\n"}))
    client.login()
    client.send_action(AmiAction("Ping")).result(LIMIT_SECONDS)
    assert [server.asked.get(timeout=LIMIT_SECONDS).name for _ in range(2)] == ["Login", "Ping"]


def test_closing_fails_what_waits_and_tells_once(server: ScriptedServer, client: AmiClient, witness: Witness) -> None:
    server.manners.answers_actions = False
    future = client.send_action(AmiAction("Originate"))
    server.is_asked("Originate")
    client.close()
    client.close()
    assert isinstance(future.exception(0), Exception)
    assert isinstance(witness.hears_of_the_end(), AmiClosedError)
    assert witness.disconnected.empty()
    assert client.state == "closed"
    with pytest.raises(AmiClosedError):
        client.connect()


def test_closing_from_a_callback_does_not_hang(server: ScriptedServer, make_client: Connect, witness: Witness) -> None:
    client = make_client()
    client.add_event_listener(lambda source, **_: source.close())
    client.login()
    server.client_signs_in().send(b"Event: Enough\r\n\r\n")
    assert isinstance(witness.hears_of_the_end(), AmiClosedError)


def test_closing_before_the_start_is_harmless(make_client: Connect) -> None:
    make_client().close()


def test_fifty_links_leave_no_thread_and_no_descriptor(server: ScriptedServer, make_client: Connect) -> None:
    make_client().login()
    threads, files = threading.active_count(), descriptors()
    for _ in range(50):
        client = make_client()
        client.login()
        client.send_action(AmiAction("Ping")).result(LIMIT_SECONDS)
        client.close()
    for connection in server.connections[1:]:
        connection.thread.join(LIMIT_SECONDS)
    assert threading.active_count() <= threads
    assert descriptors() <= files


def test_the_secret_is_in_no_log(make_client: Connect, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = make_client(secret="wr0ng-s3cret")
    with pytest.raises(Exception, match="refused the login"):
        client.login()
    assert "ami-login-refused" in caplog.text
    assert "wr0ng-s3cret" not in caplog.text + repr(client.address) + str(client.cause)


@pytest.mark.usefixtures("client")
def test_an_idle_link_stays(server: ScriptedServer, witness: Witness) -> None:
    connection = server.client_signs_in()
    started = time.monotonic()
    server.over.wait(1.2)  # the silence itself is what is tested
    assert time.monotonic() - started > 1
    connection.send(b"Event: StillHere\r\n\r\n")
    witness.sees("StillHere")
    assert witness.disconnected.empty()
