"""The document in which everything that a server stores is written down."""

from datetime import datetime

from msgspec import Raw, Struct, field

FORMAT = "waypost-snapshot"
VERSION = 1


class SnapshotHead(Struct):
    """What tells whether the rest can be read at all."""

    format: str
    version: int


class Snapshot(SnapshotHead, forbid_unknown_fields=True):
    """The stored state of a server.

    `shape` names the schema of its tables; only a server with that schema takes it back. `media` has the bytes of
    files in base64 by the SHA-256 of their content, and nothing if they were left out.
    """

    taken_at: datetime
    shape: str
    tables: Raw = field(default_factory=Raw)
    media: dict[str, bytes] = field(default_factory=dict)


class Restored(Struct):
    """What is there now. `media_missing` files were neither in the snapshot nor here: their ids are gone."""

    numbers: int
    messages: int
    media_missing: int
