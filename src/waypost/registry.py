"""Which part stands behind a name or URL scheme: the only such list.

To add a part, write its file and add its line here.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

STORES: Mapping[str, str] = {
    "postgresql": "waypost.storage.postgres:PostgresStore",
    "sqlite": "waypost.storage.sqlite:SqliteStore",
}
BLOBS: Mapping[str, str] = {
    "file": "waypost.blobs.local:LocalBlobs",
    "s3": "waypost.blobs.s3:S3Blobs",
}
POSTERS: Mapping[str, str] = {
    "asyncio": "waypost.lib.poster_asyncio:AsyncioPoster",
    "aiohttp": "waypost.lib.poster_aiohttp:AiohttpPoster",
}


def load(path: str) -> Any:  # Any: the caller knows which port the part implements
    """Import what `path` (`module:name`) says; raises ImportError or AttributeError if it is not there."""
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
