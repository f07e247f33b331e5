import pytest
from tests.unit.api.onprem.face import JSON_TYPE, KEY, META, NUMBER, bearer, encoded, errors, open_face

from waypost.lib import ids

pytestmark = pytest.mark.anyio

TEXT = {"to": "+1 555 010 0142", "type": "text", "text": {"body": "Hi"}}
UNKNOWN_MEDIA = "018f3a2b-0000-0000-0000-00000000002a"


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/", "/v1/message", "/v1/message/"])
async def test_a_message_is_answered_with_its_id_once_it_is_stored(path: str) -> None:
    face = await open_face()

    answer = await face.logged_in("POST", path, TEXT)

    (message,) = face.records.accepted
    message_id = ids.onprem_message_id(message.key, message.tag, "15550100142", received=False)
    assert answer.status == 201
    assert answer.json == {
        "contacts": [{"input": "+1 555 010 0142", "wa_id": "15550100142"}],
        "messages": [{"id": message_id}],
        "meta": META,
    }


async def test_a_message_keeps_the_dialect_and_the_number_it_came_by() -> None:
    face = await open_face()

    await face.with_key("POST", "/v1/messages", TEXT)

    (message,) = face.records.accepted
    assert (message.dialect, message.number_id, message.raw) == ("onprem", NUMBER, encoded(TEXT))


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "expected"),
    [
        (
            "POST",
            "/v1/messages",
            b'{"to":"15550100142","type":"text","text":{}}',
            400,
            errors(1008, "Required parameter is missing", "Parameter 'body' is mandatory for type 'text'"),
        ),
        (
            "POST",
            "/v1/messages",
            b'{"to":"15550100142","type":"image","image":{"id":"1","link":"https://example.com/a.jpg"}}',
            400,
            errors(1009, "Parameter value is not valid", "Parameters 'id' and 'link' cannot be used together"),
        ),
        (
            "PUT",
            "/v1/messages/unknown",
            b'{"status":"read"}',
            404,
            errors(
                1006,
                "Resource not found",
                "message_id: unknown is not the id of a message that a user sent to you.",
            ),
        ),
        (
            "DELETE",
            f"/v1/media/{UNKNOWN_MEDIA}",
            b"",
            404,
            errors(1006, "Resource not found", f"There is no media with the id '{UNKNOWN_MEDIA}'."),
        ),
        (
            "GET",
            "/v1/nothing",
            b"",
            404,
            errors(1006, "Resource not found", "There is nothing at /v1/nothing."),
        ),
        (
            "PATCH",
            "/v1/messages",
            b"",
            405,
            errors(1025, "Invalid Request", "PATCH is not possible here; use POST."),
        ),
    ],
)
async def test_an_error_is_told_in_the_words_of_the_dialect(
    method: str, path: str, body: bytes, status: int, expected: object
) -> None:
    face = await open_face()

    answer = await face.call(method, path, bearer(KEY), JSON_TYPE, body=body)

    assert (answer.status, answer.json) == (status, expected)


async def test_a_refused_message_is_not_stored() -> None:
    face = await open_face()

    answer = await face.logged_in("POST", "/v1/messages", {"to": "12", "type": "text", "text": {"body": "Hi"}})

    assert answer.status == 400
    assert face.records.accepted == []


async def test_every_well_formed_number_is_a_valid_contact_and_anything_else_is_not() -> None:
    face = await open_face()

    answer = await face.logged_in(
        "POST", "/v1/contacts/", {"blocking": "wait", "contacts": ["+1 555 010 0142", "1-555-010-0177", "ring me"]}
    )

    assert answer.status == 200
    assert answer.json == {
        "contacts": [
            {"input": "+1 555 010 0142", "status": "valid", "wa_id": "15550100142"},
            {"input": "1-555-010-0177", "status": "valid", "wa_id": "15550100177"},
            {"input": "ring me", "status": "invalid"},
        ],
        "meta": META,
    }


@pytest.mark.parametrize(("count", "status"), [(10_000, 200), (10_001, 400)])
async def test_ten_thousand_contacts_can_be_checked_at_once(count: int, status: int) -> None:
    face = await open_face()

    answer = await face.logged_in("POST", "/v1/contacts", {"contacts": ["15550100142"] * count})

    assert answer.status == status


