"""Block lists: whom a business has blocked.

# spec: cloud-api.md#13.6
"""

from msgspec import Struct

from waypost.api.cloud.callers import Callers
from waypost.api.cloud.paging import page_answer, paged
from waypost.api.cloud.parameters import parameters
from waypost.api.cloud.topics import Topic
from waypost.api.routing import RefusalResponse, Request, Response
from waypost.errors import Refusal
from waypost.flows.blocks import Blocks
from waypost.lib.ids import new_trace_id
from waypost.wire.blocks import BlockedUser, BlockRequest, Done, UserOutcome, blocked_answer, failure

_EDGE = "/block_users"


class BlockList(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    blocks: Blocks

    def meta(self) -> Topic:
        """Return what Meta's graph offers."""
        return self._topic("/{phone_number_id}" + _EDGE, "meta")

    def proxy(self) -> Topic:
        """Return what 360dialog offers; whether its proxy has this edge is (unconfirmed)."""
        return self._topic(_EDGE, "proxy")

    async def list(self, request: Request) -> Response:
        """List the blocked users, page by page."""
        number = self.callers.number(request)
        shown, paging = paged(request, [(wa_id, wa_id) for wa_id in self.blocks.users(number)])
        return page_answer([{"messaging_product": "whatsapp", "wa_id": wa_id} for wa_id in shown], paging)

    async def add(self, request: Request) -> Response:
        """Block users who wrote within 24 hours; those who fail are told beside those who are blocked."""
        number = self.callers.number(request)
        return _answer("added_users", await self.blocks.add(number, await _wanted(request)))

    async def remove(self, request: Request) -> Response:
        """Unblock users."""
        number = self.callers.number(request)
        return _answer("removed_users", await self.blocks.remove(number, await _wanted(request)))

    def _topic(self, path: str, face: str) -> Topic:
        route = self.callers.route
        return Topic(
            [
                route("GET", path, self.list, f"{face}.blocked_users"),
                route("POST", path, self.add, f"{face}.block_users"),
                route("DELETE", path, self.remove, f"{face}.unblock_users"),
            ]
        )


async def _wanted(request: Request) -> list[BlockedUser]:
    wish = await parameters(request, BlockRequest)
    wish.check()
    return wish.block_users


def _answer(done: Done, outcomes: list[UserOutcome]) -> Response:
    """Return both lists; 400 as soon as one user failed, though others are blocked by then.

    Meta's page on block users heads that body "MIXED SUCCESS/FAILURE (400)". Libraries (pywa) raise at 400, before
    they read the lists; with 200 they would, and the code that was tried here would fail there. Who needs to know
    who is blocked takes it from the body of the error.

    # spec: cloud-api.md#13.6, cloud-api.md#11.1
    """
    fault = failure(done, outcomes)
    body = blocked_answer(done, outcomes, fault, new_trace_id())
    if fault is None:
        return Response(200, body)
    return RefusalResponse(Refusal.of(fault), fault.problem.http, body)
