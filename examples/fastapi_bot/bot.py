"""An order desk: it greets with buttons, and tells where an order is.

Run it with the variables that `waypost env` prints: `uvicorn --factory bot:from_environment`.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Any

import httpx
from fastapi import BackgroundTasks, FastAPI, Request, Response

ORDERS = {"15551234567": "4711"}
QUESTIONS = {"order": "Where is my order?", "person": "Talk to a person"}


def from_environment() -> FastAPI:
    """Make the application from the environment's variables."""
    return create_app(os.environ)


def create_app(env: Mapping[str, str]) -> FastAPI:
    """Make the application: its webhook takes the handshake and the events."""
    app = FastAPI()

    @app.get("/webhook")
    async def handshake(request: Request) -> Response:
        asked = request.query_params
        if asked.get("hub.verify_token") != env.get("WHATSAPP_VERIFY_TOKEN", "verify-me"):
            return Response(status_code=403)
        return Response(asked.get("hub.challenge"))

    @app.post("/webhook")
    async def events(request: Request, later: BackgroundTasks) -> Response:
        body = await request.body()
        expected = "sha256=" + hmac.new(env["WHATSAPP_APP_SECRET"].encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, request.headers.get("X-Hub-Signature-256", "")):
            return Response(status_code=401)
        for entry in (await request.json())["entry"]:
            for change in entry["changes"]:
                for message in change["value"].get("messages", []):
                    later.add_task(answer, env, message)
        return Response()

    return app


async def answer(env: Mapping[str, str], message: dict[str, Any]) -> None:
    """Answer what a user has written or tapped."""
    user = message["from"]
    match message:
        case {"interactive": {"button_reply": {"id": "order"}}}:
            order = ORDERS.get(user)
            told = f"Order {order} is on its way." if order else "I know of no order of yours."
            await send(env, user, "text", {"body": told})
        case {"interactive": {"button_reply": {"id": "person"}}}:
            await send(env, user, "text", {"body": "Somebody will write to you soon."})
        case _:
            buttons = [{"type": "reply", "reply": {"id": id_, "title": title}} for id_, title in QUESTIONS.items()]
            content = {"type": "button", "body": {"text": "How can I help?"}, "action": {"buttons": buttons}}
            await send(env, user, "interactive", content)


async def send(env: Mapping[str, str], to: str, kind: str, content: dict[str, Any]) -> None:
    """Send a message."""
    url = f"{env['WHATSAPP_BASE_URL']}/v24.0/{env['WHATSAPP_PHONE_NUMBER_ID']}/messages"
    body = {"messaging_product": "whatsapp", "to": to, "type": kind, kind: content}
    headers = {"Authorization": f"Bearer {env['WHATSAPP_ACCESS_TOKEN']}"}
    async with httpx.AsyncClient() as client:
        (await client.post(url, json=body, headers=headers)).raise_for_status()
