"""A program that uses pywa, for the files that test it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from pywa_async import WhatsApp
from tests.clients.conftest import Stand
from tests.support.receiver import Received
from tests.support.server import NUMBER, SECRET, TOKEN

WABA = f"30000{NUMBER}"


@dataclass
class Program:
    """A program that uses pywa, and the updates its handlers were given."""

    wa: WhatsApp
    stand: Stand
    updates: list[Any] = field(default_factory=list)

    async def parsed(self, call: Received) -> Any:
        """Give pywa a call of the webhook as its own servers do; return what its handlers were given last."""
        signature = call.headers["x-hub-signature-256"]
        # The annotation says None; the text of the method, and its server, say the header.
        assert await self.wa.webhook_update_validator(call.body, signature) is None
        assert await self.wa.webhook_update_handler(call.body) == ("ok", 200)
        return self.updates[-1]


@asynccontextmanager
async def running_program(stand: Stand) -> AsyncIterator[Program]:
    """Make a program whose handlers keep every update about messages."""
    async with httpx.AsyncClient() as session:
        wa = WhatsApp(NUMBER, TOKEN, session=session, app_secret=SECRET, verify_token="told", waba_id=WABA)
        # pywa sets the host itself; the session that it was given is where it can be changed.
        session.base_url = f"{stand.base_url}/v24.0"
        made = Program(wa, stand)

        async def keep(_: WhatsApp, update: Any) -> None:
            made.updates.append(update)

        for handles in _handlers(wa):
            handles()(keep)
        yield made


def _handlers(wa: WhatsApp) -> list[Any]:  # Any: decorators, each for another kind of update
    return [
        wa.on_message, wa.on_message_status, wa.on_callback_button, wa.on_callback_selection, wa.on_edited_message,
        wa.on_deleted_message, wa.on_phone_number_change, wa.on_identity_change, wa.on_flow_completion,
    ]  # fmt: skip
