"""The phones of the embedded network.

Every number there is has a phone, online and reading by itself, until somebody says otherwise: only then, or when
its user writes, is it stored.
"""

import hashlib
from dataclasses import replace
from functools import lru_cache

from waypost.model import NumberId, Person, Phone
from waypost.ports import NetworkStore

_COUNTRIES = (("1", "US"), ("44", "GB"), ("49", "DE"), ("55", "BR"), ("52", "MX"), ("54", "AR"), ("91", "IN"))


class Phones:
    """The phones that differ from the default, in memory and in the store."""

    def __init__(self, store: NetworkStore) -> None:
        self._store = store
        self._phones: dict[str, Phone] = {}

    async def load(self) -> None:
        """Read every stored phone anew."""
        self._phones = {phone.wa_id: phone for phone in await self._store.load_phones()}

    def get(self, wa_id: str) -> Phone:
        """Return the phone of a number."""
        return self._phones.get(wa_id) or Phone(wa_id, name=default_name(wa_id))

    def known(self) -> list[Phone]:
        """Return the phones that are stored, by number."""
        return sorted(self._phones.values(), key=lambda phone: phone.wa_id)

    async def change(self, wa_id: str, **changes: object) -> Phone:
        """Store a phone with some fields changed."""
        phone = replace(self.get(wa_id), **changes)  # type: ignore[arg-type]  # the caller's schema has the types
        await self._store.save_phone(phone)
        self._phones[wa_id] = phone
        return phone


def default_name(wa_id: str) -> str:
    """Return the profile name of a user who has not chosen one."""
    return f"User {wa_id[-4:]}"


@lru_cache(maxsize=10_000)
def user_id(number_id: NumberId, wa_id: str) -> str:
    """Return the user's business-scoped id: always the same for one business and one phone.

    # spec: cloud-api.md#7.4
    """
    digest = hashlib.sha256(f"{number_id}/{wa_id}".encode()).digest()
    country = next((code for prefix, code in _COUNTRIES if wa_id.startswith(prefix)), "ZZ")
    return f"{country}.{int.from_bytes(digest[:8], 'big'):020d}"


def person(phone: Phone, number_id: NumberId) -> Person:
    """Return how the platform names the phone's user to a business."""
    return Person(phone.wa_id, phone.name, user_id(number_id, phone.wa_id))
