"""SIP, SDP and digest as text: what carriers and hostile callers write is read as a phone reads it."""

from __future__ import annotations

import pytest

from tests.telephony.phones import digest
from tests.telephony.phones.digest import Credentials, authorization
from tests.telephony.phones.messages import Message, Party, party_of, quoted, response, shown_by, tag_of
from tests.telephony.phones.sdp import describe, media_of

INVITE = (
    b"INVITE sip:101@127.0.0.1 SIP/2.0\r\nv: SIP/2.0/UDP 127.0.0.2:5060;branch=z9hG4bKx;rport\r\n"
    b'f: "Li\r\n Li" <sip:139@carrier.invalid>;tag=a1\r\nt: <sip:101@127.0.0.1>\r\ni: c-1\r\nCSeq: 7 INVITE\r\n'
    b"P-Asserted-Identity: <tel:+8613900000001>\r\nl: 0\r\n\r\n"
)


def parsed(data: bytes) -> Message:
    message = Message.parse(data)
    assert message is not None
    return message


def test_short_header_names_and_folded_lines_are_read() -> None:
    invite = parsed(INVITE)
    assert (invite.method, invite.uri, invite.cseq, invite.branch) == (
        "INVITE",
        "sip:101@127.0.0.1",
        (7, "INVITE"),
        "z9hG4bKx",
    )
    assert party_of(invite.get("from")) == Party("Li Li", "139")
    assert tag_of(invite.get("from")) == "a1"


def test_the_asserted_identity_is_shown_before_the_from() -> None:
    assert shown_by(parsed(INVITE)) == Party("", "+8613900000001")


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        ('"王先生" <sip:13900000001@x>;tag=1', Party("王先生", "13900000001")),
        (r'"a \"b\" \\c" <sip:1@x>', Party(r'a "b" \c', "1")),
        ("Bob <sip:2@x>", Party("Bob", "2")),
        ("sip:3@x;tag=1", Party("", "3")),
        ("<sip:1%0d%0aEvent: x@x>", Party("", "1\r\nEvent: x")),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', Party("Anonymous", "anonymous")),
        ("<sip:127.0.0.1>", Party("", "")),
        ("", Party("", "")),
    ],
)
def test_whom_a_display_shows(header: str, shown: Party) -> None:
    assert party_of(header) == shown


def test_a_quoted_name_is_read_back() -> None:
    name = 'say "hi" \\ 老客户'
    assert party_of(f"{quoted(name)} <sip:1@x>").name == name


def test_bytes_that_are_no_text_survive() -> None:
    data = INVITE.replace(b"139@", b"\xff\xfe@")
    assert b"\xff\xfe@" in parsed(data).bytes()
    assert parsed(parsed(data).bytes()).headers[:6] == parsed(data).headers[:6]


@pytest.mark.parametrize("data", [b"\r\n\r\n", b"", b"\x00\x00", b"hello"])
def test_keep_alives_and_noise_are_no_messages(data: bytes) -> None:
    assert Message.parse(data) is None


def test_an_answer_gets_our_tag_once() -> None:
    invite = parsed(INVITE)
    assert tag_of(response(invite, 180, tag="b2").get("to")) == "b2"
    assert not tag_of(response(invite, 100, tag="b2").get("to"))
    within = invite.having(("to", "<sip:101@127.0.0.1>;tag=old"))
    assert response(within, 200, tag="b2").get("to") == "<sip:101@127.0.0.1>;tag=old"


CHALLENGE = (
    'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)


@pytest.mark.parametrize(
    ("challenge", "proof"),
    [  # the example of RFC 2617 (3.5), with qop and without
        (f'{CHALLENGE}, qop="auth,auth-int"', "6629fae49393a05397450978507c4ef1"),
        (CHALLENGE, "670fd8c2df070c60b045671b8b24ff02"),
    ],
)
def test_a_password_is_proved_as_the_standard_says(challenge: str, proof: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "token", lambda: "0a4f113b")
    account = Credentials(user="Mufasa", secret="Circle Of Life")
    asked = Message("SIP/2.0 401 Unauthorized", (("www-authenticate", challenge),))
    header = authorization(asked, account, "GET", "/dir/index.html")
    assert header is not None
    assert header[0] == "authorization"
    assert f'response="{proof}"' in header[1]
    assert "Circle" not in repr(account)


def test_of_several_challenges_the_one_we_know_is_answered() -> None:
    sha = 'Digest realm="a", nonce="n1", algorithm=SHA-256'
    md5 = 'Digest realm="b", nonce="n2", algorithm=MD5'
    asked = Message("SIP/2.0 407 x", (("proxy-authenticate", sha), ("proxy-authenticate", md5)))
    header = authorization(asked, Credentials(user="u", secret="s"), "INVITE", "sip:1@x")
    assert header is not None
    assert header[0] == "proxy-authorization"
    assert 'nonce="n2"' in header[1]


def test_a_description_is_read_back() -> None:
    media = media_of(describe("127.0.0.1", 4000, direction="sendonly", keys=96))
    assert media is not None
    assert (media.host, media.port, media.alaw, media.keys, media.direction) == (
        "127.0.0.1",
        4000,
        True,
        96,
        "sendonly",
    )
    assert not media.listens


def test_a_description_without_voice_is_none() -> None:
    assert media_of("") is None
