"""What stands around the server: receivers, a network that does as it likes, and a faulty line to the embedded one."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Protocol

from msgspec import Struct
from tests.simulation.disk import Disk
from tests.simulation.ledger import Ledger
from tests.simulation.plain import Plain

from waypost.errors import Fault
from waypost.errors.outcomes import UNDELIVERABLE
from waypost.lib.poster import Headers, NotPosted, Posted
from waypost.model import (
    Later,
    Medium,
    MessageKey,
    NumberId,
    Outbound,
    Outcome,
    Person,
    Pricing,
    Refused,
    Sent,
    Status,
    StatusUpdate,
    Unknown,
)
from waypost.ports import Carried
from waypost.upstreams.simulated.network import Network

_NOTHING = timedelta(0)
_PRICING = Pricing(billable=True, type="regular", category="utility")


class Chance(Protocol):
    """Where everything that is left open is decided."""

    ledger: Ledger
    disk: Disk

    def pick(self, count: int) -> int:
        """Return a number below `count`."""
        ...

    def may(self, what: Callable[[], None], crash: Callable[[], None] | None = None) -> None:
        """Let `what` happen at some time; `crash` happens instead if the server dies before."""
        ...

    def say(self, text: str) -> None:
        """Note in words what happened."""
        ...

    def name(self, key: int) -> str:
        """Return what a message or an event is called in words."""
        ...


# What a receiver or a network does, by its mood; each is as likely as it is often.
RECEIVERS = {
    "well": ("200",),
    "flaky": ("200", "200", "200", "500", "503", "refused", "lost", "late", "301"),
    "down": ("500", "refused", "late"),
    "gone": ("410",),
}
NETWORKS = {
    "well": ("sent",),
    "flaky": ("sent", "sent", "sent", "later", "lost", "unanswered", "refused"),
    "down": ("later", "lost"),
}
_HISTORIES = (
    (Status.SENT, Status.DELIVERED, Status.READ),
    (Status.SENT, Status.DELIVERED),
    (Status.SENT, Status.FAILED),
    (Status.FAILED,),
    (Status.DELIVERED, Status.SENT, Status.READ, Status.READ),
    (Status.READ, Status.DELIVERED, Status.SENT, Status.FAILED),
    (Status.SENT, Status.SENT, Status.DELIVERED, Status.READ, Status.PLAYED, Status.DELIVERED),
)


class Receiver:
    """The subscribers' servers, behind the port of the poster."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self.moods: dict[str, str] = {}

    async def post(
        self, url: str, body: bytes, headers: Headers, *, timeout: timedelta, roots_pem: str | None = None
    ) -> Posted | NotPosted:
        _ = timeout, roots_pem
        future: asyncio.Future[Posted | NotPosted] = asyncio.get_running_loop().create_future()
        webhook_id = next(value for name, value in headers if name == "webhook-id")
        self._chance.may(
            lambda: self._arrive(url, webhook_id, body, future),
            lambda: self._arrive_late(url, webhook_id, body),
        )
        return await future

    async def get(
        self,
        url: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        headers: Headers = (),
        timeout: timedelta,
        max_bytes: int = 0,
        roots_pem: str | None = None,
    ) -> Posted | NotPosted:
        raise AssertionError(url, query, headers, timeout, max_bytes, roots_pem)

    async def aclose(self) -> None:
        """Nothing is open."""

    def _arrive_late(self, url: str, webhook_id: str, body: bytes) -> None:
        """Take what was on the wire when the server died, or not."""
        if self._chance.pick(2):
            self._arrive(url, webhook_id, body, None)

    def _arrive(self, url: str, webhook_id: str, body: bytes, future: asyncio.Future[Any] | None) -> None:
        chance = self._chance
        answers = RECEIVERS[self.moods.get(url, "flaky")]
        word = answers[chance.pick(len(answers))]
        chance.say(f"{url} gets {chance.name(int(webhook_id[4:]))}: {word}")
        if word not in ("refused", "lost"):
            chance.ledger.posted(url, webhook_id, body, chance.disk)
        if word == "200":
            chance.ledger.taken.add((url, webhook_id))
        if word == "410":
            chance.ledger.gone.update(number for number in chance.disk.numbers)
        if future is not None:
            chance.may(lambda: self._answer(url, webhook_id, word, future))

    def _answer(self, url: str, webhook_id: str, word: str, future: asyncio.Future[Any]) -> None:
        if word == "200":
            self._chance.ledger.answered(url, webhook_id)
        future.set_result(_answer(word))


def _answer(word: str) -> Posted | NotPosted:
    if word.isdigit():
        return Posted(int(word), b"", "120" if word == "503" else None, _NOTHING)
    return NotPosted(
        {"refused": "connection refused", "lost": "closed"}.get(word, "no answer in time"), word != "refused"
    )


