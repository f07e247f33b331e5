"""Signatures: what webhooks carry, and short-lived media links.

A user has one secret, the app secret. Meta's header is keyed with it as it stands. The Standard Webhooks key is
derived from it, so that no signature of one scheme can ever be passed off as one of the other:

    whsec_ + base64(HMAC-SHA256(app secret, "standardwebhooks"))

Anybody can do the same in a shell:

    printf standardwebhooks | openssl dgst -sha256 -hmac "$APP_SECRET" -binary | base64
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

_STANDARD_LABEL = b"standardwebhooks"
_URL_LABEL = "media-url"


def hub_signature(secret: str, body: bytes) -> str:
    """Return the value of `X-Hub-Signature-256` for exactly these bytes.

    # spec: cloud-api.md#7.2, cloud-api.md#15 (13: the exact bytes that are sent)
    """
    return "sha256=" + _mac(secret.encode(), body).hex()


@lru_cache(maxsize=1024)
def standard_key(app_secret: str) -> bytes:
    """Return the 32 bytes with which Standard Webhooks signatures of this app secret are made."""
    return hmac.digest(app_secret.encode(), _STANDARD_LABEL, "sha256")


def standard_secret(app_secret: str) -> str:
    """Return the `whsec_...` secret that a receiver gives to its Standard Webhooks library."""
    return "whsec_" + base64.b64encode(standard_key(app_secret)).decode("ascii")


def standard_headers(keys: Sequence[bytes], body: bytes, *, webhook_id: str, timestamp: int) -> list[tuple[str, str]]:
    """Return the three Standard Webhooks headers: one signature for each key, the newest first.

    `webhook_id` stays the same over all attempts and holds no full stop; `timestamp` is the machine's own Unix time
    at this attempt, because receivers refuse what is more than five minutes off.
    """
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return [
        ("webhook-id", webhook_id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", " ".join([_standard_signature(key, signed) for key in keys])),
    ]


def _standard_signature(key: bytes, signed: bytes) -> str:
    return "v1," + binascii.b2a_base64(_mac(key, signed), newline=False).decode("ascii")


def _mac(key: bytes, message: bytes) -> bytes:
    mac = _keyed(key).copy()
    mac.update(message)
    return mac.digest()


@lru_cache(maxsize=1024)
def _keyed(key: bytes) -> hmac.HMAC:
    """Return what has taken in the key, which is a third of the work and the same for every webhook of a number."""
    return hmac.new(key, digestmod="sha256")


def sign_url_params(secret: str, *, mid: str, ext: int) -> str:
    """Return the query `mid=..&ext=..&hash=..` of a media link that works until Unix second `ext`.

    # spec: cloud-api.md#6.2
    """
    return f"mid={quote(mid, safe='')}&ext={ext}&hash={_url_hash(secret, mid, str(ext))}"


def verify_url_params(secrets: Sequence[str], *, mid: str, ext: str, url_hash: str, now: int) -> bool:
    """Say whether a media link was signed with one of the secrets and has not expired at Unix second `now`.

    The three texts come from the query, decoded; nothing in them raises.
    """
    claimed = url_hash.encode("utf-8", "replace")
    fits = any(
        hmac.compare_digest(claimed, _url_hash(secret, mid, ext).encode("ascii")) for secret in secrets if secret
    )
    # Only after the hash fits is `ext` known to be a number that we wrote.
    return fits and now <= int(ext)


def _url_hash(secret: str, mid: str, ext: str) -> str:
    signed = f"{_URL_LABEL}\n{mid}\n{ext}".encode("utf-8", "replace")
    return base64.urlsafe_b64encode(hmac.digest(secret.encode(), signed, "sha256")).rstrip(b"=").decode("ascii")
