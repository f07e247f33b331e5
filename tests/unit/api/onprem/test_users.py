import re
from typing import Any

import pytest
from tests.unit.api.onprem.face import (
    JSON_TYPE,
    KEY,
    META,
    OTHER_KEY,
    Answer,
    Face,
    basic,
    bearer,
    encoded,
    errors,
    open_face,
)

pytestmark = pytest.mark.anyio

PASSWORD = "Crm-b0t-Secret"
OTHER = "Crm-b0t-Secret2"
DAY_MS = 86_400_000


async def add(face: Face, username: str = "crm-bot", password: Any = PASSWORD) -> Answer:
    return await face.logged_in("POST", "/v1/users", {"username": username, "password": password})


async def log_in(face: Face, username: str, password: str, **more: Any) -> Answer:
    body = encoded(more) if more else b""
    return await face.call("POST", "/v1/users/login", basic(username, password), body=body)


async def token_of(face: Face, username: str = "crm-bot", password: str = PASSWORD) -> str:
    return str((await log_in(face, username, password)).json["users"][0]["token"])


async def test_a_user_is_added_shown_and_deleted() -> None:
    face = await open_face()

    added = await add(face)
    shown = await face.logged_in("GET", "/v1/users/crm-bot")
    deleted = await face.logged_in("DELETE", "/v1/users/crm-bot")
    gone = await face.logged_in("GET", "/v1/users/crm-bot")

    assert (added.status, added.json) == (201, {"users": [{"username": "crm-bot"}], "meta": META})
    assert shown.json == {"users": [{"username": "crm-bot", "ROLES": "ROLE_USER"}], "meta": META}
    assert (deleted.status, deleted.json) == (200, {"users": [{"username": "crm-bot"}], "meta": META})
    assert (gone.status, gone.json) == (404, errors(1006, "Resource not found", "There is no user 'crm-bot'."))


async def test_admin_is_always_there() -> None:
    face = await open_face()

    shown = await face.logged_in("GET", "/v1/users/admin")
    deleted = await face.logged_in("DELETE", "/v1/users/admin")
    added = await add(face, "admin")

    assert shown.json["users"] == [{"username": "admin", "ROLES": "ROLE_ADMIN"}]
    assert (deleted.status, deleted.json["errors"][0]["code"]) == (403, 1005)
    assert (added.status, added.json["errors"][0]["code"]) == (409, 1004)


async def test_a_name_is_taken_once() -> None:
    face = await open_face()
    await add(face)

    again = await add(face)

    assert (again.status, again.json) == (
        409,
        errors(1004, "Resource already exists", "There is a user 'crm-bot' already."),
    )


@pytest.mark.parametrize(
    "password", ["", "Aa1!aaa", "aaaaaaa1!", "AAAAAAA1!", "Aaaaaaaa!", "Aaaaaaaa1", "Aa1!" + "a" * 61, None, 5]
)
async def test_a_weak_password_is_refused(password: Any) -> None:
    face = await open_face()

    answer = await add(face, password=password)

    assert answer.status == 400


@pytest.mark.parametrize("username", ["", "login", "a b", "a/b", ".", "x" * 65, "ä"])
async def test_what_cannot_be_a_name_is_refused(username: str) -> None:
    face = await open_face()

    answer = await add(face, username)

    assert (answer.status, answer.json["errors"][0]["code"]) == (400, 1009)


@pytest.mark.parametrize("body", [None, [], {}, {"username": "x"}, {"username": None, "password": PASSWORD}])
async def test_a_body_without_a_user_is_refused(body: object) -> None:
    face = await open_face()

    answer = await face.logged_in("POST", "/v1/users", body)

    assert answer.status == 400


async def test_a_user_logs_in_and_may_do_everything_but_change_settings() -> None:
    face = await open_face()
    await add(face)
    token = await token_of(face)

    health = await face.call("GET", "/v1/health", bearer(token))
    settings = await face.call("GET", "/v1/settings/application", bearer(token))
    providers = await face.call("GET", "/v1/settings/application/media/providers", bearer(token))
    users = await face.call("GET", "/v1/users/crm-bot", bearer(token))

    assert health.status == 200
    denied = errors(1005, "Access denied", "Only the user 'admin' may do this.")
    assert [(each.status, each.json) for each in (settings, providers, users)] == [(403, denied)] * 3


