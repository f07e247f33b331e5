"""The settings as the console shows them: each with its source, and no secret among them."""

from pathlib import Path

import aiohttp
import pytest
from tests.journeys.conftest import ONE_STORE
from tests.support.clients import Control
from tests.support.server import ADMIN, SECRET, TOKEN, running

pytestmark = [pytest.mark.anyio, ONE_STORE]  # it gives the server an environment of its own


async def test_each_setting_is_shown_with_its_source_and_no_secret_is(tmp_path: Path) -> None:
    environ = {"WAYPOST_KEEP_DAYS": "7", "WAYPOST_MONITORING_KEY": "watchers-secret"}
    async with (
        running(tmp_path / "data", environ=environ, strict_plus="on") as server,
        aiohttp.ClientSession() as session,
    ):
        answer = await Control(session, server.base_url, ADMIN).call("GET", "/settings")

    shown = {each["name"]: (each["value"], each["source"]) for each in answer.json["settings"]}
    assert shown["keep_days"] == ("7", "environment")
    assert shown["strict_plus"] == ("on", "flag")
    assert shown["max_redirects"] == ("0", "default")
    assert shown["webhook"] == (None, "default")
    assert (shown["token"], shown["monitoring_key"]) == (("***", "flag"), ("***", "environment"))
    assert (answer.json["store"], answer.json["role"]) == ("sqlite", "all")
    for secret in (TOKEN, SECRET, ADMIN, "watchers-secret"):
        assert secret.encode() not in answer.body
