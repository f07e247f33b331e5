"""Accounts: what the platform thinks of a business's account, and the health of the account and its numbers.

# spec: cloud-api.md#10, cloud-api.md#13.10
"""

import asyncio
from collections.abc import Callable
from typing import Literal

from msgspec import Struct, structs

from waypost.errors import Fault
from waypost.errors.management import ACCOUNT_LOCKED, NOT_REGISTERED
from waypost.errors.rates import MAINTENANCE
from waypost.flows.directory import Directory
from waypost.flows.documents import DocumentCollection
from waypost.lib.clock import Clock
from waypost.lib.durations import seconds_to_wait
from waypost.model import Number, Template
from waypost.ports import Documents
from waypost.rules import rates
from waypost.wire.health import TEMPLATE_NOT_APPROVED, Entity, Health, blocked, health_of

BUSINESS_ID = 500_000_000_000_009
USER_ID = 600_000_000_000_003
"""Of the system user that every token belongs to."""


class Account(Struct, frozen=True):
    """What is stored of a WhatsApp Business Account (WABA)."""

    name: str = "Waypost"
    currency: str = "USD"
    timezone_id: str = "1"
    review: Literal["APPROVED", "PENDING", "REJECTED"] = "APPROVED"
    disabled: bool = False
    """Locked by the platform: its numbers cannot send."""
    restriction: str | None = None
    """`RESTRICTED_BIZ_INITIATED_MESSAGING`, ..."""
    restriction_until_ms: int | None = None
    """When the restriction ends by itself, in platform time; None: never."""
    template_pacing: int | None = None
    """How many messages of a template go out when it is approved, until it is let go; None: all."""

    def at(self, now_ms: int) -> "Account":
        """Return the account as it is at a moment: a restriction whose time is over is none."""
        if self.restriction_until_ms is None or now_ms < self.restriction_until_ms:
            return self
        return structs.replace(self, restriction=None, restriction_until_ms=None)


_USUAL = Account()


class BusinessAccounts:
    """Every account, in memory; changes are fsynced before they show."""

    def __init__(self, documents: Documents, clock: Clock, *, rates_lifted: bool = False) -> None:
        self._documents = DocumentCollection(documents, "account", Account)
        self._clock = clock
        self._rates_lifted = rates_lifted
        self._known: dict[int, Account] = {}
        self._showing = asyncio.Lock()  # what was read earlier never hides what was changed here meanwhile

    async def load(self, directory: Directory) -> None:
        """Read every account anew."""
        async with self._showing:
            self._known = await self._documents.of({number.waba_id for number in directory.numbers()})

    def get(self, waba_id: int) -> Account:
        """Return an account as it is now."""
        return self._known.get(waba_id, _USUAL).at(self._clock.now_ms())

    async def change(self, waba_id: int, change: Callable[[Account], Account]) -> tuple[Account, Account]:
        """Have `change` make another of an account as it is stored; return it as it was before, and as it is.

        `change` only computes; it may be called more than once.
        """
        before = _USUAL

        def changed(stored: Account | None) -> Account:
            nonlocal before
            before = (stored or _USUAL).at(self._clock.now_ms())
            return change(before)

        async with self._showing:
            account = await self._documents.change(waba_id, changed)
            self._known[waba_id] = account
        return before, account

    def restriction(self, number: Number) -> str | None:
        """Return how a number's account is restricted."""
        return (self._known and self.get(number.waba_id).restriction) or None

    def fault(self, number: Number) -> Fault | None:
        """Return why a number cannot send at all."""
        if not number.standing.registered:
            return Fault(NOT_REGISTERED, f"The phone number {number.digits} is not registered; register it first.")
        if self._known and self.get(number.waba_id).disabled:
            return Fault(ACCOUNT_LOCKED, f"The account {number.waba_id} is disabled.")
        return None if number.standing.upgraded_ms is None else self._upgrade(number)

    def health(self, number: Number) -> Health:
        """Return how well a number is, with what it depends on."""
        return health_of([self._number(number), *self._account(number)])

    def template_health(self, number: Number, template: Template) -> Health:
        """Return how well a template of a number's account is, with what it depends on, which no number is."""
        return health_of([_template(template), *self._account(number)])

    def account_health(self, number: Number) -> Health:
        """Return how well a number's account is."""
        return health_of(self._account(number))

    def _upgrade(self, number: Number) -> Fault | None:
        """Return why a number cannot send while it is moved to a higher throughput.

        # spec: cloud-api.md#4, cloud-api.md#12.4
        """
        left_ms = rates.upgrade_ms(number.standing.upgraded_ms, self._clock.now_ms())
        if not left_ms or self._rates_lifted:
            return None
        seconds = seconds_to_wait(left_ms)
        details = f"The phone number {number.digits} is being moved to a higher throughput; wait {seconds} s."
        return Fault(MAINTENANCE, details, retry_after_seconds=seconds)

    def _number(self, number: Number) -> Entity:
        standing = number.standing
        if not standing.registered:
            return Entity("PHONE_NUMBER", number.digits, "BLOCKED", errors=blocked(NOT_REGISTERED))
        if self._upgrade(number):
            return Entity("PHONE_NUMBER", number.digits, "BLOCKED", errors=blocked(MAINTENANCE))
        why = []
        if standing.name_status != "APPROVED":
            why.append("The display name is not approved yet.")
        if standing.quality == "RED":
            why.append("The quality of the number is low.")
        return Entity("PHONE_NUMBER", number.digits, "LIMITED" if why else "AVAILABLE", additional_info=why)

    def _account(self, number: Number) -> list[Entity]:
        return [
            _of_account(str(number.waba_id), self.get(number.waba_id)),
            Entity("BUSINESS", str(BUSINESS_ID), "AVAILABLE"),
            Entity("APP", str(number.app_id), "AVAILABLE"),
        ]


def _of_account(waba_id: str, account: Account) -> Entity:
    if account.disabled:
        return Entity("WABA", waba_id, "BLOCKED", errors=blocked(ACCOUNT_LOCKED))
    why = []
    if account.review != "APPROVED":
        why.append(f"The review of the account stands at {account.review}.")
    if account.restriction:
        why.append(f"The account is restricted: {account.restriction}.")
    return Entity("WABA", waba_id, "LIMITED" if why else "AVAILABLE", additional_info=why)


def _template(template: Template) -> Entity:
    if template.status == "APPROVED":
        return Entity("MESSAGE_TEMPLATE", str(template.id), "AVAILABLE")
    return Entity("MESSAGE_TEMPLATE", str(template.id), "BLOCKED", errors=[TEMPLATE_NOT_APPROVED])
