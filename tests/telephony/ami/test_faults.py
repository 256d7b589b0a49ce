"""Faults of wire, server and asterisk-ami, made on purpose: nothing hangs or is sent again, the cause is known."""

from __future__ import annotations

import contextlib
import dataclasses
import random
import socket
import ssl
import time

import pytest
import trustme

from router.telephony.ami import (
    AmiAction,
    AmiAddress,
    AmiClient,
    AmiConnectError,
    AmiLinkLostError,
    AmiLoginRefusedError,
    AmiNoAnswerError,
    AmiNotAsteriskError,
    AmiNotConnectedError,
    AmiTimes,
)
from router.telephony.ami.backoff import Backoff
from tests.telephony.ami.conftest import QUICK, Connect, Witness
from tests.telephony.ami.scripted_server import GREETING, LIMIT_SECONDS, Connection, ScriptedServer


def pour(connection: Connection, data: bytes, pause_seconds: float = 0.0) -> None:
    """Send the same bytes again and again until the client has had enough."""
    deadline = time.monotonic() + LIMIT_SECONDS
    with contextlib.suppress(OSError):
        while time.monotonic() < deadline:
            connection.send(data)
            time.sleep(pause_seconds)
        pytest.fail("the client took it all")


# --- signing in


def test_a_refused_login_is_a_typed_error_with_a_cure(make_client: Connect) -> None:
    client = make_client(secret="wrong")
    started = time.monotonic()
    with pytest.raises(AmiLoginRefusedError, match="Authentication failed") as refused:
        client.login()
    assert time.monotonic() - started < 20
    assert "manager.conf" in refused.value.cure


def test_a_refused_login_is_not_tried_in_a_tight_loop(server: ScriptedServer, make_client: Connect) -> None:
    client = make_client(secret="wrong")
    with pytest.raises(AmiLoginRefusedError):
        client.login()
    first = time.monotonic()
    server.is_asked("Login")
    server.is_asked("Login")
    assert time.monotonic() - first > QUICK.refused_seconds * 0.8


def test_a_secret_put_right_is_taken_without_a_restart(
    server: ScriptedServer, make_client: Connect, witness: Witness
) -> None:
    server.manners.accepts_login = False
    client = make_client()
    with pytest.raises(AmiLoginRefusedError):
        client.login()
    server.manners.accepts_login = True
    witness.hears_of_a_link()
    assert client.connected


def test_nobody_at_the_port_is_said_with_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = AmiClient(AmiAddress(host="127.0.0.1", port=port, username="u", secret="s"), times=QUICK)
    with pytest.raises(AmiConnectError, match=f"127.0.0.1:{port}: Connection refused"):
        client.login(0.3)
    client.close()


def test_an_unknown_host_is_said() -> None:
    client = AmiClient(AmiAddress(host="no-such-host.invalid", port=5038, username="u", secret="s"), times=QUICK)
    with pytest.raises(AmiConnectError, match=r"no-such-host\.invalid"):
        client.login(0.5)
    client.close()


def test_another_service_at_the_port_is_told_apart(server: ScriptedServer, make_client: Connect) -> None:
    server.manners.greeting = b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"
    with pytest.raises(AmiNotAsteriskError, match=r"SSH-2\.0"):
        make_client().login()


def test_a_server_that_does_not_greet_is_given_up(server: ScriptedServer, make_client: Connect) -> None:
    server.manners.greeting = GREETING[:12]
    client = make_client(dataclasses.replace(QUICK, login_seconds=0.2))
    with pytest.raises(AmiConnectError, match="greeting did not come"):
        client.login(0.5)


def test_a_server_that_does_not_answer_the_login_is_given_up(server: ScriptedServer, make_client: Connect) -> None:
    server.manners.answers_login = False
    client = make_client(dataclasses.replace(QUICK, login_seconds=0.2))
    with pytest.raises(AmiConnectError, match="answer to the login did not come"):
        client.login(0.5)


def test_closing_during_a_silent_sign_in_does_not_wait(server: ScriptedServer, make_client: Connect) -> None:
    server.manners.greeting = b""
    client = make_client(dataclasses.replace(QUICK, login_seconds=60.0))
    client.connect()
    while not server.connections:
        time.sleep(0.005)
    started = time.monotonic()
    client.close()
    assert time.monotonic() - started < 20


# --- the link breaks


def test_after_a_reconnect_nothing_unanswered_is_sent_again(
    server: ScriptedServer, client: AmiClient, witness: Witness
) -> None:
    server.manners.answers_actions = False
    ringing = client.send_action(AmiAction("Originate", {"Channel": "PJSIP/101"}))
    listing = client.send_action_list(AmiAction("CoreShowChannels"))
    server.is_asked("CoreShowChannels")
    server.client_signs_in().drop()
    for future in (ringing, listing):
        error = future.exception(LIMIT_SECONDS)
        assert isinstance(error, AmiLinkLostError)
        assert future.action_name in str(error)
        assert "look before asking again" in error.cure
    assert isinstance(witness.hears_of_the_end(), AmiLinkLostError)
    server.client_signs_in()
    witness.hears_of_a_link()
    witness.hears_of_a_link()
    client.send_action(AmiAction("Marker"))
    names = [server.asked.get(timeout=LIMIT_SECONDS).name for _ in range(2)]
    assert names == ["Login", "Marker"]


