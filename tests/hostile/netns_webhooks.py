"""The corpus of hostile links as webhook URLs of a whole server, in the namespace of `netns_links.py`.

Run as a program by `test_webhooks_netns.py`; writes what happened to a file as JSON. Every case is set on the Cloud
face, which asks the webhook for a challenge, and on 360dialog's, which asks nothing: there an event has to go out.
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
from tests.hostile.netns_links import TARGETS, Canaries, set_up_namespace
from tests.support.clients import Answer, Body, Control, MetaClient, ProxyClient
from tests.support.server import ADMIN, NUMBER, TOKEN, running

PHONE = "15550001111"
PUBLIC = "http://public.example/"
ANYWHERE = "0.0.0.0/0,::/0"
_LOOKS = 400
_LOOK_SECONDS = 0.005

Outcome = dict[str, Any]  # Any: it becomes JSON


def main() -> None:
    """Set the namespace up, run everything, write the report to the file named by the first argument."""
    set_up_namespace()
    Path(sys.argv[1]).write_text(json.dumps(asyncio.run(_report())))


class Setter:
    """A program that sets webhooks, the operator who makes events, and the canaries that see where they go."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, canaries: Canaries) -> None:
        self.meta = MetaClient(session, base_url, NUMBER, TOKEN)
        self.proxy = ProxyClient(session, base_url, NUMBER, TOKEN)
        self.control = Control(session, base_url, ADMIN)
        self.canaries = canaries

    async def by_override(self, url: str) -> Outcome:
        """Set a webhook on the Cloud face; the challenge goes out before the answer."""
        started = time.monotonic()
        wish = {"override_callback_uri": url, "verify_token": "x"}
        answer = await self.meta.call("POST", f"/v24.0/{NUMBER}", json={"webhook_configuration": wish})
        return await self._outcome(answer, None, started)

    async def by_configuration(self, url: str) -> Outcome:
        """Set a webhook on 360dialog's face, and let an event go there."""
        started = time.monotonic()
        answer = await self.proxy.call("POST", "/v1/configs/webhook", json={"url": url})
        attempt = await self._first_attempt() if answer.status == 200 else None
        return await self._outcome(answer, attempt, started)

    async def _first_attempt(self) -> Body | None:
        """Let a phone write, and return how the first attempt to tell of it went; None if there was none in time."""
        await self.control.write(PHONE, "x")
        for _ in range(_LOOKS):
            [newest] = (await self.control.get("/webhooks/deliveries?limit=1"))["deliveries"]
            if newest["attempts"]:
                return dict(newest["attempts"][0])
            await asyncio.sleep(_LOOK_SECONDS)
        return None

    async def _outcome(self, answer: Answer, attempt: Body | None, started: float) -> Outcome:
        await asyncio.sleep(0.001)  # a connection that nobody waits for is accepted by now
        return {
            "http": answer.status,
            "said": answer.json,
            "attempt": attempt,
            "reached": self.canaries.take(),
            "seconds": time.monotonic() - started,
        }


async def _report() -> dict[str, dict[str, Outcome]]:
    canaries = Canaries()
    await canaries.open()
    with tempfile.TemporaryDirectory() as folder:
        guarded = await _guarded(Path(folder) / "guarded", canaries)
        return guarded | await _unguarded(Path(folder) / "unguarded", canaries)


async def _guarded(data: Path, canaries: Canaries) -> dict[str, dict[str, Outcome]]:
    async with running(data) as server, aiohttp.ClientSession() as session:
        setter = Setter(session, server.base_url, canaries)
        return {
            "allowed": {"override": await setter.by_override(PUBLIC), "own": await setter.by_configuration(PUBLIC)},
            "override": {case: await setter.by_override(url) for case, url in TARGETS.items()},
            "configuration": {case: await setter.by_configuration(url) for case, url in TARGETS.items()},
            "redirected": {
                case: await setter.by_configuration(f"http://good.example/to/{i}") for i, case in enumerate(TARGETS)
            },
        }


async def _unguarded(data: Path, canaries: Canaries) -> dict[str, dict[str, Outcome]]:
    """Do the same where the operator allows every address: what the guard is for is reached."""
    async with running(data, fetch_allow=ANYWHERE) as server, aiohttp.ClientSession() as session:
        setter = Setter(session, server.base_url, canaries)
        return {"unguarded": {case: await setter.by_override(url) for case, url in TARGETS.items()}}


if __name__ == "__main__":
    main()
