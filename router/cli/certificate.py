"""The pages' certificate, for `[web] tls` and `hotline up --lan`. May live here: its life in the data folder.

It lies in `DATA/tls`. One of ours is made on first run, and again when it is about to end or the address has changed;
one that somebody put there instead is left alone. Nobody has signed ours: a browser asks once, and its fingerprint,
which `hotline up` prints, tells that it is the right one.
"""

from __future__ import annotations

import os
import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from router.cli.settings import Place
from router.config.model import split_address
from router.errors import ConfigurationError
from router.texts import _

ISSUER: Final = "hotline-router"
DAYS: Final = 397  # browsers take none that lasts longer
RENEW_DAYS: Final = 30


class CertificateError(ConfigurationError):
    """The certificate in the data folder can't be used."""

    id = "certificate"


def certificate_files(place: Place) -> tuple[Path, Path] | None:
    """Certificate and key of the pages; None where they are not served by TLS."""
    folder = place.folder.path / "tls"
    return (folder / "certificate.pem", folder / "key.pem") if place.site.web.tls else None


def prepare_certificate(place: Place) -> None:
    """Make the certificate if the pages need one and there is no good one; raises `CertificateError`."""
    files = certificate_files(place)
    if files is None:
        return
    names = _names(place)
    if files[0].exists():
        known = _read(files[0])
        if not _is_ours(known) or (_lasts(known) and names <= _names_in(known)):
            return
    files[0].parent.mkdir(mode=0o700, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    made = _made(key, names)
    plain = serialization.NoEncryption()
    _write(files[1], key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    _write(files[0], made.public_bytes(serialization.Encoding.PEM))


def fingerprint(place: Place) -> str:
    """SHA-256 of the certificate as browsers show it; "" where there is none."""
    files = certificate_files(place)
    return _read(files[0]).fingerprint(hashes.SHA256()).hex(":").upper() if files else ""


def certificate_check(place: Place) -> ssl.SSLContext | None:
    """How we ourselves know the pages of this machine: by the very certificate in the data folder."""
    files = certificate_files(place)
    if files is None:
        return None
    context = ssl.create_default_context(cadata=files[0].read_text(encoding="ascii"))
    context.check_hostname = _is_ours(_read(files[0]))  # somebody else's names a host, and we ask an address
    return context


def _names(place: Place) -> set[str]:
    """Addresses and names that the pages are reached by."""
    host, _ = split_address(place.site.web.bind)
    addresses = {"127.0.0.1", *([place.lan] if place.lan else [])}
    if not ip_address(host).is_unspecified:
        addresses.add(host)
    return addresses | {"localhost", *([name] if (name := socket.gethostname()).isascii() and name else [])}


def _names_in(certificate: x509.Certificate) -> set[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = {str(one) for one in names.get_values_for_type(x509.IPAddress)}
    return addresses | set(names.get_values_for_type(x509.DNSName))


def _is_ours(certificate: x509.Certificate) -> bool:
    owners = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    return certificate.issuer == certificate.subject and [one.value for one in owners] == [ISSUER]


def _lasts(certificate: x509.Certificate) -> bool:
    return certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=RENEW_DAYS)


def _made(key: ec.EllipticCurvePrivateKey, names: set[str]) -> x509.Certificate:
    owner = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ISSUER)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(owner)
        .issuer_name(owner)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # a phone's clock may be behind
        .not_valid_after(now + timedelta(days=DAYS - 1))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in sorted(names)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, hashes.SHA256())


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _read(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CertificateError(
            _("%(path)s can't be used: %(why)s", path=path, why=str(error)),
            cure=_("put a PEM file there, or delete it"),
        ) from error


def _write(path: Path, content: bytes) -> None:
    """For its owner alone, at once or not at all."""
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)