@pytest.mark.usefixtures("client")
def test_a_lost_link_is_told_with_its_cause_and_comes_back(
    server: ScriptedServer, witness: Witness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    for _ in range(3):
        witness.hears_of_a_link()
        server.client_signs_in().drop()
        assert witness.hears_of_the_end().id == "ami-link-lost"
    witness.hears_of_a_link()
    server.client_signs_in().send(b"Event: Again\r\n\r\n")
    witness.sees("Again")
    assert "state from=connected to=waiting" in caplog.text
    assert 'id=ami-link-lost cause="Asterisk closed the connection"' in caplog.text
    assert "state from=connecting to=connected" in caplog.text


def test_asterisk_that_starts_late_is_waited_for(witness: Witness) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    address = AmiAddress(host="127.0.0.1", port=port, username="hotline", secret="s3cret")
    client = AmiClient(address, times=QUICK, on_connected=witness.connected.put)
    client.connect()
    with ScriptedServer(port=port):
        client.login(LIMIT_SECONDS)
        witness.hears_of_a_link()
        client.close()


@pytest.mark.usefixtures("client")
def test_half_a_message_before_the_end_is_no_message(server: ScriptedServer, witness: Witness) -> None:
    connection = server.client_signs_in()
    connection.send(b"Event: Whole\r\n\r\nEvent: Half\r\nUniqueid: 1")
    connection.drop()
    witness.sees("Whole")
    witness.hears_of_the_end()
    server.client_signs_in().send(b"Event: Next\r\n\r\n")
    assert witness.sees("Next").keys == {}


@pytest.mark.usefixtures("client")
def test_a_message_in_single_bytes_is_one_message(server: ScriptedServer, witness: Witness) -> None:
    connection = server.client_signs_in()
    for byte in "Event: Newchannel\r\nCallerIDName: 王先生\r\nUniqueid: 1\r\n\r\n".encode():
        connection.send(bytes([byte]))
    assert list(witness.sees("Newchannel").keys.items()) == [("CallerIDName", "王先生"), ("Uniqueid", "1")]


@pytest.mark.usefixtures("client")
def test_ten_megabytes_of_junk_end_the_link_and_the_next_one_works(
    server: ScriptedServer, witness: Witness, caplog: pytest.LogCaptureFixture
) -> None:
    connection = server.client_signs_in()
    pour(connection, b"\xfe" * 65536)
    assert "more than 1048576 bytes" in str(witness.hears_of_the_end())
    server.client_signs_in().send(b"Event: Fine\r\n\r\n")
    witness.sees("Fine")
    assert "more than 1048576 bytes" in caplog.text


@pytest.mark.usefixtures("client")
def test_junk_in_frames_ends_the_link_too_without_filling_the_log(
    server: ScriptedServer, witness: Witness, caplog: pytest.LogCaptureFixture
) -> None:
    server.client_signs_in().send(b"what 13912345678 is\x1b[31m this\r\n\r\n" * 2000)
    assert "no AMI messages" in str(witness.hears_of_the_end())
    odd = [str(record.msg) for record in caplog.records if "frame-that-is-no-message" in str(record.msg)]
    assert len(odd) == 3
    assert "13912345678" not in caplog.text
    assert "\x1b" not in caplog.text
    server.client_signs_in()


def test_a_torn_message_between_good_ones_does_not_end_the_link(
    server: ScriptedServer, client: AmiClient, witness: Witness, caplog: pytest.LogCaptureFixture
) -> None:
    server.client_signs_in().send(b"Event: A\r\n\r\nExten: 400\r\nodd line\r\n\r\nEvent: B\r\nodd line\r\n\r\n")
    witness.sees("A")
    assert witness.sees("B").follows == ["odd line"]
    assert "what=frame-that-is-no-message" in caplog.text
    assert "what=line-without-colon" in caplog.text
    assert client.send_action(AmiAction("Ping")).result(LIMIT_SECONDS).status == "Success"


def test_a_half_open_link_is_noticed_by_a_ping_without_answer(
    server: ScriptedServer, make_client: Connect, witness: Witness
) -> None:
    make_client(dataclasses.replace(QUICK, ping_seconds=0.1, pong_seconds=0.2)).login()
    server.client_signs_in()
    for _ in range(3):
        server.is_asked("Ping")
    assert witness.disconnected.empty()
    server.manners.answers_pings = False
    assert "no answer to a ping" in str(witness.hears_of_the_end())


def test_events_alone_do_not_prove_that_asterisk_listens(
    server: ScriptedServer, make_client: Connect, witness: Witness
) -> None:
    server.manners.answers_pings = False
    make_client(dataclasses.replace(QUICK, ping_seconds=0.05, pong_seconds=0.2)).login()
    connection = server.client_signs_in()
    pour(connection, b"Event: Chatter\r\n\r\n", pause_seconds=0.01)
    assert "no answer to a ping" in str(witness.hears_of_the_end())


def test_an_action_that_is_never_answered_fails_and_the_link_stays(
    server: ScriptedServer, client: AmiClient, witness: Witness
) -> None:
    server.manners.answers_actions = False
    future = client.send_action(AmiAction("Originate"), timeout_seconds=0.2)
    assert isinstance(future.exception(LIMIT_SECONDS), AmiNoAnswerError)
    late = f"Response: Success\r\nActionID: {future.action_id}\r\n\r\nEvent: Later\r\n\r\n"
    server.client_signs_in().send(late.encode())
    witness.sees("Later")
    assert witness.disconnected.empty()


def test_a_list_that_stops_in_the_middle_fails(server: ScriptedServer, client: AmiClient) -> None:
    server.manners.answers_actions = False
    listing = client.send_action_list(AmiAction("CoreShowChannels"), timeout_seconds=0.3)
    action_id = f"ActionID: {listing.action_id}\r\n"
    server.client_signs_in().send(
        f"Response: Success\r\n{action_id}EventList: start\r\n\r\nEvent: CoreShowChannel\r\n{action_id}\r\n".encode()
    )
    assert isinstance(listing.exception(LIMIT_SECONDS), AmiNoAnswerError)


def test_a_server_that_reads_nothing_blocks_nobody_for_ever(
    server: ScriptedServer, make_client: Connect, witness: Witness
) -> None:
    client = make_client()
    client.login()
    server.client_signs_in()
    server.manners.reads = False
    started = time.monotonic()
    futures = []
    while client.connected:
        futures.append(client.send_action(AmiAction("UserEvent", {"UserEvent": "X", "Body": "y" * 1000})))
        assert time.monotonic() - started < 60
    assert "does not read" in str(witness.hears_of_the_end())
    ends = {type(future.exception(LIMIT_SECONDS)) for future in futures}
    assert AmiLinkLostError in ends
    assert ends <= {AmiLinkLostError, AmiNotConnectedError, type(None)}  # the first may have been answered yet


# --- waits between attempts


def test_waits_grow_to_their_limit_and_start_afresh_after_a_link_that_stood() -> None:
    times = AmiTimes(
        retry_first_seconds=1, retry_limit_seconds=5, retry_jitter=0, refused_seconds=30, stable_seconds=10
    )
    backoff = Backoff(times)
    waits = [backoff.after(lasted_seconds=lasted, refused=False) for lasted in (0, 0, 0, 0, 9, 10, 0)]
    assert waits == [1, 2, 4, 5, 5, 1, 2]
    assert backoff.after(lasted_seconds=0, refused=True) == 30


def test_waits_differ_by_chance_so_that_services_do_not_knock_in_step() -> None:
    backoff = Backoff(AmiTimes(retry_first_seconds=1, retry_factor=1, retry_jitter=0.5), random.Random(1))
    waits = {backoff.after(lasted_seconds=0, refused=False) for _ in range(50)}
    assert len(waits) == 50
    assert all(0.5 <= wait <= 1 for wait in waits)


# --- TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def tls_server(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_the_link_works_over_tls_in_both_directions_at_once(authority: trustme.CA, witness: Witness) -> None:
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with ScriptedServer(tls=tls_server(authority)) as server:
        address = AmiAddress(host="127.0.0.1", port=server.port, username="hotline", secret="s3cret", tls_context=trust)
        with AmiClient(address, on_event=witness.events.put, times=QUICK) as client:
            connection = server.client_signs_in()
            futures = []
            for number in range(300):
                connection.send(f"Event: E{number}\r\nData: {'z' * 500}\r\n\r\n".encode())
                futures.append(client.send_action(AmiAction("Setvar", {"Variable": "X", "Value": "v" * 900})))
            assert all(future.result(LIMIT_SECONDS).status == "Success" for future in futures)
            for number in range(300):
                witness.sees(f"E{number}")


def test_a_certificate_that_we_do_not_trust_is_refused(authority: trustme.CA) -> None:
    with ScriptedServer(tls=tls_server(authority)) as server:
        stranger = ssl.create_default_context()
        address = AmiAddress(
            host="127.0.0.1", port=server.port, username="hotline", secret="s3cret", tls_context=stranger
        )
        client = AmiClient(address, times=QUICK)
        with pytest.raises(AmiConnectError, match=r"(?i)certificate.verify.failed"):
            client.login(0.5)
        client.close()


def test_a_plain_server_does_not_hang_a_tls_client(server: ScriptedServer) -> None:
    server.manners.greeting = b""
    address = AmiAddress(
        host="127.0.0.1", port=server.port, username="u", secret="s", tls_context=ssl.create_default_context()
    )
    client = AmiClient(address, times=dataclasses.replace(QUICK, connect_seconds=0.3))
    with pytest.raises(AmiConnectError):
        client.login(0.8)
    client.close()
