"""Pacing: the first messages of a new template go out, and the others wait until its quality is known.

The reference has only the word of the answer. How many messages go out, and what becomes of the others, the operator
decides here. Messages that a template holds back have no job in the store, so nothing reads them until they are let go.

The count in the store is the one that matters, for all processes at a database. What a process has in memory only
tells it when it need not ask.

# spec: cloud-api.md#2.3
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from waypost.errors import Fault
from waypost.errors.templates import TEMPLATE_PAUSED
from waypost.flows.accounts import BusinessAccounts
from waypost.flows.documents import DocumentCollection
from waypost.model import MessageKey, Outbound, Template
from waypost.ports import Documents, Enqueue, Holds
from waypost.ports.holds import PACES, Pace

_PAGE = 500
_KIND, _OWNER = PACES
_PACED = ("MARKETING", "UTILITY")
_SENDABLE = ("APPROVED", "FLAGGED")
_ON_ITS_WAY = "PENDING"  # it was edited, and is paced anew when its review is over

Fail = Callable[[Outbound, Fault], Awaitable[None]]
"""Ends a message that will not be sent; durable on return."""

Tell = Callable[[int], Awaitable[None]]
"""Tells other processes that the pace of a template has begun; on return they are told."""


class Pacing:
    """The templates that are paced, kept in memory; a change is fsynced before it takes effect."""

    def __init__(
        self, documents: Documents, store: Holds, accounts: BusinessAccounts, *, offer: Enqueue, fail: Fail
    ) -> None:
        self._documents = DocumentCollection(documents, _KIND, Pace)
        self._store = store
        self._accounts = accounts
        self._offer = offer
        self._fail = fail
        self._left: dict[int, int] = {}
        self._begun_elsewhere: set[int] = set()
        self._tell: Tell | None = None
        self._deciding = asyncio.Lock()

    def connect(self, tell: Tell) -> None:
        """Have other processes told of each pace that begins."""
        self._tell = tell

    async def load(self) -> None:
        """Read every pace anew."""
        async with self._deciding:
            self._begun_elsewhere.clear()
            found: dict[int, int] = {}
            after = ""
            while page := await self._documents.list(_OWNER, after=after, limit=_PAGE):
                found |= {int(name): pace.left for name, pace in page}
                after = page[-1][0]
            self._left = dict.fromkeys(self._begun_elsewhere, 1) | found

    def have_begun(self, template_ids: Collection[int]) -> None:
        """Hear which paces another process has begun: from now on the store is asked how many may go."""
        self._begun_elsewhere.update(template_ids)  # what is being read just now may be from before
        self._left |= {each: self._left.get(each) or 1 for each in template_ids}

    @property
    def is_on(self) -> bool:
        """Whether any template is paced: mostly none is."""
        return bool(self._left)

    def left(self, template_id: int) -> int | None:
        """Return how many messages of a template may still go out; None if it is not paced."""
        return self._left.get(template_id)

    async def held_by(self, template: Template) -> int | None:
        """Count a message of a template as going out and return None, or return the template's id if it is held back.

        The store checks that once more when it accepts the message: if pacing has ended meanwhile, nothing would ever
        let the message go, and it is not held.
        """
        left = self._left.get(template.id)
        if left:
            left = await self._store.let_out(template.id)
            if left is not None and template.id in self._left:
                self._left[template.id] = max(left, 0)
            return template.id if left == -1 else None
        return None if left is None else template.id

    async def begin(self, template_id: int, count: int) -> None:
        """Let so many more messages of a template go out, and hold the others back. On return others are told."""
        async with self._deciding:
            await self._documents.put(_OWNER, Pace(count), str(template_id))
            self._left[template_id] = count
            if self._tell is not None:
                await self._tell(template_id)

    async def approved(self, before: Template, after: Template) -> None:
        """Start pacing if a template can be sent now and could not before, and its account has pacing."""
        count = self._accounts.get(after.waba_id).template_pacing
        is_new = after.status in _SENDABLE and before.status not in _SENDABLE
        if is_new and count is not None and after.category in _PACED:
            await self.begin(after.id, count)

    async def withdrawn(self, template: Template) -> None:
        """Let go of what a template holds back if it may not be sent any more: each message fails as it leaves."""
        if template.status not in (*_SENDABLE, _ON_ITS_WAY):
            await self.end(template.id)

    async def end(self, template_id: int) -> int:
        """Pace a template no more; what it held back goes out, in order. Return how many messages that were."""
        async with self._deciding:
            self._left.pop(template_id, None)  # from here on we hold nothing, and others no more once all is let go
            count = 0
            while True:
                page = await self._store.let_go(template_id, _PAGE)
                count += len(page)
                for message in page:
                    self._offer(message)
                if len(page) < _PAGE:
                    return count

    async def drop(self, template: Template) -> int:
        """Fail what a template holds back, which goes on being paced; return how many messages that were.

        # spec: error-codes.tsv - that it is 132015 is (unconfirmed)
        """
        fault = Fault(TEMPLATE_PAUSED, f"template {template.name} was held for quality assessment, and dropped")
        count = 0
        async with self._deciding:
            while page := await self.held(template.id, _PAGE):
                count += len(page)
                for message in page:
                    await self._fail(message, fault)
        return count

    async def held(self, template_id: int, limit: int) -> list[Outbound]:
        """Return what a template holds back, the oldest first."""
        return await self._store.held(template_id, MessageKey(0), limit)
