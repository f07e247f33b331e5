"""Network rules: limits that the platform sets for all senders together; here the operator sets them.

# spec: cloud-api.md#12.4
"""

from typing import Protocol

from msgspec import Struct

from waypost.flows.documents import DocumentCollection
from waypost.ports import Documents

_NETWORK = 0  # the owner


class Rules(Struct, frozen=True):
    """What is stored."""

    marketing_per_user: int | None = None
    """How many marketing messages a user gets within 24 hours from all businesses together; None: any number."""


class MarketingLimit(Protocol):
    """Holds back what is too much for a user."""

    limit: int | None

    def forget(self) -> None:
        """Count anew, from what is stored."""
        ...


class NetworkRules:
    """The rules in force; a change is fsynced before it takes effect."""

    def __init__(self, documents: Documents, marketing: MarketingLimit, *, lifted: bool) -> None:
        self._documents = DocumentCollection(documents, "network", Rules)
        self._marketing = marketing
        self._lifted = lifted
        self.rules = Rules()

    async def load(self) -> None:
        """Read them anew."""
        self._apply(await self._documents.get(_NETWORK) or Rules())

    async def change(self, rules: Rules) -> None:
        """Put other rules in force."""
        await self._documents.put(_NETWORK, rules)
        self._apply(rules)

    def _apply(self, rules: Rules) -> None:
        self.rules = rules
        self._marketing.limit = None if self._lifted else rules.marketing_per_user
        if self._marketing.limit is None:
            self._marketing.forget()
