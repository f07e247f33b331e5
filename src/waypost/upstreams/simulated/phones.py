"""The phones of the embedded network.

Every number there is has a phone, online and reading by itself, until somebody says otherwise: only then, or when
its user writes, is it stored.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from functools import lru_cache

from msgspec.structs import replace

from waypost.lib.phone import is_pseudo
from waypost.model import NumberId, Person, Phone
from waypost.ports import NetworkStore
from waypost.rules.hidden import shows_number
from waypost.rules.magic import Magic

_COUNTRIES = (("1", "US"), ("44", "GB"), ("49", "DE"), ("55", "BR"), ("52", "MX"), ("54", "AR"), ("91", "IN"))

# A user id is the phone number, stirred by steps that can be taken back: so it names its phone without being stored.
_BITS = (1 << 64) - 1
_STIR = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
_UNSTIR = tuple(pow(factor, -1, 1 << 64) for factor in _STIR)
_USER_ID = re.compile(r"[A-Z]{2}\.([0-9]{20})")
_DEFAULTS_KEPT = 10_000


class Phones:
    """The phones that differ from the default, in memory and in the store."""

    def __init__(
        self, store: NetworkStore, magic: Magic | None = None, account_of: Callable[[NumberId], int] = int
    ) -> None:
        """`account_of` returns the account of a business number; without it each is an account of its own."""
        self._store = store
        self._account_of = account_of
        self.magic = magic or Magic()
        self._phones: dict[str, Phone] = {}
        self._defaults: dict[str, Phone] = {}  # made up, and asked for several times for every message
        self._known_ms: dict[tuple[NumberId, str], int | None] = {}

    async def load(self) -> None:
        """Read every stored phone anew."""
        self._phones = {phone.wa_id: phone for phone in await self._store.load_phones()}
        self._known_ms.clear()

    def get(self, wa_id: str) -> Phone:
        """Return the phone of a number; that of a pseudo number is not on WhatsApp."""
        return self._phones.get(wa_id) or self._defaults.get(wa_id) or self._default(wa_id)

    def _default(self, wa_id: str) -> Phone:
        manner, is_there = self.magic.manner(wa_id), not is_pseudo(wa_id)
        if len(self._defaults) >= _DEFAULTS_KEPT:
            self._defaults.clear()
        name = default_name(wa_id)
        phone = Phone(wa_id, name, online=manner.online, reads=manner.reads, on_whatsapp=is_there)
        self._defaults[wa_id] = phone
        return phone

    def takes_marketing(self, wa_id: str, number_id: NumberId) -> bool:
        """Return whether a user takes the marketing messages of a business.

        # spec: cloud-api.md#10 ("user_preferences"), error-codes.tsv (131050: from this business)
        """
        phone = self.get(wa_id)
        return phone.marketing and not (phone.stopped and self._account_of(number_id) in phone.stopped)

    def known(self) -> list[Phone]:
        """Return the phones that are stored, by number."""
        return sorted(self._phones.values(), key=lambda phone: phone.wa_id)

    async def change(self, wa_id: str, **changes: object) -> Phone:
        """Store a phone with some fields changed."""
        was = self.get(wa_id)
        phone = replace(was, **changes)
        if was.username is None and phone.username is not None:
            await self._store.hide_phone(wa_id)
            self._known_ms.clear()
        await self._store.save_phone(phone)
        self._phones[wa_id] = phone
        return phone

    async def look_up(self, number_id: NumberId, wa_id: str) -> None:
        """Find out whether a business knows a user's number, before `person` is asked."""
        pair = number_id, wa_id
        if pair not in self._known_ms and self.get(wa_id).username is not None:
            self._known_ms[pair] = await self._store.known_ms(*pair)

    async def meet(self, number_id: NumberId, wa_id: str, now_ms: int) -> None:
        """Note that a business and a phone number have exchanged a message, if that number is hidden otherwise."""
        if self.get(wa_id).username is not None:
            await self._store.get_to_know(number_id, wa_id, now_ms)
            self._known_ms[number_id, wa_id] = now_ms

    def person(self, phone: Phone, number_id: NumberId, now_ms: int) -> Person:
        """Return how the platform names the phone's user to a business."""
        if phone.username is None:
            return _person(number_id, phone.wa_id, phone.name, phone.identity)
        shows = shows_number(phone.username, self._known_ms.get((number_id, phone.wa_id)), now_ms)
        named = _person(number_id, phone.wa_id, phone.name, phone.identity)
        return Person(named.wa_id, named.name, named.user_id, phone.username, shows, named.identity_hash)

    async def move(self, wa_id: str, new_wa_id: str) -> Phone:
        """Store a phone under another number; the old one is not on WhatsApp from then on."""
        phone = self.get(wa_id)
        former = (*(each for each in phone.former if each != new_wa_id), wa_id)
        moved = replace(phone, wa_id=new_wa_id, former=former)
        await self._store.save_phone(moved)
        self._phones[new_wa_id] = moved
        await self.change(wa_id, on_whatsapp=False, online=False, chat_open=None, username=None, former=())
        return moved


def default_name(wa_id: str) -> str:
    """Return the profile name of a user who has not chosen one."""
    return f"User {wa_id[-4:]}"


def user_id(number_id: NumberId, wa_id: str) -> str:
    """Return the user's business-scoped id: always the same for one business and one phone.

    # spec: cloud-api.md#7.4
    """
    mixed = int("1" + wa_id) ^ (number_id * _STIR[0] & _BITS)
    for factor in _STIR:
        mixed = mixed * factor & _BITS
        mixed ^= mixed >> 32
    return f"{_country(wa_id)}.{mixed:020d}"


def phone_of(number_id: NumberId, scoped_id: str) -> str | None:
    """Return the wa_id of the phone that a business knows under this id; None if it is nobody's."""
    found = _USER_ID.fullmatch(scoped_id)
    if found is None:
        return None
    mixed = int(found[1])
    for factor in reversed(_UNSTIR):
        mixed = (mixed ^ mixed >> 32) * factor & _BITS
    digits = str(mixed ^ (number_id * _STIR[0] & _BITS))
    wa_id = digits[1:]
    return wa_id if digits[0] == "1" and len(wa_id) <= 15 and user_id(number_id, wa_id) == scoped_id else None


@lru_cache(maxsize=10_000)
def identity_hash(wa_id: str, identity: int) -> str:
    """Return the hash of a user's keys, in base64: another one after every change of them."""
    return base64.b64encode(hashlib.blake2b(f"{wa_id}/{identity}".encode(), digest_size=8).digest()).decode("ascii")


@lru_cache(maxsize=10_000)
def _person(number_id: NumberId, wa_id: str, name: str, identity: int) -> Person:
    return Person(wa_id, name, user_id(number_id, wa_id), identity_hash=identity_hash(wa_id, identity))


def _country(wa_id: str) -> str:
    return next((code for prefix, code in _COUNTRIES if wa_id.startswith(prefix)), "ZZ")
