"""The control API's client: its words when something is wrong, and how it reads a stream of events."""

from collections.abc import Iterator

import pytest
from tests.support.one_answer import OneAnswer

from waypost.lib.control_client import ControlClient, ControlError


@pytest.fixture
def answering() -> Iterator[OneAnswer]:
    with OneAnswer() as server:
        yield server


def client_of(server: OneAnswer) -> ControlClient:
    return ControlClient(server.base_url, "an-admin-token", timeout_seconds=5)


def test_a_call_carries_the_token_the_body_and_what_is_given_of_the_query(answering: OneAnswer) -> None:
    answering.say(200, b'{"success":true}')

    answer = client_of(answering).call("POST", "/phones/1555/messages", {"type": "text"}, number="15", phone=None)

    assert answer == {"success": True}
    assert answering.heard.startswith(b"POST /_waypost/v1/phones/1555/messages?number=15 HTTP/1.1\r\n")
    assert b"Authorization: Bearer an-admin-token\r\n" in answering.heard
    assert answering.heard.endswith(b'{"type": "text"}')


def test_a_refusal_is_told_in_the_words_of_the_server(answering: OneAnswer) -> None:
    answering.say(404, b'{"error":{"code":"not_found","message":"There is no such message."}}')

    with pytest.raises(ControlError, match=r"^There is no such message\.$") as refused:
        client_of(answering).call("GET", "/messages/wamid.x")

    assert (refused.value.status, refused.value.code) == (404, "not_found")


def test_a_refusal_of_the_cloud_api_is_told_by_its_details(answering: OneAnswer) -> None:
    error = b'{"message":"(#100) Invalid parameter","code":100,"error_data":{"details":"The link has no host."}}'
    answering.say(400, b'{"error":' + error + b"}")

    with pytest.raises(ControlError, match=r"^The link has no host\.$"):
        client_of(answering).ask("POST", "/v23.0/1555/messages", b"{}")


def test_an_answer_of_another_server_is_shown_as_it_is(answering: OneAnswer) -> None:
    answering.say(502, b"<h1>Bad gateway</h1>")

    with pytest.raises(ControlError, match=r"the server answered 502: <h1>Bad gateway</h1>"):
        client_of(answering).call("GET", "/clock")


def test_nobody_there_is_told_with_the_address() -> None:
    with OneAnswer() as server:
        nowhere = server.base_url

    with pytest.raises(ControlError, match=rf"^no Waypost answers at {nowhere} \(Connection refused\)$"):
        ControlClient(nowhere, "token").call("GET", "/clock")


def test_events_are_read_as_they_are_and_signs_of_life_are_not(answering: OneAnswer) -> None:
    answering.say(200, b': alive\n\nid: 7\nevent: changes\ndata: {"a":1}\n\ndata: first\ndata: second\n\n')

    events = list(client_of(answering).events("/feed"))

    assert events == [("changes", '{"a":1}'), ("message", "first\nsecond")]


@pytest.mark.parametrize("url", ["", "ftp://127.0.0.1", "127.0.0.1:8360"])
def test_only_an_http_url_can_be_called(url: str) -> None:
    with pytest.raises(ValueError, match="is no http or https URL"):
        ControlClient(url, "token")
