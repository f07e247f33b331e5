"""The On-Premises face over records in memory and a clock that stands still, called without a socket."""

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from msgspec.structs import replace
from tests.support.exchange import MemoryExchange

from waypost.api.mounts import Mount
from waypost.api.onprem.callers import Callers
from waypost.api.onprem.contacts import Contacts as ContactHandlers
from waypost.api.onprem.errors import render_onprem
from waypost.api.onprem.media import Media
from waypost.api.onprem.messages import Messages
from waypost.api.onprem.monitoring import Monitoring
from waypost.api.onprem.providers import Providers
from waypost.api.onprem.settings import Settings
from waypost.api.onprem.topics import Topic, routes_of
from waypost.api.onprem.users import Users
from waypost.api.routing import Request, Router
from waypost.flows.accept import Accept
from waypost.flows.accounts import BusinessAccounts
from waypost.flows.admission import Admission
from waypost.flows.collector import Collector
from waypost.flows.contacts import Contacts
from waypost.flows.directory import Directory
from waypost.flows.figures import Figures
from waypost.flows.identity import Identities
from waypost.flows.login import FailedLogins, Login
from waypost.flows.mark_read import MarkRead
from waypost.flows.media_shelf import MediaShelf
from waypost.flows.meters import Meters
from waypost.flows.request_rates import RequestRates
from waypost.flows.screen import Screen
from waypost.flows.subscribe import Subscribe
from waypost.flows.users import Users as Accounts
from waypost.lib.ids import KeyMaker
from waypost.lib.links import FetchPolicy
from waypost.lib.poster import Poster
from waypost.model import MediaKey, Medium, MessageKey, Number, NumberId, Outbound, Provider, Template, Token
from waypost.ports import Documents, Records, Store, StoredMessage, Upstream, Written
from waypost.rules.magic import Magic
from waypost.rules.rates import ONPREM_MESSAGES, ONPREM_OTHERS

NUMBER = NumberId(15550100900)
OTHER_NUMBER = NumberId(15550100901)
KEY = "the-key-of-the-number"
OTHER_KEY = "the-key-of-the-other-number"
NOON_MS = 1_714_644_900_000  # 2024-05-02 10:15:00 UTC
JSON_TYPE = ("Content-Type", "application/json")


class StillClock:
    """Time that only the test moves."""

    def __init__(self) -> None:
        self.ms = NOON_MS
        self.seconds = 1_000.0

    def now_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.seconds

    def wall_seconds(self) -> int:
        return self.ms // 1000

    def seconds_until(self, due_ms: int) -> float | None:
        return max(0.0, (due_ms - self.ms) / 1000)

    def on_move(self, tell: Callable[[], None]) -> None:
        raise NotImplementedError

    async def wait_until(self, due_ms: int) -> None:
        raise NotImplementedError

    async def pause(self, seconds: float) -> None:
        raise NotImplementedError


@dataclass
class MemoryRecords:
    """What the face reads and writes of `Records`, and `Store.accept`, in dictionaries."""

    numbers: dict[NumberId, Number] = field(default_factory=dict)
    tokens: dict[bytes, Token] = field(default_factory=dict)
    providers: dict[tuple[NumberId, str], Provider] = field(default_factory=dict)
    messages: dict[MessageKey, StoredMessage] = field(default_factory=dict)
    media: dict[MediaKey, Medium] = field(default_factory=dict)
    accepted: list[Outbound] = field(default_factory=list)

    async def load_numbers(self) -> list[Number]:
        return list(self.numbers.values())

    async def save_number(self, number: Number) -> None:
        self.numbers[number.id] = number

    async def change_number(self, number: Number, change: Callable[[Number], Number]) -> Number:
        self.numbers[number.id] = change(self.numbers.get(number.id, number))
        return self.numbers[number.id]

    async def load_tokens(self) -> list[Token]:
        return list(self.tokens.values())

    async def save_token(self, token: Token) -> None:
        self.tokens[token.hash] = token

    async def delete_token(self, token_hash: bytes) -> None:
        self.tokens.pop(token_hash, None)

    async def load_templates(self) -> list[Template]:
        return []

    async def load_providers(self, number_id: NumberId) -> list[Provider]:
        return [provider for (owner, _), provider in sorted(self.providers.items()) if owner == number_id]

    async def save_provider(self, number_id: NumberId, provider: Provider) -> None:
        self.providers[number_id, provider.name] = provider

    async def delete_provider(self, number_id: NumberId, name: str) -> bool:
        return self.providers.pop((number_id, name), None) is not None

    async def message(self, key: MessageKey) -> StoredMessage | None:
        return self.messages.get(key)

    async def medium(self, key: MediaKey) -> Medium | None:
        return self.media.get(key)

    async def accept(self, message: Outbound) -> None:
        self.accepted.append(message)


@dataclass
class MemoryDocuments:
    """The port `Documents` in a dictionary."""

    kept: dict[tuple[str, int, str], bytes] = field(default_factory=dict)

    async def document(self, kind: str, owner: int, name: str) -> bytes | None:
        return self.kept.get((kind, owner, name))

    async def documents(self, kind: str, owner: int, *, after: str = "", limit: int = 1000) -> list[tuple[str, bytes]]:
        found = sorted((key[2], body) for key, body in self.kept.items() if key[:2] == (kind, owner) and key[2] > after)
        return found[:limit]

    async def documents_of(self, kind: str, owners: Iterable[int]) -> list[tuple[int, bytes]]:
        return [(owner, self.kept[kind, owner, ""]) for owner in owners if (kind, owner, "") in self.kept]

    async def save_document(self, kind: str, owner: int, name: str, body: bytes) -> None:
        self.kept[kind, owner, name] = body

    async def replace_document(self, kind: str, owner: int, name: str, before: bytes | None, body: bytes) -> bool:
        is_same = self.kept.get((kind, owner, name)) == before
        if is_same:
            self.kept[kind, owner, name] = body
        return is_same

    async def delete_document(self, kind: str, owner: int, name: str) -> bool:
        return self.kept.pop((kind, owner, name), None) is not None


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # Any: the tests compare it whole
        return json.loads(self.body)


