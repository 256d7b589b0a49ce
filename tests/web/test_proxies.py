"""Where a request comes from: a proxy of ours is believed, a browser's own word never."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from flask import Flask
from sqlalchemy import select

from router.store.tables.sessions import SessionRow
from router.web.proxies import believe_proxies, sender
from tests.web.conftest import PASSWORD
from tests.web.test_board import _sign_in
from tests.web.test_sessions import is_in

OURS = [ip_network("10.0.0.0/24"), ip_network("::1")]


@pytest.mark.parametrize(
    ("forwarded", "found"),
    [
        ("", "10.0.0.1"),
        ("198.51.100.7", "198.51.100.7"),
        ("1.1.1.1, 198.51.100.7", "198.51.100.7"),  # the browser wrote 1.1.1.1 itself
        ("1.1.1.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),  # two proxies of ours
        ("198.51.100.7:4711", "198.51.100.7"),
        ('"[2001:db8::1]:4711"', "2001:db8::1"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("<script>, 10.0.0.2", "10.0.0.2"),
        ("unknown", "10.0.0.1"),
    ],
)
def test_the_last_address_that_is_no_proxy_of_ours_counts(forwarded: str, found: str) -> None:
    assert sender({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}, OURS) == found


def test_whoever_is_no_proxy_says_in_vain_where_they_come_from(app: Flask) -> None:
    believe_proxies(app, ["10.0.0.0/24"])
    for peer, says, noted in (("10.0.0.9", "198.51.100.7", "198.51.100.7"), ("192.0.2.1", "198.51.100.8", "192.0.2.1")):
        client = app.test_client()
        client.environ_base |= {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": says}
        assert _sign_in(client, "manager") == 302
        with app.extensions["hotline"]["sessions"].session_factory() as session:
            newest = select(SessionRow.address).order_by(SessionRow.id.desc()).limit(1)
            assert session.scalar(newest) == noted
        fresh = app.test_client()
        fresh.get("/login", environ_base={"REMOTE_ADDR": peer}, headers={"X-Forwarded-Proto": "https"})
        cookie = fresh.get_cookie("__Host-session" if peer == "10.0.0.9" else "session")
        assert cookie is not None
        assert cookie.secure is (peer == "10.0.0.9"), "a cookie that came by TLS goes by TLS alone"


def test_a_browser_whose_forwarded_address_changes_stays_signed_in(app: Flask) -> None:
    """A phone changes from the office's network to the carrier's: its session goes on."""
    believe_proxies(app, ["127.0.0.1"])
    client = app.test_client()
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "198.51.100.7"
    assert _sign_in(client, "manager") == 302
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.9"
    assert is_in(client)


def test_a_made_up_address_with_every_try_is_no_way_round_the_wait(app: Flask) -> None:
    client = app.test_client()
    for number in range(8):
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"198.51.100.{number}"
        assert _sign_in(client, "manager", "wrong") == 200
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "198.51.100.99"
    assert _sign_in(client, "manager", PASSWORD) == 200
    assert not is_in(client)
