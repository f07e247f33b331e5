"""Each way to get a webhook's signature wrong is told from the others."""

import base64
import hashlib
import hmac
import json

import pytest

from waypost.lib.signing import hub_signature, standard_headers, standard_key, standard_secret
from waypost.rules.signature import Verdict, explain

SECRET = "app-secret"
OTHERS = {"the number 15550777888": "another-secret", "the endpoint ep_1": "endpoint-secret"}
SENT = b'{"object":"whatsapp_business_account","text":"Gr\\u00fc\\u00dfe \\/ \\ud83d\\udc4b","n":1}'
RAW = '{"text":"Grüße 👋","n":1}'.encode()
GOOD = hub_signature(SECRET, SENT)
DIGEST = GOOD.removeprefix("sha256=")


def said(body: bytes, header: str) -> list[str]:
    verdict = explain(body, header, SECRET, OTHERS)
    assert not verdict.matches
    assert verdict.expected == hub_signature(SECRET, body)
    return verdict.findings


def test_the_right_signature_of_the_right_bytes_fits() -> None:
    assert explain(SENT, GOOD, SECRET, OTHERS) == Verdict(matches=True, expected=GOOD, findings=[])


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (DIGEST, "The prefix `sha256=` is missing"),
        (f"sha256={DIGEST.upper()}", "upper case"),
        (f"SHA256={DIGEST}", "prefix is written in capitals"),
        (f"X-Hub-Signature-256: {GOOD}", "whole header line"),
        (f"x-hub-signature-256:{GOOD}", "whole header line"),
        (f" {GOOD}\n", "spaces or line breaks"),
        (f'"{GOOD}"', "quotes around"),
        ("sha256=" + base64.b64encode(bytes.fromhex(DIGEST)).decode(), "base64"),
        (f"sha256={DIGEST[:-1]}", "63 characters"),
        ("sha256=", "0 characters"),
        ("", "The header is empty"),
        ("sha1=" + hmac.new(SECRET.encode(), SENT, hashlib.sha1).hexdigest(), "SHA-1"),
        (hmac.new(SECRET.encode(), SENT, hashlib.sha1).hexdigest(), "SHA-1"),
        (
            dict(standard_headers([standard_key(SECRET)], SENT, webhook_id="evt_1", timestamp=1))["webhook-signature"],
            "signature of Standard Webhooks",
        ),
        (standard_secret(SECRET), "secret of Standard Webhooks"),
    ],
)
def test_a_header_that_is_written_wrongly_is_told_how(header: str, words: str) -> None:
    findings = said(SENT, header)

    assert len(findings) == 1
    assert words in findings[0]


@pytest.mark.parametrize(
    ("body", "sent", "words"),
    [
        (json.dumps(json.loads(SENT)).encode(), SENT, "parsed and written again"),
        (json.dumps(json.loads(SENT), ensure_ascii=False, separators=(",", ":")).encode(), SENT, "here are raw UTF-8"),
        (json.dumps(json.loads(RAW), separators=(",", ":")).encode(), RAW, "here are escaped"),
        (SENT + b"\n", SENT, "one was added"),
        (SENT, SENT + b"\n", "it was cut off"),
        (b"  " + SENT, SENT, "spaces around it"),
        (b"\xef\xbb\xbf" + SENT, SENT, "byte order mark"),
        (b'{"a":1,\r\n"b":2}', b'{"a":1,\n"b":2}', "line breaks were changed"),
    ],
)
def test_a_body_that_was_changed_is_told_how(body: bytes, sent: bytes, words: str) -> None:
    findings = said(body, hub_signature(SECRET, sent))

    assert len(findings) == 1
    assert words in findings[0]


@pytest.mark.parametrize(("whose", "secret"), OTHERS.items())
def test_another_secret_is_named(whose: str, secret: str) -> None:
    assert said(SENT, hub_signature(secret, SENT)) == [f"It was made with the secret of {whose}."]


def test_two_mistakes_are_both_told() -> None:
    findings = said(SENT + b"\n", DIGEST.upper())

    assert len(findings) == 3
    assert all(words in " ".join(findings) for words in ("prefix", "upper case", "one was added"))


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[" * 100_000, b'"\\ud800"'])
def test_a_body_that_is_none_of_ours_is_told_that_nothing_fits(body: bytes) -> None:
    findings = said(body, hub_signature("unknown", body))

    assert [finding.partition(" ")[0] for finding in findings] == ["No"]


@pytest.mark.parametrize("header", ["sha256=ü", "\udc80", "sha256=" + "0" * 100_000, "=", "v1,"])
def test_any_header_is_answered(header: str) -> None:
    assert said(SENT, header)
