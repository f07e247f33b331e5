"""Who gets into the control API and who does not: hardening U1-U6, U8, U12, A1-A6 for the admin token, A14."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from tests.support.operator import Operator, operating
from tests.support.server import ADMIN, NUMBER, TOKEN

pytestmark = pytest.mark.anyio

CLOCK = "/_waypost/v1/clock"
RESET = "/_waypost/v1/reset"
SESSION = "/_waypost/v1/session"
OPERATOR = {"Authorization": f"Bearer {ADMIN}"}


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with operating(tmp_path / "data") as op:
        yield op


async def ask(
    operator: Operator, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
) -> tuple[int, Mapping[str, str], bytes]:
    """Send exactly these header lines (and a length); return status, headers and body."""
    port = int(operator.server.base_url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = {"Host": f"127.0.0.1:{port}", "Content-Length": str(len(body)), "Connection": "close", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    top, _, rest = answer.partition(b"\r\n\r\n")
    first, *others = top.decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in others)
    return int(first.split()[1]), {name.lower(): value for name, value in pairs}, rest


async def status_of(operator: Operator, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> int:
    return (await ask(operator, method, path, headers, body))[0]


async def session_cookie(operator: Operator) -> dict[str, str]:
    """Sign in with the admin token; return the header that carries the session."""
    body = f'{{"admin_token":"{ADMIN}"}}'.encode()
    status, headers, _ = await ask(operator, "POST", SESSION, {"Content-Type": "application/json"}, body)
    assert status == 200
    return {"Cookie": headers["set-cookie"].partition(";")[0]}


# -- U1-U3: Host -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.nip.io", "127.0.0.1.nip.io:{port}", ""])
@pytest.mark.parametrize("path", [CLOCK, "/_waypost/", "/health"])
async def test_a_foreign_host_is_refused(operator: Operator, host: str, path: str) -> None:
    port = operator.server.base_url.rpartition(":")[2]

    assert await status_of(operator, "GET", path, {**OPERATOR, "Host": host.format(port=port)}) == 400


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
async def test_the_names_of_this_machine_are_answered(operator: Operator, host: str) -> None:
    port = operator.server.base_url.rpartition(":")[2]

    assert await status_of(operator, "GET", CLOCK, {**OPERATOR, "Host": f"{host}:{port}"}) == 200


# -- U4-U6: where the request comes from --------------------------------------------------------------------------

FOREIGN = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "file://"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_page_of_another_origin_cannot_use_the_session(
    operator: Operator, headers: dict[str, str], method: str
) -> None:
    cookie = await session_cookie(operator)
    path = RESET if method == "POST" else CLOCK

    assert await status_of(operator, method, path, {**cookie, **headers}) == 403


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_form_of_another_origin_is_refused_with_or_without_a_cookie(
    operator: Operator, headers: dict[str, str]
) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded", **headers}

    assert await status_of(operator, "POST", RESET, form, b"a=b") == 403
    assert await status_of(operator, "POST", SESSION, form, b"a=b") == 403


async def test_a_change_by_cookie_alone_must_say_where_it_comes_from(operator: Operator) -> None:
    cookie = await session_cookie(operator)

    assert await status_of(operator, "POST", RESET, cookie) == 403
    assert await status_of(operator, "POST", RESET, {**cookie, "Sec-Fetch-Site": "none"}) == 403


@pytest.mark.parametrize("headers", [{"Origin": "own"}, {"Sec-Fetch-Site": "same-origin"}])
async def test_our_own_page_can_use_the_session(operator: Operator, headers: dict[str, str]) -> None:
    cookie = await session_cookie(operator)
    given = {name: value.replace("own", operator.server.base_url) for name, value in headers.items()}

    assert await status_of(operator, "POST", RESET, {**cookie, **given}) == 200


async def test_no_origin_is_allowed_by_cors(operator: Operator) -> None:
    _, headers, _ = await ask(operator, "GET", CLOCK, {**OPERATOR})
    preflight = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    status, others, _ = await ask(operator, "OPTIONS", RESET, preflight)

    assert status == 405
    assert [name for name in {*headers, *others} if name.startswith("access-control")] == []


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
async def test_a_websocket_of_another_origin_gets_nowhere(operator: Operator, origin: str) -> None:
    upgrade = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": origin, "Content-Length": "0",
    }  # fmt: skip
    port = int(operator.server.base_url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = "".join(f"{name}: {value}\r\n" for name, value in {"Host": f"127.0.0.1:{port}", **upgrade}.items())
    writer.write(f"GET {CLOCK} HTTP/1.1\r\n{head}\r\n".encode("latin-1"))

    first = await asyncio.wait_for(reader.readline(), 5)
    writer.close()

    assert int(first.split()[1]) == 403


# -- U8, U12: the session ------------------------------------------------------------------------------------------


async def test_a_session_that_the_client_made_up_is_not_taken_over(operator: Operator) -> None:
    login = operator.server.ready.console_url.removeprefix(operator.server.base_url)
    chosen = {"Cookie": "waypost_session=chosen-by-somebody-else"}

    _, headers, _ = await ask(operator, "GET", login, chosen)

    assert "chosen-by-somebody-else" not in headers["set-cookie"]
    assert await status_of(operator, "GET", CLOCK, chosen) == 401


async def test_no_script_and_no_other_site_sees_the_cookie(operator: Operator) -> None:
    login = operator.server.ready.console_url.removeprefix(operator.server.base_url)

    _, headers, _ = await ask(operator, "GET", login, {})

    flags = {part.strip() for part in headers["set-cookie"].split(";")[1:]}
    assert {"HttpOnly", "SameSite=Strict", "Path=/_waypost"} <= flags


async def test_the_login_goes_nowhere_but_to_the_console(operator: Operator) -> None:
    login = operator.server.ready.console_url.removeprefix(operator.server.base_url)

    status, headers, _ = await ask(operator, "GET", f"{login}&next=//evil.example&redirect=https://evil.example", {})

    assert (status, headers["location"]) == (303, "/_waypost/")


async def test_looking_at_the_login_does_not_use_it_up(operator: Operator) -> None:
    login = operator.server.ready.console_url.removeprefix(operator.server.base_url)

    looked = await status_of(operator, "HEAD", login, {})

    assert looked == 405
    assert await status_of(operator, "GET", login, {}) == 303


async def test_a_used_login_leads_only_who_is_signed_in_to_the_console(operator: Operator) -> None:
    login = operator.server.ready.console_url.removeprefix(operator.server.base_url)
    _, headers, _ = await ask(operator, "GET", login, {})
    cookie = headers["set-cookie"].partition(";")[0]

    status, again, _ = await ask(operator, "GET", login, {"Cookie": cookie})

    assert (status, again["location"], "set-cookie" in again) == (303, "/_waypost/", False)
    assert await status_of(operator, "GET", login, {}) == 401


@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=%00", f"?token={ADMIN}"])
async def test_a_wrong_login_opens_nothing(operator: Operator, query: str) -> None:
    status, headers, _ = await ask(operator, "GET", f"/_waypost/login{query}", {})

    assert status == 401
    assert "set-cookie" not in headers


async def test_guessing_at_the_sign_in_is_slowed_down(operator: Operator) -> None:
    typed = {"Content-Type": "application/json"}
    guesses = [await status_of(operator, "POST", SESSION, typed, b'{"admin_token":"guess"}') for _ in range(6)]

    assert guesses == [401, 401, 401, 401, 401, 429]


# -- A1-A6, A14: the admin token -----------------------------------------------------------------------------------

STRANGERS: list[dict[str, str]] = [
    {},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer "},
    {"Authorization": "Bearer wrong"},
    {"Authorization": f"Basic {ADMIN}"},
    {"Authorization": ADMIN},
    {"Authorization": f"Bearer {ADMIN}x"},
    {"Authorization": f"Bearer {ADMIN[:-1]}"},
    {"Authorization": "Bearer " + "a" * 10_000},
    {"Authorization": "Bearer \xff\xfe"},
    {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9."},
    {"D360-API-KEY": ADMIN},
    {"D360-API-KEY": "wrong"},
    {"Cookie": "waypost_session="},
    {"Cookie": "waypost_session=wrong"},
    {"Cookie": f"waypost_session={ADMIN}"},
]


@pytest.mark.parametrize("headers", STRANGERS)
@pytest.mark.parametrize(("method", "path"), [("GET", CLOCK), ("POST", RESET), ("GET", "/_waypost/v1/media/1")])
async def test_a_stranger_gets_401(operator: Operator, headers: dict[str, str], method: str, path: str) -> None:
    status, _, body = await ask(operator, method, path, headers)

    assert status == 401
    assert body.startswith(b'{"error":{"code":"no_token","message":')


@pytest.mark.parametrize(
    "headers",
    [{"Authorization": f"Bearer {TOKEN}"}, {"Authorization": f"bearer {TOKEN}"}, {"D360-API-KEY": TOKEN}],
)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", CLOCK), ("POST", RESET), ("PUT", f"/_waypost/v1/numbers/{NUMBER}")]
)
async def test_the_token_of_a_number_gets_403(
    operator: Operator, headers: dict[str, str], method: str, path: str
) -> None:
    status, _, body = await ask(operator, method, path, headers)

    assert status == 403
    assert body.startswith(b'{"error":{"code":"access_denied","message":')


async def test_the_admin_token_in_the_query_opens_nothing(operator: Operator) -> None:
    assert await status_of(operator, "GET", f"{CLOCK}?access_token={ADMIN}", {}) == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_admin_token_is_taken_with_any_case_of_the_scheme(operator: Operator, scheme: str) -> None:
    assert await status_of(operator, "GET", CLOCK, {"Authorization": f"{scheme} {ADMIN}"}) == 200


async def test_every_route_of_the_api_is_behind_the_gate(operator: Operator) -> None:
    url = f"{operator.server.base_url}/_waypost/openapi.json"
    async with operator.client.session.get(url) as answer:
        paths = (await answer.json())["paths"]
    guarded = [
        (method.upper(), path.replace("{", "").replace("}", ""))
        for path, methods in paths.items()
        for method in methods
        if path.startswith("/_waypost/v1/") and (path, method) != (SESSION, "post")
    ]

    answers = [await status_of(operator, method, path, {}) for method, path in guarded]

    assert len(guarded) >= 25
    assert set(answers) == {401}


# -- What is not of this face, or not well-formed ------------------------------------------------------------------

BROKEN: list[tuple[str, str, bytes]] = [
    ("PUT", CLOCK, b"{"), ("PUT", CLOCK, b"[]"), ("PUT", CLOCK, b"null"), ("PUT", CLOCK, b"\xff"),
    ("PUT", CLOCK, b'{"advance_seconds":NaN}'), ("PUT", CLOCK, b'{"advance_seconds":1e400}'),
    ("PUT", CLOCK, b"[" * 100_000), ("POST", "/_waypost/v1/rules", b'{"next":99999999999999999999999}'),
    ("POST", "/_waypost/v1/rules", b'{"delay_seconds":1e308}'),
    ("POST", "/_waypost/v1/phones/abc/messages", b'{"type":"text","text":{"body":"x"}}'),
    ("PATCH", "/_waypost/v1/phones/15550001111", b'{"name":null}'),
    ("PATCH", "/_waypost/v1/phones/15550001111", b'{"name":"\\u0000"}'),
    ("PATCH", "/_waypost/v1/phones/15550001111", b'{"name":"\\ud800"}'),
    ("PATCH", "/_waypost/v1/phones/15550001111", b'{"online":1}'),
    ("POST", "/_waypost/v1/numbers", b'{"number":"0123456789"}'),
    ("POST", "/_waypost/v1/numbers", b'{"number":"99999999999999999999"}'),
    ("PUT", f"/_waypost/v1/numbers/{NUMBER}", b'{"webhook":{"url":"file:///etc/passwd"}}'),
    ("PUT", f"/_waypost/v1/numbers/{NUMBER}", b'{"webhook":{"url":"http://x/","headers":{"a\\r\\nb":"c"}}}'),
    ("PUT", f"/_waypost/v1/numbers/{NUMBER}", b'{"webhook":{"url":"http://x/","headers":{"Host":"c"}}}'),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), BROKEN)
async def test_a_broken_body_is_a_400_that_says_why(operator: Operator, method: str, path: str, body: bytes) -> None:
    status, _, answer = await ask(operator, method, path, {**OPERATOR, "Content-Type": "application/json"}, body)

    assert status == 400
    assert answer.startswith(b'{"error":{"code":"')


@pytest.mark.parametrize(
    "path",
    [
        "/_waypost/v1/messages?limit=0", "/_waypost/v1/messages?limit=x", "/_waypost/v1/messages?limit=99999",
        "/_waypost/v1/messages?phone=abc", "/_waypost/v1/webhooks/deliveries?state=x",
        "/_waypost/v1/messages?number=%00",
    ],
)  # fmt: skip
async def test_a_broken_query_is_a_400(operator: Operator, path: str) -> None:
    assert await status_of(operator, "GET", path, OPERATOR) == 400


@pytest.mark.parametrize(
    "path",
    [
        "/_waypost/v1/nothing", "/_waypost/../health", "/_waypost//v1/clock", "/_waypost/v1/%2e%2e/clock",
        "/_waypost/v1/messages/%00", "/_waypost/v1/messages/a%2Fb", "/_waypost/files/home.html",
        "/_waypost/v1/webhooks/deliveries/evt_" + "9" * 40, "/_waypost/v1/rules/" + "9" * 40,
    ],
)  # fmt: skip
async def test_other_paths_are_not_found(operator: Operator, path: str) -> None:
    assert await status_of(operator, "GET", path, OPERATOR) in (400, 404, 405)


async def test_a_profile_name_of_10_kb_comes_back_as_it_was(operator: Operator) -> None:
    name = "\u202e<img src=x onerror=alert(1)>" * 300

    shown = await operator.call("PATCH", "/phones/15550001111", json={"name": name})

    assert shown["name"] == name
