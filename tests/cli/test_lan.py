"""Letting the local network in: which address, which certificate, whose secrets."""

from __future__ import annotations

import dataclasses
import ssl
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from router.cli import lan
from router.cli.certificate import certificate_check, certificate_files, fingerprint, prepare_certificate
from router.cli.main import cli
from router.cli.settings import Place, open_file, open_place, page_address, remember, web_settings
from tests.up.site import Ports, office_of_four


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """The demonstration, let into the local network by an address of it."""
    made = open_file(None, tmp_path / "data", lan="192.168.7.9")
    made.folder.make()
    return made


def _certificate(place: Place) -> x509.Certificate:
    files = certificate_files(place)
    assert files is not None
    return x509.load_pem_x509_certificate(files[0].read_bytes())


def test_colleagues_are_told_an_address_of_the_network_by_tls(place: Place) -> None:
    assert page_address(place) == "https://192.168.7.9:8080"
    assert place.site.web.bind == "0.0.0.0:8080"
    assert place.site.pbx.sip_bind == "0.0.0.0:5060"
    assert web_settings(place, place.folder.path).https
    assert "█" in lan.qr_code(page_address(place))


def test_what_runs_beside_the_service_knows_how_it_was_started(place: Place) -> None:
    remember(place, None)
    assert page_address(open_place(None, place.folder.path)) == "https://192.168.7.9:8080"
    remember(open_file(None, place.folder.path, lan=""), None)
    assert page_address(open_place(None, place.folder.path)) == "http://127.0.0.1:8080"


def test_the_certificate_is_made_once_and_names_every_way_to_the_pages(place: Place) -> None:
    prepare_certificate(place)
    first = _certificate(place)
    names = first.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(one) for one in names.get_values_for_type(x509.IPAddress)} == {"127.0.0.1", "192.168.7.9"}
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    files = certificate_files(place)
    assert files is not None
    assert [stat.S_IMODE(one.stat().st_mode) for one in files] == [0o600, 0o600]
    prepare_certificate(place)
    assert _certificate(place) == first
    assert fingerprint(place).replace(":", "").lower() == first.fingerprint(hashes.SHA256()).hex()


def test_a_new_address_gets_a_new_certificate(place: Place) -> None:
    prepare_certificate(place)
    first = _certificate(place)
    moved = dataclasses.replace(place, lan="10.0.0.3")
    prepare_certificate(moved)
    assert _certificate(moved) != first


def test_a_certificate_that_somebody_else_put_there_is_left_alone(place: Place) -> None:
    files = certificate_files(place)
    assert files is not None
    prepare_certificate(place)
    old = _certificate(place)
    key = ec.generate_private_key(ec.SECP256R1())
    owner = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hotline.example.com")])
    theirs = (
        x509.CertificateBuilder(owner, owner, key.public_key(), 7, old.not_valid_before_utc, old.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files[0].write_bytes(theirs.public_bytes(serialization.Encoding.PEM))
    prepare_certificate(place)
    assert _certificate(place) == theirs
    check = certificate_check(place)
    assert isinstance(check, ssl.SSLContext)
    assert not check.check_hostname


def test_without_tls_there_is_no_certificate(tmp_path: Path) -> None:
    place = open_file(None, tmp_path / "data", lan="")
    prepare_certificate(place)
    assert certificate_files(place) is None
    assert certificate_check(place) is None
    assert not (tmp_path / "data").exists()


def test_an_address_that_is_not_ours_is_refused() -> None:
    with pytest.raises(lan.NoLanError, match=r"203\.0\.113\.77"):
        lan.own_address("203.0.113.77")
    assert lan.own_address("127.0.0.1") == "127.0.0.1"


@pytest.mark.parametrize(
    ("here", "out", "chosen"),
    [
        (["127.0.0.1", "192.168.1.5"], "", "192.168.1.5"),
        (["127.0.0.1", "10.0.0.2", "192.168.1.5"], "10.0.0.2", "10.0.0.2"),
        (["127.0.0.1", "8.8.8.8", "172.20.0.1"], "8.8.8.8", "172.20.0.1"),
    ],
)
def test_the_address_of_the_private_network_is_found(
    monkeypatch: pytest.MonkeyPatch, here: list[str], out: str, chosen: str
) -> None:
    monkeypatch.setattr(lan, "_addresses", lambda: here)
    monkeypatch.setattr(lan, "_address_out", lambda: out)
    assert lan.own_address() == chosen


@pytest.mark.parametrize("here", [["127.0.0.1"], ["127.0.0.1", "8.8.8.8"], ["10.0.0.2", "192.168.1.5"]])
def test_no_public_address_is_ever_chosen_and_none_is_guessed(monkeypatch: pytest.MonkeyPatch, here: list[str]) -> None:
    monkeypatch.setattr(lan, "_addresses", lambda: here)
    monkeypatch.setattr(lan, "_address_out", lambda: "8.8.8.8")
    with pytest.raises(lan.NoLanError, match="--address"):
        lan.own_address()


def test_weak_secrets_are_refused_before_others_can_try_them(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    ports = Ports(sip=5060, web=8080, ami=5038, rtp=20000, fixed=5093)
    file.write_text(office_of_four(ports, "ring_seconds = 1"), encoding="utf-8")
    where = ["--config", str(file), "--data", str(tmp_path / "data")]
    result = CliRunner().invoke(cli, ["up", *where, "--lan", "--address", "127.0.0.1"])
    assert "101, 102, 104" in str(result.exception)
    assert not (tmp_path / "data").exists()
