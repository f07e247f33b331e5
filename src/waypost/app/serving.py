"""Start the server, listen, go back to the start on demand, and stop in order."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack

from msgspec.structs import replace

from waypost import registry
from waypost.api.server import Server
from waypost.app.faces import application
from waypost.app.faces.control import Operator, control_face
from waypost.app.parts import Parts
from waypost.app.resources import Resources, once, open_resources
from waypost.app.wiring import build
from waypost.flows.first_start import PreparedNumber, Start, prepare_number
from waypost.flows.restart import forget_callbacks
from waypost.lib import log, note, tls
from waypost.lib.ids import new_secret
from waypost.lib.poster import Poster
from waypost.lib.racing import first_to_end
from waypost.model import NumberId
from waypost.settings import ReadyInfo, Settings

_log = log.Log("waypost")

# One after another they stay within the 10 s that supervisors give a process before they kill it.
_DRAIN_SECONDS = 4.0  # for requests that are being answered, and a second more for those that are cut off
_LANE_SECONDS = 2.0  # for what is at work in the lanes of either kind; all of it is tried again after the next start
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


async def serve(settings: Settings, tell: Callable[[ReadyInfo], None]) -> None:
    """Run the server until SIGINT or SIGTERM; `tell` is called once it is ready."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as stack:
        parts, ready = await start(settings, stack)
        tell(ready)
        await first_to_end(stopped.wait(), parts.run())
        _log.info("server.stopping")


async def start(settings: Settings, stack: AsyncExitStack) -> tuple[Parts, ReadyInfo]:
    """Start every part but the network's loop; `stack` closes them in the reverse order.

    A process that only accepts owns no number, so that it reads nothing of what waits.
    """
    log.configure(settings.log_level, settings.log_format)
    resources = await open_resources(settings, stack, settings.role)
    parts = build(resources)
    async with once(resources.store.cluster):
        prepared = await _prepare(parts)
    stack.push_async_callback(parts.messages.stop, _LANE_SECONDS)
    stack.push_async_callback(parts.webhooks.stop, _LANE_SECONDS)
    stack.push_async_callback(parts.troubled.stop, _LANE_SECONDS)
    await parts.take_up()
    next_start = replace(_start_of(settings), token=prepared.token or None)
    server, operator = await _listen(parts, next_start, stack)
    scheme = "https" if settings.tls else "http"
    base_url = f"{scheme}://{_reachable(settings.host)}:{server.port}"
    ready = ReadyInfo(
        base_url=base_url,
        phone_number_id=settings.number,
        token=prepared.token,
        app_secret=prepared.number.app_secret,
        admin_token=operator.admin_token,
        console_url=f"{base_url}/_waypost/login?token={operator.login_token}",
    )
    left = note.Note(base_url, operator.local_key)
    note.leave(settings.data, left)
    stack.callback(note.take_away, settings.data, left)
    resources.urls.base_url = settings.public_url or base_url
    resources.own_addresses.update((name, server.port) for name in {settings.host, *_LOOPBACK, *settings.names})
    _log.info("server.ready", base_url=base_url)
    return parts, ready


async def _prepare(parts: Parts) -> PreparedNumber:
    """Read what is stored, and make what the first request needs."""
    resources = parts.resources
    await resources.directory.load()
    await parts.load()
    await forget_callbacks(resources.store, resources.directory)
    return await prepare_number(
        _start_of(resources.settings),
        directory=resources.directory,
        store=resources.store,
        receive=parts.receive,
        keys=resources.keys,
    )


async def _listen(parts: Parts, start: Start, stack: AsyncExitStack) -> tuple[Server, Operator]:
    """Listen, once everything that answers requests is there."""
    settings, resources = parts.resources.settings, parts.resources
    operator = Operator(settings.admin_token or new_secret(), new_secret(), new_secret(), settings.admin_password)
    control = control_face(parts, operator, start=start, poster=_operators_poster(resources, stack))
    app = application(parts, control)
    server = Server(
        app,
        host=settings.host,
        port=settings.port,
        names=settings.names,
        tls=tls.server_context(settings.data, resources.clock) if settings.tls else None,
        words=app,
    )
    await server.start()
    stack.push_async_callback(server.stop, within_seconds=_DRAIN_SECONDS)
    stack.callback(parts.feed.end)  # before: nobody would wait for the end of a feed
    return server, operator


def _operators_poster(resources: Resources, stack: AsyncExitStack) -> Poster:
    """Return what asks the webhooks that the operator sets, wherever they are."""
    poster: Poster = registry.load(registry.POSTERS["asyncio"])(resources.clock)
    stack.push_async_callback(poster.aclose)
    return poster


def _start_of(settings: Settings) -> Start:
    return Start(
        number_id=NumberId(int(settings.number)),
        token=settings.token,
        app_secret=settings.app_secret,
        callback_dialect=settings.callback_dialect,
        webhook_url=settings.webhook,
        graph_version=settings.graph_version,
        webhook_shape=settings.webhook_shape,
        pseudo_numbers=settings.hidden_users == "pseudo",
        is_alone=settings.role == "all",
    )


def _reachable(host: str) -> str:
    """Return the name under which this machine reaches the server."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared with, not bound to
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
