"""Rows that hold secrets: how they are written and read, and how all of them come under the newest key.

A number, a media provider and the key of media URLs are each sealed as a whole, so that no secret of theirs can be
forgotten. Both stores use this file, so that a row can be moved from one to the other as it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
from msgspec import Struct

from waypost.lib.keyring import HEAD_BYTES, NO_KEYS, Keyring, Unsealable, name_of
from waypost.model import Number, NumberId, Provider
from waypost.ports import StoreDown, StoreRefused
from waypost.storage.columns import Values

URL_SECRET = "url_secret"  # noqa: S105 - a name
"""The one named value that is a secret: the key of media URLs."""


class Secrets(Struct, frozen=True):
    """A table whose rows each hold one sealed value."""

    table: str
    read: str
    """Find what names each row, and its value."""
    write: str
    """Write a value anew; what names its row comes after it, since SQLite counts the values as they are met."""

    def place(self, *owner: object) -> str:
        """Return where a value stands, as it is sealed with."""
        return "/".join(map(str, (self.table, *owner)))


NUMBERS = Secrets(
    "numbers", "SELECT id, number FROM numbers ORDER BY id", "UPDATE numbers SET number = $1 WHERE id = $2"
)
PROVIDERS = Secrets(
    "providers",
    "SELECT number_id, name, provider FROM providers ORDER BY number_id, name",
    "UPDATE providers SET provider = $1 WHERE number_id = $2 AND name = $3",
)
STATE = Secrets(
    "state",
    f"SELECT name, value FROM state WHERE name = '{URL_SECRET}'",  # noqa: S608 - a constant
    "UPDATE state SET value = $1 WHERE name = $2",
)
ALL = (NUMBERS, PROVIDERS, STATE)
# Count the values by how they begin, which names their key.
BY_HEAD = (
    f"SELECT substr(value, 1, {HEAD_BYTES}), count(*) FROM (SELECT number AS value FROM numbers"  # noqa: S608 - constants
    " UNION ALL SELECT provider FROM providers"
    f" UNION ALL SELECT value FROM state WHERE name = '{URL_SECRET}') AS secrets GROUP BY 1"
)


class Sealing:
    """Writes and reads the values of a store with the keys that its process was given."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    def number_values(self, number: Number) -> Values:
        """Return the columns of a number."""
        return number.id, self.keyring.seal(msgspec.json.encode(number), NUMBERS.place(number.id))

    def number(self, row: Values) -> Number:
        """Make a number of its columns. Raises Unsealable."""
        number_id, stored = row
        return msgspec.json.decode(self.keyring.open(stored, NUMBERS.place(number_id)), type=Number)

    def provider_values(self, number_id: NumberId, provider: Provider) -> Values:
        """Return the columns of a provider."""
        place = PROVIDERS.place(number_id, provider.name)
        return number_id, provider.name, self.keyring.seal(msgspec.json.encode(provider), place)

    def provider(self, row: Values) -> Provider:
        """Make a provider of its columns. Raises Unsealable."""
        *owner, stored = row
        return msgspec.json.decode(self.keyring.open(stored, PROVIDERS.place(*owner)), type=Provider)

    def state_value(self, name: str, value: bytes) -> bytes:
        """Return a named value as it is stored."""
        return self.keyring.seal(value, STATE.place(name)) if name == URL_SECRET else value

    def state(self, name: str, stored: bytes) -> bytes:
        """Return a stored value. Raises Unsealable."""
        return self.keyring.open(stored, STATE.place(name)) if name == URL_SECRET else stored

    def anew(self, secrets: Secrets, rows: Sequence[Values]) -> list[Values]:
        """Open every row; return what `write` needs of those that are not under the newest key. Raises Unsealable."""
        due = []
        for *owner, stored in rows:
            place = secrets.place(*owner)
            clear = self.keyring.open(stored, place)
            if not self.keyring.is_newest(stored):
                due.append((self.keyring.seal(clear, place), *owner))
        return due


IN_CLEAR = Sealing(NO_KEYS)


def counted(found: Iterable[tuple[bytes, int]]) -> dict[str | None, int]:
    """Return counts by the ids of keys; values in clear begin with whatever they do."""
    counts: dict[str | None, int] = {}
    for head, count in found:
        counts[name_of(head)] = counts.get(name_of(head), 0) + count
    return counts


@contextmanager
def refusing_to_start() -> Iterator[None]:
    """Tell the operator of a value that cannot be opened, and what to do."""
    try:
        yield
    except Unsealable as error:
        raise StoreRefused(f"{error}. {error.advice}") from error


@contextmanager
def answering_later() -> Iterator[None]:
    """Let whoever asked try again: another process has sealed with a key that this one has not been given yet."""
    try:
        yield
    except Unsealable as error:
        raise StoreDown(str(error)) from error