async def test_an_uploaded_form_is_refused_in_words() -> None:
    face = await open_face()

    content_type = ("Content-Type", "multipart/form-data; boundary=x")
    answer = await face.call("POST", "/v1/media", bearer(KEY), content_type, body=b"--x--")

    details = "The body is a form; send the bytes of the file alone, with their own Content-Type."
    assert (answer.status, answer.json) == (400, errors(1009, "Parameter value is not valid", details))


async def test_more_messages_than_the_burst_get_a_429() -> None:
    face = await open_face()

    statuses = {(await face.logged_in("POST", "/v1/messages", TEXT)).status for _ in range(150)}
    answer = await face.logged_in("POST", "/v1/messages", TEXT)

    assert statuses == {201}
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")
    assert answer.json == errors(1015, "Too many requests", "Too many requests were sent to this endpoint")
    assert len(face.records.accepted) == 150


async def test_the_other_paths_have_a_smaller_burst_of_their_own() -> None:
    face = await open_face()

    statuses = [(await face.logged_in("GET", "/v1/health")).status for _ in range(61)]
    message = await face.logged_in("POST", "/v1/messages", TEXT)

    assert statuses == [200] * 60 + [429]
    assert message.status == 201


async def test_a_slot_is_free_again_after_its_time() -> None:
    face = await open_face()
    for _ in range(60):
        await face.logged_in("GET", "/v1/health")

    face.clock.seconds += 1

    assert [(await face.logged_in("GET", "/v1/health")).status for _ in range(21)] == [200] * 20 + [429]


async def test_the_151st_message_within_one_second_gets_a_429_however_they_are_spread() -> None:
    face = await open_face()
    statuses = []

    for _ in range(151):
        statuses.append((await face.logged_in("POST", "/v1/messages", TEXT)).status)
        face.clock.seconds += 0.0066

    assert statuses == [201] * 150 + [429]


async def test_lifted_rates_count_nothing() -> None:
    face = await open_face(rates_lifted=True)

    statuses = {(await face.logged_in("GET", "/v1/health")).status for _ in range(300)}

    assert statuses == {200}


async def test_a_360dialog_key_over_its_rate_is_told_by_its_host() -> None:
    face = await open_face()
    for _ in range(60):
        await face.with_key("GET", "/v1/health")

    answer = await face.with_key("GET", "/v1/health")

    meta = answer.json["meta"]
    assert answer.status == 400
    assert (meta["success"], meta["http_code"]) == (False, 400)
    assert meta["developer_message"] == "You have exceeded the endpoint rate limit."


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/users/login"),
        ("POST", "/v1/users/logout"),
        ("GET", "/v1/users/admin"),
        ("POST", "/v1/users"),
        ("GET", "/v1/settings/application"),
        ("PATCH", "/v1/settings/application"),
        ("DELETE", "/v1/settings/application"),
    ],
)
async def test_what_the_host_blocks_is_a_403_for_its_keys(method: str, path: str) -> None:
    face = await open_face()

    answer = await face.with_key(method, path, {})

    meta = answer.json["meta"]
    trace = meta.pop("360dialog_trace_id")
    assert answer.status == 403
    assert meta == {"success": False, "http_code": 403, "developer_message": f"This URL {path} is blocked"}
    assert trace


async def test_a_wrong_key_is_told_so_even_where_keys_are_blocked() -> None:
    face = await open_face()

    answer = await face.call("POST", "/v1/users/login", ("D360-API-KEY", "wrong"))

    assert (answer.status, answer.json["meta"]["developer_message"]) == (401, "Invalid api_key")


async def test_a_key_gets_the_clients_own_errors_in_the_clients_form() -> None:
    face = await open_face()

    answer = await face.with_key("POST", "/v1/messages", {"type": "text", "text": {"body": "Hi"}})

    details = "Parameter 'to' is mandatory"
    assert (answer.status, answer.json) == (400, errors(1008, "Required parameter is missing", details))
