"""The generated certificate of `--tls`: for this machine's own names, good for testing."""

import ipaddress
import ssl
from datetime import timedelta
from pathlib import Path

from waypost.lib.clock import Clock, at

LIFE = timedelta(days=397)
_NAMES = ("localhost",)
_ADDRESSES = ("127.0.0.1", "::1")


class UnusableCertificate(Exception):  # noqa: N818 - what the operator is told
    """The certificate or its key is damaged, or cannot be read; says what to do."""


def server_context(folder: Path, clock: Clock) -> ssl.SSLContext:
    """Return a context with the certificate in `folder`, made there if it is missing. Raises UnusableCertificate.

    Clients that check certificates are given `tls-cert.pem` as their trust anchor.
    """
    certificate, key = folder / "tls-cert.pem", folder / "tls-key.pem"
    if not (certificate.exists() and key.exists()):
        _make(certificate, key, clock)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except OSError as wrong:  # an SSLError is one
        raise UnusableCertificate(
            f"{certificate} and {key.name} cannot be used ({wrong.strerror or wrong}). "
            "Take both away, and new ones are made; or correct them."
        ) from wrong
    return context


def _make(certificate_path: Path, key_path: Path, clock: Clock) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Waypost on this machine")])
    names = [x509.DNSName(text) for text in _NAMES]
    addresses = [x509.IPAddress(ipaddress.ip_address(text)) for text in _ADDRESSES]
    now = at(clock.wall_seconds() * 1000)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName([*names, *addresses]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_path.touch(mode=0o600)
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
