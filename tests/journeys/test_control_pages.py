"""What monitors and browsers find: health, metrics, pages, the login."""

import asyncio
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.support.operator import Operator, operating
from tests.support.receiver import Answer
from tests.support.server import ADMIN

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


async def _get(operator: Operator, path: str, **headers: str) -> tuple[int, str, Any]:
    url = operator.server.base_url + path
    async with operator.client.session.get(url, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text(), answer.headers


async def test_monitors_need_no_token(own_operator: Operator) -> None:
    await own_operator.send_text()

    assert (await _get(own_operator, "/health"))[:2] == (200, '{"status":"ok"}')
    assert (await _get(own_operator, "/ready"))[:2] == (200, '{"status":"ok"}')
    status, text, headers = await _get(own_operator, "/metrics")
    assert (status, headers["Content-Type"].partition(";")[0]) == (200, "text/plain")
    assert "waypost_messages_accepted_total 1.0" in text


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
async def test_a_slash_after_what_monitors_ask_makes_no_difference(operator: Operator, path: str) -> None:
    assert (await _get(operator, path + "/"))[0] == 200


@pytest.mark.alone("what became of a message is in the metrics of the worker that delivered it")
async def test_the_metrics_say_what_became_of_messages_and_callbacks(tmp_path: Path) -> None:
    async with operating(tmp_path / "data") as operator:
        await operator.send_text()
        await operator.hook.wait_for_count(3)
        await waiting(operator, 0)

        found = await figures(operator)

    assert found["waypost_sends_total", "sent"] == 1
    assert found["waypost_deliveries_total", "settled"] == 3
    assert found["waypost_webhook_lag_seconds_count", ""] == 3
    assert found["waypost_store_operations_total", ""] >= found["waypost_store_flushes_total", ""] > 0
    assert found["waypost_dead_letters", ""] == 0


async def test_the_metrics_say_how_long_the_first_of_what_waits_has_waited(tmp_path: Path) -> None:
    async with operating(tmp_path / "data") as operator:
        operator.hook.always = Answer(500)
        await operator.send_text()
        await waiting(operator, 3)

        await operator.call("PUT", "/clock", json={"frozen": True})
        before = await figures(operator)
        await operator.call("PUT", "/clock", json={"advance_seconds": 1})
        after = await figures(operator)

    assert before["waypost_waiting", "deliveries"] == 3
    assert before["waypost_lanes_held", "webhooks"] == 3
    waited = "waypost_oldest_waiting_seconds", "deliveries"
    assert after[waited] - before[waited] == pytest.approx(1.0)


async def test_the_page_and_the_dashboard_name_every_metric_and_no_other(own_operator: Operator) -> None:
    written = {name for name, _ in await figures(own_operator)}
    families = {re.sub("_(sum|count)$", "", name) for name in written if not name.endswith("_created")}

    page = (ROOT / "docs/how-to/monitor.md").read_text(encoding="utf-8")
    dashboard = (ROOT / "deploy/grafana.json").read_text(encoding="utf-8")

    assert set(re.findall("waypost_[a-z_]+", page)) == families
    assert {re.sub("_(sum|count)$", "", name) for name in re.findall("waypost_[a-z_]+", dashboard)} == families


async def figures(operator: Operator) -> dict[tuple[str, str], float]:
    """Return what the metrics say, by name and the value of the label, parsed as Prometheus does."""
    _, text, _ = await _get(operator, "/metrics")
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, "".join(sample.labels.values())): sample.value for sample in samples}


async def waiting(operator: Operator, count: int) -> None:
    """Wait until so many deliveries wait."""
    async with asyncio.timeout(10):
        while (await figures(operator))["waypost_waiting", "deliveries"] != count:
            pass


async def test_browsers_are_sent_to_the_console_and_others_are_not(operator: Operator) -> None:
    status, _, headers = await _get(operator, "/", Accept="text/html,application/xhtml+xml")
    assert (status, headers["Location"]) == (302, "/_waypost/")

    assert (await _get(operator, "/", Accept="*/*"))[0] == 404


@pytest.mark.parametrize(
    "path", ["/_waypost/", "/_waypost", "/_waypost/docs", "/_waypost/docs.js", "/_waypost/pages.css"]
)
async def test_pages_may_load_nothing_but_each_other(operator: Operator, path: str) -> None:
    status, _, headers = await _get(operator, path)

    policy = headers["Content-Security-Policy"]
    assert status == 200
    assert policy.startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'"
    )
    assert (
        "img-src 'self' blob:; media-src 'self' blob:; require-trusted-types-for 'script'; trusted-types 'none'"
        in policy
    )
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_the_document_has_every_path_of_every_face(operator: Operator) -> None:
    document = (await operator.control.session.get(f"{operator.server.base_url}/_waypost/openapi.json")).json

    paths = (await document())["paths"]
    assert {"/{version}/{phone_number_id}/messages", "/messages", "/v1/messages", "/health"} <= set(paths)
    assert {"/_waypost/v1/phones/{wa_id}/messages", "/_waypost/v1/clock", "/_waypost/v1/reset"} <= set(paths)


async def test_the_login_of_the_banner_works_once(own_operator: Operator) -> None:
    url = own_operator.server.ready.console_url
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(url, allow_redirects=False) as first:
            assert (first.status, first.headers["Location"]) == (303, "/_waypost/")
        async with browser.get(f"{own_operator.control.base}/clock") as inside:
            assert inside.status == 200
    async with aiohttp.ClientSession() as another, another.get(url, allow_redirects=False) as second:
        assert second.status == 401


async def test_signing_out_ends_the_session(operator: Operator) -> None:
    base, origin = operator.control.base, {"Origin": operator.server.base_url}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.post(f"{base}/session", json={"admin_token": ADMIN}) as opened:
            assert opened.status == 200
        secret = opened.cookies["waypost_session"].value
        async with browser.delete(f"{base}/session", headers=origin) as closed:
            assert closed.status == 200

    cookie = {"Cookie": f"waypost_session={secret}"}
    assert (await _get(operator, "/_waypost/v1/clock", **cookie))[0] == 401
