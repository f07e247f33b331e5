"""What a log must not have: R5, L1-L6. Tokens, secrets, texts and whole phone numbers, whatever goes wrong."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.clients import OnPremKeyClient
from tests.support.operator import PHONE, operating
from tests.support.server import ADMIN, NUMBER

from waypost.lib.log import Log, configure

CANARY = "canary-c0ffee"
KEPT_OUT = {
    "a token in a query": f"GET /x?access_token={CANARY}&y=1",
    "a client's secret in a query": f"/oauth/access_token?client_secret={CANARY}",
    "the link of a login": f"/_waypost/login?token={CANARY}",
    "a bearer token in an error": f"Invalid header value b'Bearer {CANARY}'",
    "a login in an error": f"authorization: basic {CANARY}",
    "a key of 360dialog": f"D360-API-KEY: {CANARY}",
    "a user in a URL": f"https://user:{CANARY}@shop.example/hook refused the connection",
}
PHONES = {
    "a path": f"/v1/contacts/{PHONE}/identity",
    "a path with an encoded plus": f"/v1/contacts/%2B{PHONE}/identity",
    "the same in small letters": f"/v1/contacts/%2b{PHONE}/identity",
    "a plus": f"to +{PHONE}",
    "Python's quotes": f"KeyError: '{PHONE}'",
    "JSON": f'{{"wa_id":"{PHONE}"}}',
}


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """A log for machines, as long as the test lasts."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    configure("debug", "json", written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("text", KEPT_OUT.values(), ids=KEPT_OUT.keys())
def test_a_secret_is_kept_out_of_fields_and_tracebacks(written: io.StringIO, text: str) -> None:
    Log("test").error("test.failed", exc_info=ValueError(text), why=text)

    line = json.loads(written.getvalue())
    assert CANARY not in written.getvalue()
    assert "***" in line["why"]
    assert "***" in line["exception"]


@pytest.mark.parametrize("text", PHONES.values(), ids=PHONES.keys())
def test_of_a_phone_number_four_digits_are_logged(written: io.StringIO, text: str) -> None:
    Log("test").error("test.failed", exc_info=ValueError(text), why=text)

    line = json.loads(written.getvalue())
    assert PHONE not in written.getvalue()
    assert "..1111" in line["why"]
    assert "..1111" in line["exception"]


@pytest.mark.anyio
async def test_neither_log_nor_figures_have_a_secret_a_text_or_a_phone_number(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    secrets = {
        "token": "canary-token", "app_secret": "canary-secret", "admin_password": "canary-password",
        "monitoring_key": "canary-monitoring",
    }  # fmt: skip
    capfd.readouterr()

    async with operating(tmp_path / "data", log_level="debug", **secrets) as operator:
        operator.client.token = secrets["token"]
        onprem = OnPremKeyClient(operator.client.session, operator.server.base_url, NUMBER, secrets["token"])
        operator.hook.answer(500)
        await operator.send_text("canary-text")
        await operator.call("POST", "/rules", json={"path": "/v1/contacts", "fail": {"code": 131016}})
        failed = await onprem.call("GET", f"/v1/contacts/%2B{PHONE}/identity?access_token=canary-query")
        refused = [
            await operator.client.call("POST", "/v1/users/login", headers={"Authorization": "Basic Y2FuYXJ5OnB3"}),
            await operator.client.call("GET", "/me?access_token=canary-query", headers={"Authorization": ""}),
        ]
        figures = await operator.client.call("GET", "/metrics")

    log = "".join(capfd.readouterr())
    assert (failed.status, [answer.status for answer in refused]) == (503, [401, 401])
    assert '"event":"request.refused"' in log
    for text in (log, figures.body.decode()):
        assert [word for word in ("canary", "Y2FuYXJ5", ADMIN, PHONE) if word in text] == []
