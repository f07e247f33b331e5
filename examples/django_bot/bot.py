"""A workshop: it tells customers that their bike is ready, with a template if they wrote too long ago.

One file with everything that Django needs. Run it with the variables that `waypost env` prints:
`python bot.py runserver`.
"""

import hashlib
import hmac
import json
import os
import sys
import urllib.request
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

WINDOW_CLOSED = 131047
TIMEOUT_SECONDS = 10


def create_app(env: Mapping[str, str]) -> WSGIHandler:
    """Make the application; what it is told of the platform may change from test to test."""
    if not settings.configured:
        settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="only-for-cookies")
    settings.WHATSAPP = dict(env)
    return get_wsgi_application()


@csrf_exempt
def webhook(request: HttpRequest) -> HttpResponse:
    """Take events that are signed; answer each message, and send a template where a window was closed."""
    expected = hmac.new(settings.WHATSAPP["WHATSAPP_APP_SECRET"].encode(), request.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(f"sha256={expected}", request.headers.get("X-Hub-Signature-256", "")):
        return HttpResponse(status=401)
    for entry in json.loads(request.body)["entry"]:
        for change in entry["changes"]:
            for message in change["value"].get("messages", []):
                send(message["from"], "text", {"body": "We write when your bike is ready."})
            for status in change["value"].get("statuses", []):
                on_status(status)
    return HttpResponse()


def on_status(status: dict[str, Any]) -> None:
    """Send the template to whom a text did not reach because their window was closed."""
    codes = [error["code"] for error in status.get("errors", [])]
    if status["status"] == "failed" and WINDOW_CLOSED in codes:
        send(status["recipient_id"], "template", {"name": "bike_ready", "language": {"code": "en_US"}})


def bike_is_ready(customer: str) -> None:
    """Tell a customer."""
    send(customer, "text", {"body": "Your bike is ready."})


def send(to: str, kind: str, content: dict[str, Any]) -> None:
    """Send a message."""
    env = settings.WHATSAPP
    url = f"{env['WHATSAPP_BASE_URL']}/v24.0/{env['WHATSAPP_PHONE_NUMBER_ID']}/messages"
    body = {"messaging_product": "whatsapp", "to": to, "type": kind, kind: content}
    headers = {"Authorization": f"Bearer {env['WHATSAPP_ACCESS_TOKEN']}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
        pass


urlpatterns = [path("webhook", webhook)]

if __name__ == "__main__":
    sys.modules["bot"] = sys.modules[__name__]
    create_app(os.environ)
    execute_from_command_line(sys.argv)
