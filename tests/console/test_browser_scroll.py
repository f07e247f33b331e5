"""Ten thousand messages in the list: as light to scroll as ten."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.browser import Page, Visit
from tests.support.operator import Operator, operating
from tests.support.server import NUMBER

from waypost.model import InboundMessage, MessageKey, NumberId, Person

pytestmark = pytest.mark.anyio

COUNT = 10_000
LEG = 1_000
AT_ONCE = 200
MOST_NODES = 3_000
MOST_MS_A_FRAME = 60
"""What a frame may cost the page in time on the processor, which does not grow where others are busy, too."""


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with operating(tmp_path / "data", webhook=None) as op:
        yield op


SCROLL = """async (wanted) => {
  const box = document.querySelector("main .virtual");
  const last = () => Number(box.querySelector(".virtual-row:last-child")?.getAttribute("aria-posinset"));
  let nodes = 0;
  let frames = 0;
  let furthest = { row: 0, at: performance.now() };
  while (last() < wanted && performance.now() - furthest.at < 30_000) { // a list that stands still is broken
    box.scrollTop += 2_000;
    await new Promise((done) => requestAnimationFrame(done));
    frames += 1;
    if (last() > furthest.row) furthest = { row: last(), at: performance.now() };
    nodes = Math.max(nodes, document.querySelectorAll("*").length);
  }
  return { reached: last(), nodes, frames };
}"""


@pytest.mark.slow
async def test_ten_thousand_messages_scroll_without_trouble(
    operator: Operator, visit: Visit, record_property: Callable[[str, object], None]
) -> None:
    await _write_many(operator)

    async with visit(operator, "/messages") as page:
        await page.role("listitem").first.shown()
        before = await page.busy_ms()
        told = await _scroll_down(page)
        spent = await page.busy_ms() - before

    record_property("frames", {**told, "ms": spent})
    assert told["reached"] >= COUNT
    assert told["nodes"] < MOST_NODES
    assert spent / told["frames"] < MOST_MS_A_FRAME


async def _scroll_down(page: Page) -> dict[str, Any]:
    """Scroll to the end, a leg at a time, as long as the list goes on."""
    told: dict[str, Any] = {"reached": 0, "nodes": 0, "frames": 0}
    for wanted in range(LEG, COUNT + 1, LEG):
        leg = await page.script(SCROLL, wanted)
        nodes, frames = max(told["nodes"], leg["nodes"]), told["frames"] + leg["frames"]
        told = {"reached": leg["reached"], "nodes": nodes, "frames": frames}
        if leg["reached"] < wanted:
            break
    return told


async def _write_many(operator: Operator) -> None:
    """Have the server take as many messages of users as the list is to show, without a request for each."""
    parts = operator.server.parts

    async def write(first: int) -> None:
        for number in range(first, COUNT, AT_ONCE):
            wa_id = f"4915550{number % 100:06}"
            text = f"Message {number}, " + "a few words more " * (number % 7)
            body = json.dumps({"from": wa_id, "type": "text", "text": {"body": text}}).encode()
            key, now_ms = MessageKey(parts.resources.keys.next()), parts.resources.clock.now_ms()
            person = Person(wa_id, f"User {number % 100}", f"DE.{number % 100}")
            await parts.receive.message(InboundMessage(key, 7, NumberId(int(NUMBER)), person, "text", body, now_ms))

    await asyncio.gather(*(write(first) for first in range(AT_ONCE)))
