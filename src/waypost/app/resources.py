"""Resources: what every part of a process uses, such as the clock and the stores; opened first and closed last."""

from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from waypost import registry
from waypost.app.following import Following
from waypost.app.member import Member
from waypost.app.owned_shards import OwnedShards
from waypost.flows.directory import Directory
from waypost.flows.media_urls import MediaURLs
from waypost.flows.platform_time import restore_clock
from waypost.flows.subscribe import webhook_vet
from waypost.lib import log, phone
from waypost.lib.clock import SystemClock, at
from waypost.lib.fetch_on_demand import FetcherOnDemand
from waypost.lib.fetching import LinkFetcher
from waypost.lib.ids import KeyMaker, new_secret
from waypost.lib.images import ImageInspector
from waypost.lib.keyring import Keyring
from waypost.lib.links import FetchPolicy
from waypost.lib.poster import Poster
from waypost.lib.vetting import SystemResolver
from waypost.ports import BlobStore, Cluster, FullStore, Records, Role, StoreRefused
from waypost.settings import Settings
from waypost.workers.timers import Timers

_log = log.Log("waypost")


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
    member: Member | None = None
    """This process among those that share the store; None: it has the store alone, and every number is its own."""

    @property
    def home_code(self) -> phone.HomeCode:
        """How users' digits without a plus are read."""
        return phone.calling_code if self.settings.strict_plus else phone.no_code


async def open_resources(settings: Settings, stack: AsyncExitStack, role: Role) -> Resources:
    """Open the stores and make what needs nothing else; `stack` closes them in the reverse order."""
    _make_folder(settings.data)
    media_place = settings.media_place
    store = await _open_store(settings, role)
    stack.push_async_callback(store.close)
    clock = SystemClock()
    await restore_clock(clock, store)
    blobs: ClosableBlobs = await registry.load(registry.BLOBS[media_place.scheme]).connect(
        media_place.location, folder=settings.data, aws=settings.aws
    )
    stack.push_async_callback(blobs.aclose)
    if store.cluster is None:
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
    keys = KeyMaker(store.cluster.process if store.cluster else 0, after=await store.highest_key())
    async with once(store.cluster):
        urls = MediaURLs(await _url_secret(store), clock)
    inspector = ImageInspector()
    stack.push_async_callback(inspector.aclose)
    return Resources(
        settings, clock, timers, keys, store, blobs, policy, FetcherOnDemand(policy), poster, directory, own_addresses,
        urls, inspector, _member(store.cluster, clock),
    )  # fmt: skip


def _member(cluster: Cluster | None, clock: SystemClock) -> Member | None:
    if cluster is None:
        return None
    hints = cluster.hints
    return Member(cluster, OwnedShards(), Following(hints.heard, lambda: hints.changes, clock))


def once(cluster: Cluster | None) -> AbstractAsyncContextManager[None]:
    """Return what keeps other processes from doing the same at once; somebody who is alone need not wait."""
    return nullcontext() if cluster is None else cluster.once()


def _make_folder(data: Path) -> None:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreRefused(
            f"The data folder {data} cannot be made: {error.strerror}. "
            "Make the folder above it writable for this user, or choose another with --data."
        ) from error


async def _open_store(settings: Settings, role: Role) -> FullStore:
    place, keyring = settings.store_place, Keyring(settings.secrets_key)
    shared = {} if role == "all" else {"role": role}  # a store that cannot be shared knows no roles
    store: FullStore = await store_class(place.scheme).open(place.location, keyring=keyring, **shared)
    _tell_of_seals(settings, store, keyring)
    return store


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


async def _url_secret(records: Records) -> str:
    """Return the key of media URLs, made at the first start."""
    saved = await records.get_state("url_secret")
    if saved is None:
        saved = new_secret().encode("ascii")
        await records.put_state("url_secret", saved)
    return saved.decode("ascii")
