import asyncio

import pytest
from tests.unit.api.onprem.face import (
    KEY,
    META,
    NOON_MS,
    OTHER_KEY,
    OTHER_NUMBER,
    Face,
    basic,
    bearer,
    errors,
    open_face,
)

from waypost.flows.directory import token_hash

pytestmark = pytest.mark.anyio

DENIED = errors(1005, "Access denied", "Invalid credentials.")
DAY_MS = 86_400_000


async def token_of(face: Face, key: str = KEY) -> str:
    answer = await face.call("POST", "/v1/users/login", basic("admin", key))
    token: str = answer.json["users"][0]["token"]
    return token


async def test_a_login_answers_with_a_token_that_says_when_it_ends() -> None:
    face = await open_face()

    answer = await face.call("POST", "/v1/users/login", basic("admin", KEY))

    token = answer.json["users"][0]["token"]
    assert answer.status == 200
    assert answer.json == {"users": [{"token": token, "expires_after": "2024-05-09 10:15:00+00:00"}], "meta": META}


async def test_the_token_acts_for_the_number_whose_key_was_the_password() -> None:
    face = await open_face()

    await token_of(face)
    token = await token_of(face, OTHER_KEY)

    found = face.directory.holder(token)
    assert found is not None
    assert (found.number_id, found.kind) == (OTHER_NUMBER, "login")


async def test_the_token_opens_the_other_paths_for_seven_days_and_no_longer() -> None:
    face = await open_face()
    token = await token_of(face)

    face.clock.ms = NOON_MS + 7 * DAY_MS - 1
    before = await face.call("GET", "/v1/health", bearer(token))
    face.clock.ms += 1
    after = await face.call("GET", "/v1/health", bearer(token))

    assert (before.status, after.status) == (200, 401)
    assert before.json == {"health": {"gateway_status": "connected"}, "meta": META}
    assert after.json["errors"][0]["code"] == 1005


async def test_a_second_login_leaves_the_first_token_valid() -> None:
    face = await open_face()

    first, second = await token_of(face), await token_of(face)

    assert first != second
    assert (await face.call("GET", "/v1/health", bearer(first))).status == 200


async def test_only_the_hash_of_the_token_is_kept() -> None:
    face = await open_face()

    token = await token_of(face)

    assert token_hash(token) in face.records.tokens
    assert token not in repr(face.records)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"new_password": "Waypost#2024a"}', b'{"new_password": null}'])
async def test_the_key_stays_a_password_after_a_first_login_with_a_new_one(body: bytes) -> None:
    face = await open_face()

    answer = await face.call("POST", "/v1/users/login", basic("admin", KEY), body=body)
    again = await face.call("POST", "/v1/users/login", basic("admin", KEY))

    assert (answer.status, again.status) == (200, 200)


@pytest.mark.parametrize("body", [b"[]", b"nonsense", b'{"new_password": 1}', b'"\xff"'])
async def test_a_login_body_that_is_no_such_object_is_refused(body: bytes) -> None:
    face = await open_face()

    answer = await face.call("POST", "/v1/users/login", basic("admin", KEY), body=body)

    assert answer.status == 400


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [basic("admin", "wrong")],
        [basic("admin", "")],
        [basic("admin", "secret")],
        [basic("nobody", KEY)],
        [basic("Admin", KEY)],
        [basic("ädmin", "ünknown")],
        [basic("admin", "k" * 10_000)],
        [basic("admin", KEY + "\0")],
        [bearer(KEY)],
        [("Authorization", "Basic")],
        [("Authorization", "Basic YWRtaW4=")],
        [("Authorization", "Basic !!!")],
        [basic("admin", KEY), basic("admin", KEY)],
    ],
)
async def test_every_wrong_login_gets_the_same_answer(headers: list[tuple[str, str]]) -> None:
    face = await open_face()

    answer = await face.call("POST", "/v1/users/login", *headers)

    assert (answer.status, answer.json) == (401, DENIED)


async def test_a_token_is_no_password() -> None:
    face = await open_face()
    token = await token_of(face)

    answer = await face.call("POST", "/v1/users/login", basic("admin", token))

    assert (answer.status, answer.json) == (401, DENIED)