@dataclass
class Face:
    """The face and what is under it."""

    mount: Mount
    records: MemoryRecords
    directory: Directory
    clock: StillClock
    documents: "MemoryDocuments"

    async def call(
        self, method: str, path: str, *headers: tuple[str, str], body: bytes = b"", client: str = "192.0.2.7"
    ) -> Answer:
        """Send one request through the face."""
        exchange = MemoryExchange(body)
        lines = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
        await self.mount(Request(method, path, lines, exchange, client=client), exchange)
        head = {name.decode(): value.decode("latin-1") for name, value in exchange.headers}
        return Answer(exchange.status, head, exchange.answer)

    async def logged_in(self, method: str, path: str, value: object = None) -> Answer:
        """Send a request with the number's Bearer token and a JSON body."""
        return await self.call(method, path, bearer(KEY), JSON_TYPE, body=b"" if value is None else encoded(value))

    async def with_key(self, method: str, path: str, value: object = None) -> Answer:
        """Send a request with a 360dialog key and a JSON body."""
        headers = (("D360-API-KEY", KEY), JSON_TYPE)
        return await self.call(method, path, *headers, body=b"" if value is None else encoded(value))

    def number(self) -> Number:
        """Return the number as it is now."""
        found = self.directory.number(NUMBER)
        assert found is not None
        return found

    async def change_number(self, **changes: Any) -> None:  # Any: fields of Number
        """Change the number behind the face's back."""
        await self.directory.save_number(replace(self.number(), **changes))


async def open_face(*, rates_lifted: bool = False, first_login: bool = False) -> Face:
    """Return a face with two numbers, each with a key."""
    clock = StillClock()
    records = MemoryRecords()
    # The face uses no more of the ports than MemoryRecords has; anything else is a bug that shows as AttributeError.
    directory = Directory(cast("Records", records), clock)
    for number_id, key in ((NUMBER, KEY), (OTHER_NUMBER, OTHER_KEY)):
        await directory.save_number(Number(id=number_id, waba_id=1, name="Sample", app_secret="s"))
        await directory.grant(key, number_id)
    callers = Callers(
        directory, RequestRates(clock, messages=ONPREM_MESSAGES, others=ONPREM_OTHERS, lifted=rates_lifted)
    )
    documents = MemoryDocuments()
    accounts = Accounts(documents, directory, clock)
    topics: list[Topic] = [
        Users(callers, Login(directory, clock, FailedLogins(clock), accounts, first_login), accounts),
        _messages(callers, records, directory, clock, documents),
        Media(callers, _shelf(records, clock)),
        Settings(callers, directory, Subscribe(directory, cast("Poster", None), FetchPolicy())),
        Providers(callers, cast("Records", records)),
        _contacts(callers, documents, directory, clock),
        Monitoring(callers, Figures(lambda: 0, lambda: 0, Written), cast("Collector", None), _no_notice),
    ]
    return Face(Mount(Router(routes_of(topics)), render_onprem), records, directory, clock, documents)


async def _no_notice(_number: Number, _kind: str, _body: bytes) -> None:
    """Nobody listens."""


def _contacts(callers: Callers, documents: MemoryDocuments, directory: Directory, clock: StillClock) -> ContactHandlers:
    nothing: Any = None  # no test of this folder blocks anybody
    contacts = Contacts(documents, nothing, clock, is_on_whatsapp=lambda _wa_id: True, notice=_no_notice)
    identities = Identities(documents, directory, nothing, nothing, keys=KeyMaker(), clock=clock, notice=_no_notice)
    return ContactHandlers(callers, contacts, nothing, identities)


def _messages(
    callers: Callers, records: MemoryRecords, directory: Directory, clock: StillClock, documents: MemoryDocuments
) -> Messages:
    contacts = _contacts(callers, documents, directory, clock)
    screen = Screen(
        directory,
        _shelf(records, clock),
        FetchPolicy(),
        BusinessAccounts(cast("Documents", records), clock),
        Meters(lifted=True),
        cast("Any", None),  # no message here goes to a user by an id
        cast("Any", None),  # no account here is restricted
        cast("Any", None),  # no template is sent here
        Magic(),
        clock,
    )
    accept = Accept(cast("Store", records), screen, clock, KeyMaker(), lambda _message: None, Admission(clock))
    return Messages(
        callers,
        accept,
        MarkRead(cast("Records", records), cast("Upstream", None)),
        contacts.checks,
        contacts.identities,
    )


def _shelf(records: MemoryRecords, clock: StillClock) -> MediaShelf:
    nothing: Any = None  # no test of this folder reads a file
    return MediaShelf(cast("Records", records), nothing, nothing, clock, KeyMaker())


def encoded(value: object) -> bytes:
    """Return a JSON body."""
    return json.dumps(value).encode()


def bearer(token: str) -> tuple[str, str]:
    """Return the header of a token."""
    return ("Authorization", f"Bearer {token}")


def basic(user: str, password: str) -> tuple[str, str]:
    """Return the header of a user name and a password."""
    return ("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())


META = {"api_status": "stable", "version": "v2.53.3"}


def errors(code: int, title: str, details: str) -> dict[str, Any]:  # Any: JSON
    """Return the body of an error."""
    return {"errors": [{"code": code, "title": title, "details": details}], "meta": META}