async def test_the_token_of_a_user_ends_after_seven_days_and_with_a_logout() -> None:
    face = await open_face()
    await add(face)
    first, second = await token_of(face), await token_of(face)

    out = await face.call("POST", "/v1/users/logout", bearer(first))
    after = await face.call("GET", "/v1/health", bearer(first))
    face.clock.ms += 7 * DAY_MS
    expired = await face.call("GET", "/v1/health", bearer(second))

    assert (out.status, after.status, expired.status) == (200, 401, 401)


async def test_another_password_ends_the_tokens_of_the_first() -> None:
    face = await open_face()
    await add(face)
    token = await token_of(face)

    changed = await face.logged_in("PUT", "/v1/users/crm-bot", {"password": OTHER})

    assert (changed.status, changed.json) == (200, {"users": [{"username": "crm-bot"}], "meta": META})
    assert (await face.call("GET", "/v1/health", bearer(token))).status == 401
    assert (await log_in(face, "crm-bot", PASSWORD)).status == 401
    assert (await log_in(face, "crm-bot", OTHER)).status == 200


async def test_a_deleted_user_can_do_nothing() -> None:
    face = await open_face()
    await add(face)
    token = await token_of(face)

    await face.logged_in("DELETE", "/v1/users/crm-bot")

    assert (await face.call("GET", "/v1/health", bearer(token))).status == 401
    assert (await log_in(face, "crm-bot", PASSWORD)).status == 401


async def test_a_new_password_of_a_first_login_works_from_then_on() -> None:
    face = await open_face()

    first = await log_in(face, "admin", KEY, new_password="Waypost#2024a")
    later = await log_in(face, "admin", "Waypost#2024a")
    key = await log_in(face, "admin", KEY)

    assert (first.status, later.status, key.status) == (200, 200, 200)
    settings = await face.call("GET", "/v1/settings/application", bearer(later.json["users"][0]["token"]))
    assert settings.status == 200


async def test_a_weak_new_password_is_refused_and_changes_nothing() -> None:
    face = await open_face()

    refused = await log_in(face, "admin", KEY, new_password="weak")

    assert (refused.status, refused.json["errors"][0]["code"]) == (400, 1009)
    assert (await log_in(face, "admin", "weak")).status == 401


async def test_no_password_is_kept_as_it_is() -> None:
    face = await open_face()

    await add(face)

    assert PASSWORD not in repr(face)


async def test_a_name_that_two_numbers_know_takes_no_longer_than_one_that_nobody_knows() -> None:
    """The slow work is done once for each salt: their passwords have one, and those of another name have another."""
    face = await open_face()
    both = {KEY: PASSWORD, OTHER_KEY: OTHER}

    for key, password in both.items():
        body = encoded({"username": "crm-bot", "password": password})
        assert (await face.call("POST", "/v1/users", bearer(key), JSON_TYPE, body=body)).status == 201
    await add(face, "another")

    salts = re.findall(r"scrypt\$([^$]+)\$", repr(face.documents))
    assert (len(salts), len(set(salts))) == (3, 2)
    assert [(await log_in(face, "crm-bot", password)).status for password in both.values()] == [200, 200]


async def test_the_host_keeps_users_to_itself() -> None:
    face = await open_face()

    answer = await face.with_key("POST", "/v1/users", {"username": "crm-bot", "password": PASSWORD})

    assert (answer.status, answer.json["meta"]["success"]) == (403, False)


async def test_a_fresh_installation_asks_for_a_new_password_and_then_forgets_the_first() -> None:
    face = await open_face(first_login=True)

    asked = await log_in(face, "admin", "secret")
    changed = await log_in(face, "admin", "secret", new_password="Waypost#2024a")
    await log_in(face, "admin", "secret", new_password="Waypost#2024b")  # the other number's
    over = await log_in(face, "admin", "secret")

    assert (asked.status, asked.json["errors"][0]["code"]) == (401, 1024)
    assert (changed.status, (await log_in(face, "admin", "Waypost#2024a")).status) == (200, 200)
    assert (over.status, over.json["errors"][0]["code"]) == (401, 1005)


async def test_secret_is_no_password_unless_the_operator_says_so() -> None:
    face = await open_face()

    answer = await log_in(face, "admin", "secret", new_password="Waypost#2024a")

    assert (answer.status, answer.json["errors"][0]["code"]) == (401, 1005)
