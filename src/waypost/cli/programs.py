"""Client programs and libraries that people use: the variables that each reads, or the lines that point it here.

The lines are what `tests/clients` does with the same library.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Variables = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Access:
    """What a client needs; what is not known is empty. `waba_id` is asked for only where the hint names it."""

    base_url: str
    phone_number_id: str
    token: str
    app_secret: str
    waba_id: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """A client: its variables, what else there is to do, and the lines of code that point a library here."""

    variables: Callable[[Access], Variables]
    hint: str
    code: tuple[str, ...] = ()


def _cloud(access: Access) -> Variables:
    from waypost.lib.signing import standard_secret

    return [
        ("WHATSAPP_BASE_URL", access.base_url),
        ("WHATSAPP_PHONE_NUMBER_ID", access.phone_number_id),
        ("WHATSAPP_ACCESS_TOKEN", access.token),
        ("WHATSAPP_APP_SECRET", access.app_secret),
        ("STANDARD_WEBHOOKS_SECRET", standard_secret(access.app_secret) if access.app_secret else ""),
    ]


def _dialog360(access: Access) -> Variables:
    return [("D360_BASE_URL", access.base_url), ("D360_API_KEY", access.token)]


def _onprem(access: Access) -> Variables:
    return [("WA_API_URL", f"{access.base_url}/v1"), ("WA_API_USER", "admin"), ("WA_API_PASSWORD", access.token)]


def _chatwoot(access: Access) -> Variables:
    return [("WHATSAPP_CLOUD_BASE_URL", access.base_url), ("360DIALOG_BASE_URL", f"{access.base_url}/v1")]


def _library(name: str, *code: str, reads: Callable[[Access], Variables] = _cloud) -> Program:
    return Program(reads, f"{name} reads no variables: let your program read these, and make the client so.", code)


PROGRAMS: Mapping[str, Program] = {
    "generic": Program(_cloud, "A Cloud API client: call {url}/v24.0/{number}/messages with the token as Bearer."),
    "360dialog": Program(_dialog360, "A client of 360dialog: send the key as D360-API-KEY to {url}/messages."),
    "onprem": Program(
        _onprem, "A client of the On-Premises API: log in at {url}/v1/users/login with user and password."
    ),
    "chatwoot": Program(
        _chatwoot,
        "Put these into Chatwoot's environment file. In its WhatsApp inbox enter phone number +{number}, phone number "
        "ID {number}, business account ID {waba_id} and API key {token}.",
    ),
    "pywa": _library(
        "pywa",
        "session = httpx.Client()  # AsyncClient for pywa_async",
        "wa = WhatsApp(phone_id, token, session=session, app_secret=app_secret)",
        "session.base_url = f'{base_url}/v24.0'  # after pywa has set Meta's",
    ),
    "heyoo": _library(
        "heyoo",
        "client = WhatsApp(token, phone_number_id)",
        "client.base_url = f'{base_url}/v14.0'",
        "client.v15_base_url = f'{base_url}/v15.0'",
        "client.url = f'{client.base_url}/{phone_number_id}/messages'",
    ),
    "whatsapp-cloud-api-py": _library(
        "whatsapp-cloud-api-py", "client = WhatsAppClient(access_token=token, base_url=base_url)"
    ),
    "whatsapp-sdk": _library(
        "whatsapp-sdk", "client = WhatsAppClient(phone_number_id, token, app_secret=app_secret, base_url=base_url)"
    ),
    "kapso": _library("@kapso/whatsapp-cloud-api", "new WhatsAppClient({ accessToken: token, baseUrl })"),
    "whatsapp-api-js": _library(
        "whatsapp-api-js",
        "const here = (url, init) => fetch(String(url).replace('https://graph.facebook.com', baseUrl), init);",
        "new WhatsAppAPI({ token, appSecret, ponyfill: { fetch: here } })",
    ),
    "great-detail": _library(
        "@great-detail/whatsapp",
        "const headers = { Authorization: `Bearer ${token}` };",
        "new Client({ baseUrl, graphVersion: 'v24.0', request: { headers } })",
    ),
    "wabclient": _library(
        "wabclient", "client = Client(base_url)", "client.config.login('admin', token)", reads=_onprem
    ),
}
