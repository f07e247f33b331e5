"""Resources: what every part of a process uses, such as the clock and the stores; opened first and closed last."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec
from msgspec import Struct

from waypost import registry
from waypost.app.following import Following
from waypost.app.owned_shards import OwnedShards
from waypost.flows.directory import Directory
from waypost.flows.media_urls import MediaURLs
from waypost.flows.subscribe import webhook_vet
from waypost.flows.together import Arrivals, Moments
from waypost.lib import log
from waypost.lib.clock import SystemClock, at
from waypost.lib.fetch_on_demand import FetcherOnDemand
from waypost.lib.fetching import LinkFetcher
from waypost.lib.ids import KeyMaker, new_secret
from waypost.lib.images import ImageInspector
from waypost.lib.keyring import Keyring
from waypost.lib.links import FetchPolicy
from waypost.lib.poster import Poster
from waypost.lib.vetting import SystemResolver
from waypost.model import NumberId
from waypost.ports import BlobLocks, BlobStore, FullStore, Records, StoreRefused
from waypost.settings import Settings
from waypost.workers.timers import Timers

_log = log.Log("waypost")

Role = Literal["all", "api", "worker"]
"""What a process does: everything, alone; or only accept; or only deliver."""


class Hints(Protocol):
    """What processes tell each other: it may be lost."""

    def send(self, topic: str, named: Iterable[int] = ()) -> None:
        """Tell the other processes, soon."""
        ...

    async def tell(self, topic: str, named: Iterable[int] = ()) -> None:
        """Tell the other processes; on return they are told."""
        ...

    async def hear(self, on_hint: Callable[[str, frozenset[int]], None], on_deaf: Callable[[], None]) -> None:
        """Hear hints for ever; `on_deaf` is called whenever some may have been missed, at the beginning too."""
        ...

    async def heard(self) -> None:
        """Wait until every hint that was sent before this call is heard; not for long while nothing can be heard."""
        ...


class Around(Protocol):
    """Who owns what."""

    @property
    def fair(self) -> int:
        """How many shards nobody should have more of."""
        ...


class SharedArrivals(Arrivals, Protocol):
    """The arrival times that several processes count by."""

    async def drop_past(self, now_ms: int) -> int:
        """Forget some whose time is over; return how many. Raises StoreDown."""
        ...


class SharedMoments(Moments, Protocol):
    """When what several processes count happened lately."""

    async def drop_past(self) -> int:
        """Forget some that have not changed for an hour; return how many. Raises StoreDown."""
        ...


class SharedStore(FullStore, Protocol):
    """A database that several processes have open."""

    hints: Hints
    arrivals: SharedArrivals
    """How far rates are used up."""
    moments: SharedMoments
    """When what is limited happened lately."""
    blob_locks: BlobLocks
    changes: int
    """How often this process has changed something that others keep in memory."""

    @property
    def process(self) -> int:
        """The number of this process among those of the database."""
        ...

    @property
    def lost(self) -> asyncio.Event:
        """Set once the session of a worker is gone, and its shards with it."""
        ...

    async def waiting_by_number(self, limit: int) -> dict[NumberId, int]:
        """Return how many messages of each number wait for the upstream, of up to `limit` altogether."""
        ...

    def once(self) -> AbstractAsyncContextManager[None]:
        """Do what is done once for a database while no other process does; then look first whether it is done."""
        ...

    async def survey(self) -> Around:
        """Look who owns what, and so tell the server that this process lives."""
        ...

    async def take_shards(self, most: int, around: Any) -> frozenset[int]:  # Any: what `survey` returned
        """Take up to so many shards that have no owner; return those that were taken."""
        ...

    async def give_up_shard(self, shard: int) -> None:
        """Write what was submitted, and let a shard go; nothing of it may be under way."""
        ...

    async def leave(self) -> None:
        """Take no more shards, and let the others take more."""
        ...


class ClosableBlobs(BlobStore, Protocol):
    """A store of files, and the way to let it go."""

    async def aclose(self) -> None:
        """Let running operations end."""
        ...


class Resources(Struct, frozen=True):
    """What every part of a process uses."""

    settings: Settings
    clock: SystemClock
    timers: Timers
    keys: KeyMaker
    store: FullStore
    blobs: BlobStore
    policy: FetchPolicy
    fetcher: LinkFetcher
    poster: Poster
    directory: Directory
    own_addresses: set[tuple[str, int]]
    urls: MediaURLs
    inspector: ImageInspector
    owned_shards: OwnedShards | None = None
    """The numbers that are ours; None: all are, and there is no other process."""
    shared: SharedStore | None = None
    """The store, if other processes have it too."""
    following: Following | None = None
    """How far we know what they have changed."""


async def open_resources(settings: Settings, stack: AsyncExitStack, role: Role) -> Resources:
    """Open the stores and make what needs nothing else; `stack` closes them in the reverse order."""
    _make_folder(settings.data)
    media_place = settings.media_place
    store, shared = await _open_store(settings, role)
    stack.push_async_callback(store.close)
    clock = SystemClock()
    await restore_clock(clock, store)
    blobs: ClosableBlobs = await registry.load(registry.BLOBS[media_place.scheme]).connect(
        media_place.location, folder=settings.data, aws=settings.aws
    )
    stack.push_async_callback(blobs.aclose)
    if shared is None:
        # We alone have the store open, so that whatever is unfinished now is what a crash left.
        await blobs.sweep(at(1000 * (clock.wall_seconds() + 1)))
    own_addresses: set[tuple[str, int]] = set()  # filled once the port is known
    policy = FetchPolicy(allow=settings.fetch_allow, max_redirects=settings.max_redirects, own=own_addresses)
    directory = Directory(store, clock)
    poster: Poster = registry.load(registry.POSTERS["asyncio"])(
        clock, vet=webhook_vet(directory, policy, SystemResolver())
    )
    stack.push_async_callback(poster.aclose)
    timers = Timers(clock)
    stack.callback(timers.stop)
    keys = KeyMaker(shared.process if shared else 0, after=await store.highest_key())
    async with once(shared):
        urls = MediaURLs(await _url_secret(store), clock)
    inspector = ImageInspector()
    stack.push_async_callback(inspector.aclose)
    owned_shards = None if shared is None else OwnedShards()
    following = None if shared is None else Following(shared.hints.heard, lambda: shared.changes, clock)
    return Resources(
        settings, clock, timers, keys, store, blobs, policy, FetcherOnDemand(policy), poster, directory, own_addresses,
        urls, inspector, owned_shards, shared, following,
    )  # fmt: skip


def once(shared: SharedStore | None) -> AbstractAsyncContextManager[None]:
    """Return what keeps other processes from doing the same at once; somebody who is alone need not wait."""
    return nullcontext() if shared is None else shared.once()


def _make_folder(data: Path) -> None:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreRefused(
            f"The data folder {data} cannot be made: {error.strerror}. "
            "Make the folder above it writable for this user, or choose another with --data."
        ) from error


async def _open_store(settings: Settings, role: Role) -> tuple[FullStore, SharedStore | None]:
    place, keyring = settings.store_place, Keyring(settings.secrets_key)
    if role == "all":
        store: FullStore = await store_class(place.scheme).open(place.location, keyring=keyring)
        _tell_of_seals(settings, store, keyring)
        return store, None
    shared: SharedStore = await store_class(place.scheme).open(place.location, role=role, keyring=keyring)
    _tell_of_seals(settings, shared, keyring)
    return shared, shared


def _tell_of_seals(settings: Settings, store: FullStore, keyring: Keyring) -> None:
    """Log what became of the secrets, and where others may come near them that they lie in clear."""
    if store.sealed_anew:
        _log.info("secrets.sealed", rows=store.sealed_anew, key=keyring.names[0])
    if settings.shows_secrets:
        _log.warning("secrets.in_clear", advice="set WAYPOST_SECRETS_KEY: docs/how-to/seal-secrets.md")


def store_class(scheme: str) -> Any:  # Any: a class with `open`
    """Return the store of a scheme. Raises StoreRefused if a package that it needs is missing."""
    try:
        return registry.load(registry.STORES[scheme])
    except ModuleNotFoundError as missing:
        if missing.name != "asyncpg":
            raise
        raise StoreRefused(
            "--store postgresql:// needs the package asyncpg, which is not installed: pip install 'waypost[postgres]'."
        ) from None


async def restore_clock(clock: SystemClock, records: Records) -> None:
    """Bring platform time to where it stood: a jump outlives a restart."""
    saved = await records.get_state("clock")
    clock.restore(**(msgspec.json.decode(saved) if saved else {}))


async def _url_secret(records: Records) -> str:
    """Return the key of media URLs, made at the first start."""
    saved = await records.get_state("url_secret")
    if saved is None:
        saved = new_secret().encode("ascii")
        await records.put_state("url_secret", saved)
    return saved.decode("ascii")
