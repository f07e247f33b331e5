"""Answers and errors, word for word."""

import pytest
from tests.conftest import Golden
from tests.unit.wire.test_events import WAMID, medium

from waypost.errors import Fault
from waypost.errors.callers import NO_TOKEN, UNKNOWN_OBJECT
from waypost.errors.rates import PAIR_RATE, TOO_MANY_REQUESTS
from waypost.errors.requests import INVALID_PARAMETER, MISSING_PARAMETER, TWO_SOURCES
from waypost.errors.templates import TEMPLATE_MISSING
from waypost.model import Provider
from waypost.wire import cloud, onprem

META = b'"meta":{"api_status":"stable","version":"v2.53.3"}}'
TRACE = "Aa8dfbbafd07a5efac91a9d"

FAULTS = {
    "invalid-parameter": Fault(INVALID_PARAMETER, "Parameter 'image.link' must be a string; it is 5."),
    "missing-parameter": Fault(MISSING_PARAMETER, "Parameter 'body' is mandatory for type 'text'"),
    "id-and-link": Fault(TWO_SOURCES, "Parameters 'id' and 'link' cannot be used together"),
    "token": Fault(NO_TOKEN, "The token is unknown."),
    "unknown-object": Fault(UNKNOWN_OBJECT, "Object with ID '880000000009999' does not exist"),
    "pair-rate": Fault(PAIR_RATE, "Too many messages from this number to the same user."),
    "endpoint-rate": Fault(TOO_MANY_REQUESTS, "Too many requests were sent to this endpoint"),
    "template-missing": Fault(TEMPLATE_MISSING, "template name (repair_ready) does not exist in de"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_an_error_reads_like_this_on_the_graph(name: str, golden: Golden) -> None:
    golden(f"errors/{name}.cloud.json", cloud.error_body(FAULTS[name], TRACE))


@pytest.mark.parametrize("name", FAULTS)
def test_an_error_reads_like_this_behind_the_proxy(name: str, golden: Golden) -> None:
    golden(f"errors/{name}.proxy.json", cloud.proxy_error(FAULTS[name], TRACE)[1])


@pytest.mark.parametrize("name", FAULTS)
def test_an_error_reads_like_this_on_premises(name: str, golden: Golden) -> None:
    golden(f"errors/{name}.onprem.json", onprem.error_body(FAULTS[name]))


@pytest.mark.parametrize(
    ("name", "status"), [("invalid-parameter", 400), ("token", 401), ("endpoint-rate", 400), ("template-missing", 404)]
)
def test_an_error_has_its_http_status_behind_the_proxy(name: str, status: int) -> None:
    assert cloud.proxy_error(FAULTS[name], TRACE)[0] == status


def test_an_accepted_message_is_answered_in_the_cloud_dialect() -> None:
    answer = cloud.send_answer("+1 (555) 010-3344", "15550103344", WAMID)

    assert answer == (
        b'{"messaging_product":"whatsapp","contacts":[{"input":"+1 (555) 010-3344","wa_id":"15550103344"}],'
        b'"messages":[{"id":"%b"}]}' % WAMID.encode()
    )


def test_an_accepted_template_has_a_status() -> None:
    answer = cloud.send_answer("15550103344", "15550103344", WAMID, "accepted")

    assert answer.endswith(b'"messages":[{"id":"%b","message_status":"accepted"}]}' % WAMID.encode())


def test_an_accepted_message_is_answered_on_premises() -> None:
    answer = onprem.send_answer("+1 555 010 0142", "15550100142", "gBGGFVUBABQvAgkRlNZJPJ1cNGA")

    assert answer == (
        b'{"contacts":[{"input":"+1 555 010 0142","wa_id":"15550100142"}],'
        b'"messages":[{"id":"gBGGFVUBABQvAgkRlNZJPJ1cNGA"}],' + META
    )


def test_an_upload_is_answered_in_both_dialects() -> None:
    stored = medium("image/jpeg")

    assert cloud.upload_answer(stored) == b'{"id":"990000000000111"}'
    assert onprem.upload_answer(stored) == b'{"media":[{"id":"00038466-5653-e06f-1122-334455667788"}],' + META


def test_a_media_look_up_is_answered() -> None:
    answer = cloud.media_answer(medium("image/jpeg"), "http://127.0.0.1/x?mid=1&ext=2")

    assert answer == (
        b'{"messaging_product":"whatsapp","url":"http://127.0.0.1/x?mid=1&ext=2","mime_type":"image/jpeg",'
        b'"sha256":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","file_size":184233,'
        b'"id":"990000000000111"}'
    )


def test_a_login_is_answered_with_a_blank_in_its_date() -> None:
    answer = onprem.login_answer("eyJ.abc", 1790000000123)

    assert answer == b'{"users":[{"token":"eyJ.abc","expires_after":"2026-09-21 14:13:20+00:00"}],' + META


def test_providers_are_shown_with_their_credentials() -> None:
    basic = Provider("assets-basic", username="waypost", password="s3cret-Pw")
    bearer = Provider("assets-bearer", bearer="tok_0123456789")

    answer = onprem.providers_answer([basic, bearer], masked=False)

    assert answer == (
        b'{"settings":{"application":{"media":{"providers":[{"name":"assets-basic","type":"www",'
        b'"config":{"basic":{"username":"waypost","password":"s3cret-Pw"}}},{"name":"assets-bearer","type":"www",'
        b'"config":{"bearer":"tok_0123456789"}}]}}},' + META
    )


def test_a_write_without_news_is_answered_with_meta() -> None:
    assert onprem.answer() == onprem.DONE == b"{" + META
