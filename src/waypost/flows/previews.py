"""Previews: the card of a text's first link, fetched only when somebody looks at the chat.

What was found is kept with its age, and so is the fact that nothing was.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

from msgspec import Struct

from waypost.flows.documents import DocumentCollection
from waypost.flows.inspect import media_view
from waypost.flows.media_shelf import MediaShelf
from waypost.flows.preview_pages import Card, PreviewPages
from waypost.lib import log
from waypost.lib.clock import Clock
from waypost.lib.durations import to_ms
from waypost.model import NumberId
from waypost.ports import Documents
from waypost.rules.preview import previewed_link
from waypost.wire.control.chats import PreviewView

IN_FLIGHT = 4
"""Pages that are fetched at once."""
MOST_WAITING = 200
"""How many links may wait; one more is dropped, and asked for again when somebody looks the next time."""
FOUND_FOR_MS = to_ms(timedelta(days=7))
"""How long what a page said is shown before it is fetched anew."""
KEPT_FOR_MS = 2 * FOUND_FOR_MS
"""How long it is kept when nobody looks; less than the life of its picture."""
NOTHING_FOR_MS = to_ms(timedelta(minutes=10))
"""How long a link without a card is left alone."""

_log = log.Log("waypost.previews")


class Asked(Struct, frozen=True):
    """A link that a number's chat shows; what one number's program links to is not told to another's."""

    number_id: NumberId
    url: str

    @property
    def name(self) -> str:
        """What its card is kept under."""
        return sha256(self.url.encode("utf-8", errors="replace")).hexdigest()


class Previews:
    """The flow, with what it uses. Made and used on one event loop."""

    def __init__(
        self,
        documents: Documents,
        shelf: MediaShelf,
        pages: PreviewPages,
        clock: Clock,
        *,
        is_on: bool,
        tell: Callable[[set[str]], None],
    ) -> None:
        """`tell` is told which phones have something new to show."""
        self._documents = DocumentCollection(documents, "preview", Card)
        self._shelf = shelf
        self._pages = pages
        self._clock = clock
        self._is_on = is_on
        self._queue: asyncio.Queue[Asked] = asyncio.Queue(MOST_WAITING)
        self._asked: dict[Asked, set[str]] = {}  # waiting or being fetched, with the phones that look
        self._tell = tell

    @property
    def waiting(self) -> int:
        """How many links wait to be fetched."""
        return self._queue.qsize()

    async def of(self, wa_id: str, number_id: NumberId, body: str) -> PreviewView | None:
        """Return the card of a text's link if it is known; one that is unknown or old is queued to be fetched."""
        url = previewed_link(body) if self._is_on else None
        if url is None:
            return None
        asked = Asked(number_id, url)
        card = await self._documents.get(number_id, asked.name)
        view = await self._view(card) if card else None  # first: the picture goes when a new card comes
        if card is None or self._is_old(card):
            self._ask(asked, wa_id)
        return view

    async def next(self) -> list[Asked]:
        """Return the next link that is to be fetched, alone, as soon as there is one."""
        return [await self._queue.get()]

    async def fetch(self, batch: list[Asked]) -> None:
        """Fetch some links and keep what is found; may be repeated after a failure."""
        for asked in batch:
            try:
                await self._renew(asked)
            except OSError as error:  # a full disk; whoever looks next asks again
                _log.warning("preview.put_off", why=str(error))
            self._tell(self._asked.pop(asked, set()))

    async def drop_old(self, number_id: NumberId) -> None:
        """Throw away the cards of a number that nobody has looked at for long, and their pictures."""
        after = ""
        while cards := await self._documents.list(number_id, after=after):
            for name, card in cards:
                if self._age_ms(card) >= KEPT_FOR_MS:
                    await self._documents.remove(number_id, name)
                    await self._let_go(card)
            after = cards[-1][0]

    def forget(self) -> None:
        """Let go of everything that is in memory only."""
        self._asked.clear()
        while not self._queue.empty():
            self._queue.get_nowait()

    async def _renew(self, asked: Asked) -> None:
        before = await self._documents.get(asked.number_id, asked.name)
        if before is not None and not self._is_old(before):  # whoever asked had looked just before it came
            return
        card = await self._pages.card(asked.url, asked.number_id)
        if asked in self._asked:
            await self._documents.put(asked.number_id, card, asked.name)
            await self._let_go(before)
        else:  # everything was forgotten meanwhile
            await self._let_go(card)

    def _ask(self, asked: Asked, wa_id: str) -> None:
        if asked in self._asked:
            self._asked[asked].add(wa_id)
        elif not self._queue.full():
            self._asked[asked] = {wa_id}
            self._queue.put_nowait(asked)

    def _is_old(self, card: Card) -> bool:
        return self._age_ms(card) >= (NOTHING_FOR_MS if card.title is None else FOUND_FOR_MS)

    def _age_ms(self, card: Card) -> int:
        return self._clock.now_ms() - card.fetched_ms

    async def _view(self, card: Card) -> PreviewView | None:
        if card.title is None:
            return None
        medium = await self._shelf.by_key(card.media_key) if card.media_key else None
        return PreviewView(card.url, card.title, card.description, media_view(medium) if medium else None)

    async def _let_go(self, card: Card | None) -> None:
        """Delete the picture of a card that is not shown any more."""
        medium = await self._shelf.by_key(card.media_key) if card and card.media_key else None
        if medium is not None:
            await self._shelf.delete(medium)
