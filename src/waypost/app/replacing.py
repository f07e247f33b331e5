"""Replacing everything in a running server: with the state after the first start, with a snapshot, or without a user.

A change of a template that is under way ends before, or its last step would bring the template back.
"""

from collections.abc import Awaitable, Callable

from waypost.app.parts import Parts
from waypost.flows.first_start import Start, add_samples, apply_settings
from waypost.flows.platform_time import keep_clock, restore_clock
from waypost.model import NumberId


async def reset(parts: Parts) -> None:
    """Go back to the state after the first start; numbers, tokens and webhooks stay. Requests wait meanwhile."""
    async with parts.maintenance.alone(), parts.flows.templates.review.alone:
        await _reset(parts)


async def _reset(parts: Parts) -> None:
    resources = parts.resources
    _forget(parts)
    await resources.store.reset()
    resources.clock.restore()
    await keep_clock(resources.clock, resources.store)
    await resources.directory.load()
    await parts.load()
    await parts.flows.standings.reset()
    number = resources.directory.number(NumberId(int(resources.settings.number)))
    if number is not None:
        await add_samples(
            number, directory=resources.directory, store=resources.store, receive=parts.receive, keys=resources.keys
        )
    await parts.network.load()


async def erase(parts: Parts, wa_id: str) -> None:
    """Erase a user, files included, and go on with the rest as after a restart. Requests wait meanwhile."""
    resources = parts.resources
    async with parts.maintenance.alone(), parts.flows.templates.review.alone:
        _forget(parts)
        try:
            hashes = await resources.store.erase(wa_id)
        finally:
            await parts.load()
            await parts.take_up()
    for hashed in hashes:
        await parts.flows.shelf.drop_orphan(hashed, resources.store)


async def reload(parts: Parts, start: Start, restore: Callable[[], Awaitable[None]]) -> None:
    """Let `restore` replace what is in the store, then go on with that as after a restart, even if `restore` fails."""
    async with parts.flows.templates.review.alone:
        await _reload(parts, start, restore)


async def _reload(parts: Parts, start: Start, restore: Callable[[], Awaitable[None]]) -> None:
    resources = parts.resources
    _forget(parts)
    try:
        await restore()
    finally:
        await restore_clock(resources.clock, resources.store)
        resources.keys.stay_above(await resources.store.highest_key())
        await resources.directory.load()
        await parts.load()
        await apply_settings(start, resources.directory)
        await parts.take_up()


def _forget(parts: Parts) -> None:
    """Forget everything that is kept in memory only."""
    for kept in (
        parts.messages,
        parts.webhooks,
        parts.troubled,
        parts.webhook_faults,
        parts.network,
        parts.previews,
        parts.messaging_limit,
        parts.flows.accept.screen.meters,
        parts.limits,
        parts.refused,
    ):
        kept.forget()
