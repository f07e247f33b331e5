"""`waypost env`: the variables to paste into a client program."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import click

from waypost.cli.options import refuse, with_settings
from waypost.lib.signing import standard_secret
from waypost.settings import ReadyInfo, Settings

_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to call a server that listens everywhere


@dataclass(frozen=True, slots=True)
class Access:
    """What a client needs; what is not known is empty."""

    base_url: str
    phone_number_id: str
    token: str
    app_secret: str


def _generic(access: Access) -> list[tuple[str, str]]:
    return [
        ("WHATSAPP_BASE_URL", access.base_url),
        ("WHATSAPP_PHONE_NUMBER_ID", access.phone_number_id),
        ("WHATSAPP_ACCESS_TOKEN", access.token),
        ("WHATSAPP_APP_SECRET", access.app_secret),
        ("STANDARD_WEBHOOKS_SECRET", standard_secret(access.app_secret) if access.app_secret else ""),
    ]


def _dialog360(access: Access) -> list[tuple[str, str]]:
    return [("D360_BASE_URL", access.base_url), ("D360_API_KEY", access.token)]


def _onprem(access: Access) -> list[tuple[str, str]]:
    return [("WA_API_URL", f"{access.base_url}/v1"), ("WA_API_USER", "admin"), ("WA_API_PASSWORD", access.token)]


def _chatwoot(access: Access) -> list[tuple[str, str]]:
    return [("WHATSAPP_CLOUD_BASE_URL", access.base_url), ("360DIALOG_BASE_URL", f"{access.base_url}/v1")]


@dataclass(frozen=True, slots=True)
class Client:
    """A client program: its variables, and what else there is to do."""

    variables: Callable[[Access], list[tuple[str, str]]]
    hint: str


CLIENTS: Mapping[str, Client] = {
    "generic": Client(_generic, "A Cloud API client: call {url}/v23.0/{number}/messages with the token as Bearer."),
    "360dialog": Client(_dialog360, "A client of 360dialog: send the key as D360-API-KEY to {url}/messages."),
    "onprem": Client(
        _onprem, "A client of the On-Premises API: log in at {url}/v1/users/login with user and password."
    ),
    "chatwoot": Client(
        _chatwoot,
        "Put these into Chatwoot's environment file. In its WhatsApp inbox enter number and phone number id {number} "
        "and the token as API key.",
    ),
    "pywa": Client(
        _generic,
        "pywa reads no variables: pass them as WhatsApp(phone_id=..., token=..., base_url=..., app_secret=...).",
    ),
}


@click.command()
@click.option("--client", type=click.Choice(tuple(CLIENTS)), default="generic", help="Client program to configure.")
@with_settings
def env(settings: Settings, client: str) -> None:
    """Print the variables to paste into a client program."""
    access = access_from(settings)
    for line in env_lines(CLIENTS[client], access):
        click.echo(line)
    if not access.token:
        click.echo(
            "The token is not in the settings: copy it from what `waypost serve` printed, "
            "or name the --ready-file of the running server.",
            err=True,
        )


def env_lines(client: Client, access: Access) -> list[str]:
    """Return the hint as a comment, then a line for each variable."""
    hint = client.hint.format(url=access.base_url, number=access.phone_number_id)
    return [f"# {hint}", *(f"{name}={shlex.quote(value) if value else ''}" for name, value in client.variables(access))]


def access_from(settings: Settings) -> Access:
    """Return how to reach the server: from its ready file if it has written one, else from the settings."""
    ready = _ready_from(settings)
    if ready is not None:
        return Access(ready.base_url, ready.phone_number_id, ready.token, ready.app_secret)
    if settings.port == 0:
        refuse(["--port 0: the port is chosen when the server starts; name its --ready-file, or the port it printed."])
    host = _ANY_ADDRESS.get(settings.host, settings.host)
    shown = f"[{host}]" if ":" in host else host
    base_url = f"{'https' if settings.tls else 'http'}://{shown}:{settings.port}"
    return Access(base_url, settings.number, settings.token or "", settings.app_secret or "")


def _ready_from(settings: Settings) -> ReadyInfo | None:
    import msgspec

    if settings.ready_file is None or not settings.ready_file.exists():
        return None
    try:
        return msgspec.json.decode(settings.ready_file.read_bytes(), type=ReadyInfo)
    except (OSError, msgspec.MsgspecError) as wrong:
        refuse([f"--ready-file {settings.ready_file}: is not what the server writes ({wrong}); name the right file."])
