"""The port Housekeeping, as far as one text serves both databases."""

from waypost.model import MediaKey, Medium
from waypost.storage import columns
from waypost.storage.columns import MEDIUM_COLUMNS
from waypost.storage.part import Part

# Forget logins whose time is over; the table is as small as the number of programs.
_DROP_TOKENS = (
    "DELETE FROM tokens WHERE hash IN (SELECT hash FROM tokens WHERE expires_ms <= $1 LIMIT $2) RETURNING hash"
)
# Forget keys, the oldest first.
_DROP_KEYS = (
    "DELETE FROM idempotency WHERE (number_id, key) IN"
    " (SELECT number_id, key FROM idempotency WHERE at_ms < $1 ORDER BY at_ms LIMIT $2) RETURNING 1"
)
# Find media whose time is over, the oldest first.
_EXPIRED_MEDIA = f"SELECT {MEDIUM_COLUMNS} FROM media WHERE expires_ms < $1 ORDER BY expires_ms LIMIT $2"  # noqa: S608 - constants
# Give a medium more time.
_RENEW_MEDIUM = "UPDATE media SET expires_ms = $1 WHERE key = $2"


class SharedHousekeeping(Part):
    """See `ports.Housekeeping` for what each operation promises."""

    async def drop_expired_tokens(self, now_ms: int, limit: int) -> list[bytes]:
        """Forget tokens whose time is over."""
        return [hashed for (hashed,) in await self._save(_DROP_TOKENS, now_ms, limit)]

    async def drop_old_keys(self, before_ms: int, limit: int) -> int:
        """Forget the keys of old requests."""
        return len(await self._save(_DROP_KEYS, before_ms, limit))

    async def expired_media(self, before_ms: int, limit: int) -> list[Medium]:
        """Return media whose time is over."""
        return [columns.medium(row) for row in await self._rows(_EXPIRED_MEDIA, before_ms, limit)]

    async def renew_medium(self, key: MediaKey, expires_ms: int) -> None:
        """Give a medium more time."""
        await self._save(_RENEW_MEDIUM, expires_ms, key)
