"""A worker: it owns shards and delivers what is theirs; when it loses them it begins anew, with an empty memory."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack

from msgspec.structs import replace

from waypost.app.monitoring import Watch, watch_worker
from waypost.app.ownership import Ownership
from waypost.app.parts import Parts
from waypost.app.resources import open_resources
from waypost.app.wiring import build
from waypost.lib import log
from waypost.lib.racing import first_to_end
from waypost.ports import Cluster, StoreDown, StoreRefused
from waypost.settings import Settings

_AGAIN_SECONDS = 0.5
_LEAVE_SECONDS = 6.0  # with the end of the store, within the 10 s that supervisors give a process before they kill it

_log = log.Log("waypost")


async def work(settings: Settings, tell: Callable[[int], None]) -> None:
    """Run a worker until SIGINT or SIGTERM; `tell` is called with its number whenever it begins. Raises StoreRefused.

    Once it has begun, a database that refuses it is waited for.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    log.configure(settings.log_level, settings.log_format)
    async with AsyncExitStack() as stack:
        watch, begun = await watch_worker(settings, stack), False
        while not stopped.is_set():
            try:
                await _live(settings, stopped, watch, tell)
            except (StoreRefused, StoreDown) as why:
                if not begun and isinstance(why, StoreRefused):
                    raise
                _log.warning("worker.waits", why=str(why))
            begun = True
            await first_to_end(stopped.wait(), asyncio.sleep(_AGAIN_SECONDS))


async def _live(settings: Settings, stopped: asyncio.Event, watch: Watch, tell: Callable[[int], None]) -> None:
    """Work until told to stop or until the session is lost; on return every part is closed and nothing is kept."""
    async with AsyncExitStack() as stack:
        parts, cluster, ownership = await begin(settings, stack)
        watch.live(parts, ownership)
        stack.callback(watch.die)
        tell(cluster.process)
        await first_to_end(_leave(stopped, ownership), _die(cluster), parts.run())


async def begin(settings: Settings, stack: AsyncExitStack) -> tuple[Parts, Cluster, Ownership]:
    """Start every part of a worker but what runs for ever; `stack` ends them. Raises StoreRefused, StoreDown."""
    resources = await open_resources(settings, stack, "worker")
    member, parts = resources.member, build(resources)
    assert member is not None, "a worker shares its store"
    cluster, clock = member.cluster, resources.clock
    ownership = Ownership(
        cluster, member.owned, parts.network, messages=parts.messages, webhooks=parts.webhooks, clock=clock
    )
    parts = replace(parts, ownership=ownership)
    await resources.directory.load()
    await parts.load()
    for lanes in (parts.messages, parts.webhooks, parts.troubled):
        stack.push_async_callback(lanes.stop, 0.0)  # what could end has ended when the shards were given up
    resources.urls.base_url = settings.public_url or f"http://{settings.host}:{settings.port}"
    return parts, cluster, ownership


async def _leave(stopped: asyncio.Event, ownership: Ownership) -> None:
    await stopped.wait()
    _log.info("worker.stopping")
    try:
        async with asyncio.timeout(_LEAVE_SECONDS):
            await ownership.leave()
    except TimeoutError:
        _log.warning("worker.left_in_haste")  # the others take what is left once the session is closed


async def _die(cluster: Cluster) -> None:
    await cluster.lost.wait()
    _log.warning("worker.begins_anew")
