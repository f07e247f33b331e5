"""The messaging limit: how many users an account may write to, when several processes send for it."""

from typing import cast

import pytest
from msgspec.structs import replace
from tests.support.store_rows import outbound

from waypost.flows.directory import Directory
from waypost.flows.messaging_limit import MessagingLimit
from waypost.lib.clock import SystemClock
from waypost.model import Number, NumberId, Outbound, Standing, Template, Token
from waypost.ports import Records, Store

pytestmark = pytest.mark.anyio

SHOP = Number(NumberId(15550009999), 1, "Shop", "secret", standing=Standing(tier="TIER_50"))


class Rows:
    """What all processes have stored."""

    def __init__(self) -> None:
        self.reached: list[tuple[str, int]] = []

    async def load_numbers(self) -> list[Number]:
        return [SHOP]

    async def load_tokens(self) -> list[Token]:
        return []

    async def load_templates(self) -> list[Template]:
        return []

    async def initiated(self, *_asked: object) -> list[tuple[str, int]]:
        return self.reached

    async def last_inbound_ms(self, *_asked: object) -> int | None:
        return None


class TickingClock(SystemClock):
    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


def template_to(wa_id: str) -> Outbound:
    return replace(outbound(1), number_id=SHOP.id, wa_id=wa_id, kind="template")


@pytest.mark.parametrize(("is_alone", "is_refused"), [(False, True), (True, False)])
async def test_what_other_processes_send_counts_within_a_second(*, is_alone: bool, is_refused: bool) -> None:
    rows, clock = Rows(), TickingClock()
    directory = Directory(cast("Records", rows), clock)
    await directory.load()
    limit = MessagingLimit(cast("Store", rows), directory, clock, lifted=False, is_alone=is_alone)
    await limit.fault(template_to("491700000000"))

    rows.reached = [(f"4917100000{last:02}", clock.now_ms()) for last in range(49)]
    clock.seconds = 1.1
    fault = await limit.fault(template_to("491729999999"))

    assert (fault is not None) is is_refused
    assert await limit.fault(template_to("491700000000")) is None