class Report(Struct):
    """Statuses, or a message, that a network brings until somebody has acknowledged them."""

    updates: list[StatusUpdate]


class Provider:
    """A network like the real ones: it takes, refuses or loses, and reports in whatever order it likes."""

    def __init__(self, chance: Chance, *, askable: bool, reports: "Callable[[Report], None]") -> None:
        self.askable = askable
        self.mood = "flaky"
        self._chance = chance
        self._reports = reports
        self._has: dict[MessageKey, Sent] = {}

    async def send(self, message: Outbound, media: Sequence[Medium]) -> Outcome:
        _ = media
        chance = self._chance
        chance.ledger.sending(message, chance.disk, askable=self.askable)
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        chance.may(
            lambda: self._arrive(message, future),
            lambda: self._arrive_late(message),
        )
        outcome = await future
        if isinstance(outcome, Unknown):
            chance.ledger.ambiguous.add((message.key, message.attempt))
        return outcome

    async def arrived(self, token: MessageKey) -> Sent | None:
        return self._has.get(token)

    async def mark_read(self, number_id: NumberId, key: MessageKey, *, typing: bool) -> None:
        raise AssertionError(number_id, key, typing)

    def _arrive(self, message: Outbound, future: asyncio.Future[Outcome]) -> None:
        chance = self._chance
        answers = NETWORKS[self.mood]
        word = answers[chance.pick(len(answers))]
        chance.say(f"the network gets {chance.name(message.key)}: {word}")
        outcome: Outcome
        match word:
            case "sent":
                outcome = self._take(message)
            case "unanswered":
                self._take(message)
                outcome = Unknown("no answer in time")
            case "lost":
                outcome = Unknown("connection closed before an answer")
            case "later":
                outcome = Later(30.0 * chance.pick(3), "busy")
            case _:
                outcome = Refused(Fault(UNDELIVERABLE, "refused"))
        chance.may(lambda: None if future.done() else future.set_result(outcome))

    def _arrive_late(self, message: Outbound) -> None:
        """Take what was on the wire when the server died, or not."""
        if self._chance.pick(2):
            self._take(message)

    def _take(self, message: Outbound) -> Sent:
        key = message.key
        if not self.askable or key not in self._has:
            self._chance.ledger.arrives(message, askable=self.askable)
            self._report(message)
        return self._has.setdefault(key, Sent(f"up.{key}"))

    def _report(self, message: Outbound) -> None:
        """Report a history of the message, in as many calls as it likes."""
        statuses = _HISTORIES[self._chance.pick(len(_HISTORIES))]
        person = Person(message.wa_id, "Ada", "DE.1")
        fault = Fault(UNDELIVERABLE, "undeliverable")
        updates = [
            StatusUpdate(
                message.key,
                status,
                message.accepted_ms,
                None if status is Status.FAILED else person,
                _PRICING,
                fault if status is Status.FAILED else None,
            )
            for status in statuses
        ]
        while updates:
            count = 1 + self._chance.pick(len(updates))
            self._reports(Report(updates[:count]))
            del updates[:count]


class Line:
    """A line to the embedded network on which requests and answers get lost; the network is the real one."""

    askable = True

    def __init__(self, chance: Chance, network: Network) -> None:
        self.mood = "flaky"
        self._chance = chance
        self._network = network

    async def send(self, message: Outbound, media: Sequence[Medium]) -> Outcome:
        chance = self._chance
        chance.ledger.sending(message, chance.disk, askable=True)
        answers = NETWORKS[self.mood]
        word = answers[chance.pick(len(answers))].replace("refused", "sent")  # it has no reason to refuse any
        chance.say(f"the embedded network gets {chance.name(message.key)}: {word}")
        if word == "later":
            return Later(30.0 * chance.pick(3), "busy")
        if word == "lost":
            return Unknown("connection closed before an answer")
        outcome = await self._network.send(message, media)
        return Unknown("no answer in time") if word == "unanswered" else outcome

    async def arrived(self, token: MessageKey) -> Sent | None:
        return await self._network.arrived(token)

    async def mark_read(self, number_id: NumberId, key: MessageKey, *, typing: bool) -> None:
        raise AssertionError(number_id, key, typing)


class Watched:
    """The store of the embedded network, and somebody who counts what it takes."""

    def __init__(self, store: Plain, ledger: Ledger) -> None:
        self._store = store
        self._ledger = ledger
        self.load_phones = store.load_phones
        self.save_phone = store.save_phone
        self.has_taken = store.has_taken
        self.progressed = store.progressed
        self.unfinished = store.unfinished

    async def take(self, carried: Carried) -> bool:
        is_new = await self._store.take(carried)
        if is_new:
            self._ledger.shown(carried)
        return is_new