async def fail(face: Face, times: int, *, user: str = "admin") -> list[int]:
    return [(await face.call("POST", "/v1/users/login", basic(user, "wrong"))).status for _ in range(times)]


async def test_the_sixth_failure_in_a_minute_is_told_to_wait() -> None:
    face = await open_face()

    statuses = await fail(face, 5)
    answer = await face.call("POST", "/v1/users/login", basic("admin", "wrong"))

    assert statuses == [401] * 5
    assert (answer.status, answer.headers["retry-after"]) == (429, "61")
    assert answer.json == errors(1015, "Too many requests", "Too many failed logins; wait 61 s.")


async def test_of_many_guesses_at_once_no_more_are_tried_than_one_after_the_other() -> None:
    face = await open_face()

    guesses = (face.call("POST", "/v1/users/login", basic("admin", f"guess {each}")) for each in range(20))
    statuses = [answer.status for answer in await asyncio.gather(*guesses)]

    assert statuses == [401] * 5 + [429] * 15


async def test_who_must_wait_is_refused_with_the_right_password_too() -> None:
    face = await open_face()
    await fail(face, 5)

    refused = await face.call("POST", "/v1/users/login", basic("admin", KEY))
    face.clock.seconds += 60
    granted = await face.call("POST", "/v1/users/login", basic("admin", KEY))

    assert (refused.status, granted.status) == (429, 200)


async def test_a_user_that_does_not_exist_is_counted_like_one_that_does() -> None:
    face = await open_face()

    statuses = await fail(face, 6, user="nobody")

    assert statuses == [401] * 5 + [429]


async def test_failures_of_one_client_do_not_hold_up_another() -> None:
    face = await open_face()
    await fail(face, 5)

    answer = await face.call("POST", "/v1/users/login", basic("admin", KEY), client="192.0.2.8")

    assert answer.status == 200


async def test_moving_platform_time_wins_no_attempts() -> None:
    face = await open_face()
    await fail(face, 5)

    face.clock.ms += 30 * DAY_MS

    assert await fail(face, 1) == [429]


async def test_right_logins_are_not_counted() -> None:
    face = await open_face()

    statuses = [(await face.call("POST", "/v1/users/login", basic("admin", KEY))).status for _ in range(20)]

    assert statuses == [200] * 20


async def test_after_a_logout_the_token_is_dead() -> None:
    face = await open_face()
    token = await token_of(face)

    answer = await face.call("POST", "/v1/users/logout", bearer(token))
    later = await face.call("GET", "/v1/health", bearer(token))

    assert (answer.status, answer.json) == (200, {"meta": META})
    assert later.status == 401


async def test_a_number_key_cannot_be_logged_out() -> None:
    face = await open_face()

    answer = await face.call("POST", "/v1/users/logout", bearer(KEY))
    later = await face.call("GET", "/v1/health", bearer(KEY))

    assert (answer.status, answer.json["errors"][0]["code"]) == (403, 1005)
    assert later.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "Bearer")],
        [("Authorization", "Bearer ")],
        [("Authorization", "Basic " + KEY)],
        [bearer(KEY), bearer(KEY)],
        [bearer(KEY + "x")],
        [bearer("k" * 10_000)],
        [bearer("a\0b")],
        [bearer("ÿþ")],
        [bearer("eyJhbGciOiJub25lIn0.eyJ1c2VyIjoiYWRtaW4ifQ.")],
        [("D360-API-KEY", "")],
        [("D360-API-KEY", "ÿþ")],
        [("D360-API-KEY", KEY), bearer(OTHER_KEY)],
        [("D360-API-KEY", KEY), ("D360-API-KEY", OTHER_KEY)],
    ],
)
async def test_a_request_without_one_right_credential_is_a_401(headers: list[tuple[str, str]]) -> None:
    face = await open_face()

    answer = await face.call("GET", "/v1/health", *headers)

    assert answer.status == 401


@pytest.mark.parametrize(("scheme", "status"), [("Bearer", 200), ("bearer", 401), ("BEARER", 401)])
async def test_the_scheme_is_read_as_it_is_written(scheme: str, status: int) -> None:
    face = await open_face()

    answer = await face.call("GET", "/v1/health", ("Authorization", f"{scheme} {KEY}"))

    assert answer.status == status
