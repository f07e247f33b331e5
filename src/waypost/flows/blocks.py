"""Blocks: the users whom a business has blocked. They cannot write to it, and what it sends to them fails.

# spec: cloud-api.md#13.6
"""

import asyncio
from collections.abc import Callable, Sequence

from waypost.errors import Cause, Fault, Refusal
from waypost.errors.management import BLOCK_LIST_FULL, BLOCKED_BY_BUSINESS
from waypost.errors.outcomes import WINDOW_CLOSED
from waypost.errors.requests import RECIPIENT_IS_SENDER
from waypost.flows.directory import Directory
from waypost.flows.documents import DocumentCollection
from waypost.lib.clock import Clock
from waypost.model import Number, NumberId
from waypost.ports import Documents, Windows
from waypost.rules.window import is_open
from waypost.wire.blocks import BlockedUser, UserOutcome

MAX_BLOCKED = 64_000

_NOBODY: frozenset[str] = frozenset()


class Blocks:
    """Every number's block list, in memory; changes are fsynced before they show."""

    def __init__(self, documents: Documents, windows: Windows, clock: Clock, *, windows_lifted: bool) -> None:
        self._documents = DocumentCollection(documents, "blocked", list[str])
        self._windows = windows
        self._clock = clock
        self._windows_lifted = windows_lifted
        self._blocked: dict[NumberId, frozenset[str]] = {}
        self._showing = asyncio.Lock()  # what was read earlier never hides what was changed here meanwhile

    async def load(self, directory: Directory) -> None:
        """Read every list anew."""
        async with self._showing:
            lists = await self._documents.of(number.id for number in directory.numbers())
            self._blocked = {NumberId(number_id): frozenset(users) for number_id, users in lists.items() if users}

    def has(self, number_id: NumberId, wa_id: str) -> bool:
        """Return whether the business has blocked a user."""
        return wa_id in self._blocked.get(number_id, _NOBODY)

    def fault(self, number_id: NumberId, wa_id: str) -> Fault | None:
        """Return why nothing can be sent to this user."""
        if not self._blocked or not self.has(number_id, wa_id):
            return None
        cause = Cause("recipient", f"{wa_id} is on the block list of the number.", {"blocked_by_business": True})
        return Fault(BLOCKED_BY_BUSINESS, f"The business has blocked {wa_id}; unblock the user first.", cause=cause)

    def users(self, number: Number) -> list[str]:
        """Return whom a number has blocked, in order."""
        return sorted(self._blocked.get(number.id, _NOBODY))

    async def add(self, number: Number, users: Sequence[BlockedUser]) -> list[UserOutcome]:
        """Block those users who wrote within 24 hours; return each one's outcome. Raises Refusal for a full list."""
        outcomes = [await self._looked_at(number, user) for user in users]
        blocked = _done(outcomes)

        def added(before: frozenset[str]) -> frozenset[str]:
            wanted = before | blocked
            if len(wanted) > MAX_BLOCKED:
                details = f"The list would have {len(wanted)} users; at most {MAX_BLOCKED} are possible."
                raise Refusal(BLOCK_LIST_FULL, details)
            return wanted

        await self._change(number, added)
        return outcomes

    async def remove(self, number: Number, users: Sequence[BlockedUser]) -> list[UserOutcome]:
        """Unblock users; it is no error if one was not blocked."""
        outcomes = [_not_a_number(user) or UserOutcome(user.user, user.wa_id) for user in users]
        unblocked = _done(outcomes)
        await self._change(number, lambda before: before - unblocked)
        return outcomes

    async def _looked_at(self, number: Number, user: BlockedUser) -> UserOutcome:
        if outcome := _not_a_number(user):
            return outcome
        wa_id = user.wa_id or ""
        if wa_id == number.digits:
            return UserOutcome(user.user, wa_id, RECIPIENT_IS_SENDER, "A business cannot block its own number")
        if self._windows_lifted or self.has(number.id, wa_id):
            return UserOutcome(user.user, wa_id)
        last_ms = await self._windows.last_inbound_ms(number.id, wa_id)
        if is_open(last_ms, self._clock.now_ms()):
            return UserOutcome(user.user, wa_id)
        return UserOutcome(user.user, wa_id, WINDOW_CLOSED, "User has not messaged in the last 24 hours")

    async def _change(self, number: Number, change: Callable[[frozenset[str]], frozenset[str]]) -> None:
        """Keep what a change makes of a number's list as it is stored, whoever else changes it."""
        async with self._showing:
            users = await self._documents.change(number.id, lambda stored: sorted(change(frozenset(stored or ()))))
            self._blocked[number.id] = frozenset(users)


def _not_a_number(user: BlockedUser) -> UserOutcome | None:
    """Return the outcome for what is not a phone number; None if it is one."""
    if user.wa_id is not None:
        return None
    return UserOutcome(user.user, None, WINDOW_CLOSED, "This is no phone number of a WhatsApp user")


def _done(outcomes: Sequence[UserOutcome]) -> frozenset[str]:
    return frozenset(outcome.wa_id for outcome in outcomes if outcome.wa_id and outcome.problem is None)
