"""Signatures, checked by parties that share no code with ours."""

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from waypost.lib.clock import SystemClock
from waypost.lib.signing import (
    hub_signature,
    sign_url_params,
    standard_headers,
    standard_key,
    standard_secret,
    verify_url_params,
)

SECRET = "0123456789abcdef0123456789abcdef"
OLD_SECRET = "an older secret"
BODY = b'{"object":"whatsapp_business_account","text":"gr\\u00fc\\u00dfe"}'


def test_the_hub_signature_is_lower_case_hex_of_the_exact_bytes() -> None:
    # The example of RFC 4231, case 2.
    signature = hub_signature("Jefe", b"what do ya want for nothing?")

    assert signature == "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_the_standard_secret_follows_the_documented_rule() -> None:
    derived = hmac.new(SECRET.encode(), b"standardwebhooks", hashlib.sha256).digest()

    assert standard_secret(SECRET) == "whsec_" + base64.b64encode(derived).decode()


def test_the_independent_verifier_accepts_our_headers() -> None:
    headers = standard_headers(
        [standard_key(SECRET)], BODY, webhook_id="msg_2kXbW", timestamp=SystemClock().wall_seconds()
    )

    assert Webhook(standard_secret(SECRET)).verify(BODY, dict(headers)) == json.loads(BODY)


@pytest.mark.parametrize("receiver_secret", [SECRET, OLD_SECRET])
def test_during_a_rotation_receivers_with_either_secret_accept(receiver_secret: str) -> None:
    keys = [standard_key(SECRET), standard_key(OLD_SECRET)]

    headers = dict(standard_headers(keys, BODY, webhook_id="msg_1", timestamp=SystemClock().wall_seconds()))

    assert Webhook(standard_secret(receiver_secret)).verify(BODY, headers) == json.loads(BODY)


def test_the_signatures_of_a_rotation_are_separated_by_a_space_newest_first() -> None:
    keys = [standard_key(SECRET), standard_key(OLD_SECRET)]

    new_and_old = dict(standard_headers(keys, BODY, webhook_id="msg_1", timestamp=1))["webhook-signature"]
    new_alone = dict(standard_headers(keys[:1], BODY, webhook_id="msg_1", timestamp=1))["webhook-signature"]
    old_alone = dict(standard_headers(keys[1:], BODY, webhook_id="msg_1", timestamp=1))["webhook-signature"]

    assert new_and_old == f"{new_alone} {old_alone}"


@pytest.mark.parametrize("off_by", [-295, 295])
def test_a_clock_off_by_less_than_5_minutes_is_accepted(off_by: int) -> None:
    timestamp = SystemClock().wall_seconds() + off_by

    headers = dict(standard_headers([standard_key(SECRET)], BODY, webhook_id="msg_1", timestamp=timestamp))

    assert Webhook(standard_secret(SECRET)).verify(BODY, headers) == json.loads(BODY)


@pytest.mark.parametrize("off_by", [-305, 305])
def test_a_clock_off_by_more_than_5_minutes_is_refused(off_by: int) -> None:
    timestamp = SystemClock().wall_seconds() + off_by

    headers = dict(standard_headers([standard_key(SECRET)], BODY, webhook_id="msg_1", timestamp=timestamp))

    with pytest.raises(WebhookVerificationError):
        Webhook(standard_secret(SECRET)).verify(BODY, headers)


def test_a_signature_of_one_scheme_is_none_of_the_other() -> None:
    # A body that looks like what the other scheme signs.
    body = b"msg_1.1790000000." + BODY
    standard = dict(standard_headers([standard_key(SECRET)], BODY, webhook_id="msg_1", timestamp=1790000000))
    as_hex = base64.b64decode(standard["webhook-signature"].removeprefix("v1,")).hex()

    assert hub_signature(SECRET, body) != f"sha256={as_hex}"


def test_a_signed_link_is_accepted_until_the_second_it_names() -> None:
    query = parse_qs(sign_url_params(SECRET, mid="880000000000311", ext=1_790_000_300))

    verdicts = [
        verify_url_params([SECRET], mid=query["mid"][0], ext=query["ext"][0], url_hash=query["hash"][0], now=now)
        for now in (1_790_000_000, 1_790_000_300, 1_790_000_301)
    ]

    assert verdicts == [True, True, False]


@pytest.mark.parametrize(
    ("mid", "ext"),
    [
        ("880000000000312", "1790000300"),
        ("880000000000311", "1790000301"),
        ("880000000000311", "01790000300"),
        ("880000000000311", " 1790000300"),
        ("880000000000311", "nan"),
        ("880000000000311\n1790000300", ""),
        ("", ""),
        ("\ud800", "\ud800"),
    ],
)
def test_a_link_with_anything_changed_is_refused(mid: str, ext: str) -> None:
    url_hash = parse_qs(sign_url_params(SECRET, mid="880000000000311", ext=1_790_000_300))["hash"][0]

    assert not verify_url_params([SECRET], mid=mid, ext=ext, url_hash=url_hash, now=1_790_000_000)


@pytest.mark.parametrize("url_hash", ["", "é", "\ud800", "A" * 43, "A" * 10_000])
def test_a_link_with_a_hash_that_is_none_is_refused(url_hash: str) -> None:
    assert not verify_url_params(
        [SECRET], mid="880000000000311", ext="1790000300", url_hash=url_hash, now=1_790_000_000
    )
