"""`hotline up --lan`: colleagues' browsers by TLS, phones by SIP, nobody else; warnings of the site file are told."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from router.cli.main import cli
from tests.telephony.phones.people import Phone
from tests.up.service import HOTLINE, Service


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[tuple[Service, str]]:
    """A service that the network may reach, and what it said; the test's network is this machine's own."""
    service = Service(tmp_path)
    text = service.config.read_text(encoding="utf-8").replace('"secret-', '"ein-langes-wort-')
    service.config.write_text(text, encoding="utf-8")
    try:
        yield service, service.start("--lan", "--address", "127.0.0.1")
    finally:
        service.end()


def test_the_network_gets_in_by_tls_and_sip_and_the_manager_interface_stays(shared: tuple[Service, str]) -> None:
    service, said = shared
    assert f"https://127.0.0.1:{service.web}/" in said
    assert "█" in said
    assert f"SIP server 127.0.0.1:{service.sip}" in said
    trusted = ssl.create_default_context(cafile=str(service.data / "tls" / "certificate.pem"))
    with urllib.request.urlopen(f"https://127.0.0.1:{service.web}/login", timeout=10, context=trusted) as page:
        assert "Secure" in page.headers["Set-Cookie"]
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"https://127.0.0.1:{service.web}/login", timeout=10)
    etc = service.data / "asterisk" / "etc"
    networks = (etc / "pjsip.conf").read_text(encoding="utf-8")
    assert "deny = 0.0.0.0/0\ndeny = ::/0" in networks
    assert "permit = 192.168.0.0/16" in networks
    assert "permit = 0.0.0.0" not in networks
    assert "bindaddr = 127.0.0.1" in (etc / "manager.conf").read_text(encoding="utf-8")
    doctor = CliRunner().invoke(cli, ["doctor", "--config", str(service.config), "--data", str(service.data)])
    assert f"answer at https://127.0.0.1:{service.web}" in doctor.output
    phone = Phone(service.world, ("127.0.0.1", service.sip), user="101", secret="ein-langes-wort-101")
    service.phone["A"] = phone
    phone.signs_in()
    phone.dials("*1")
    service.until(lambda board: board.next == "A", within=10)
    phone.is_let_go(within=10)
    service.until(lambda board: board.people["A"].why_not is None)
    caller = service.caller("13900004001")
    caller.dials(HOTLINE)
    phone.answers()
    caller.hears(phone)
    caller.hangs_up()


def test_what_is_worth_a_look_in_the_site_file_is_told_at_the_start(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.config.write_text(
        service.config.read_text(encoding="utf-8").replace('days = "daily"', 'days = "weekdays"'), encoding="utf-8"
    )
    try:
        said = service.start()
    finally:
        service.end()
    assert "提醒：" in said
    assert "周六" in said
