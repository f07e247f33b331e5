"""What runs: the parts of a process, how they are started and what keeps them going."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial

from msgspec import Struct, field

from waypost.api.control.health import WATCHERS
from waypost.api.maintenance import Maintenance
from waypost.app.flows import Flows
from waypost.app.headroom import watch_disk
from waypost.app.limits import CallLimits
from waypost.app.ownership import Ownership
from waypost.app.queued import Queued
from waypost.app.resources import Resources
from waypost.app.sharing import drop_past_rates, sharing
from waypost.flows.feed import Feed
from waypost.flows.figures import Figures
from waypost.flows.messaging_limit import MessagingLimit
from waypost.flows.network_rules import NetworkRules
from waypost.flows.previews import IN_FLIGHT, Previews
from waypost.flows.receive import Receive
from waypost.flows.refusals import RefusedLately
from waypost.flows.upkeep import Upkeep
from waypost.flows.webhook_faults import WebhookFaults
from waypost.lib.racing import first_to_end
from waypost.model import Delivery, EventKey, Outbound
from waypost.ports import Changes
from waypost.ports.cluster import Topic
from waypost.upstreams.simulated.network import Network
from waypost.workers.lanes import Lanes
from waypost.workers.poison import separating
from waypost.workers.rounds import forgiving, now_and_then, patient, rounds

_TIDY_EVERY = timedelta(hours=1)
_SWEEP_EVERY = timedelta(days=1)
_LATE_MS = 2_000  # after the process that took a template should have decided
_FIRST_SHARD = 0  # its owner does what is to be done once for all processes


class Parts(Struct, frozen=True):
    """The parts of one process. Made by `wiring.build`, used on one event loop."""

    resources: Resources
    network: Network
    receive: Receive
    messages: Lanes[Outbound]
    webhooks: Lanes[Delivery]
    troubled: Lanes[Delivery]
    """The lanes of webhooks that a fault rule delays, joins, repeats or drops."""
    webhook_faults: WebhookFaults
    flows: Flows
    limits: CallLimits
    feed: Feed
    refused: RefusedLately
    upkeep: Upkeep
    messaging_limit: MessagingLimit
    network_rules: NetworkRules
    previews: Previews
    figures: Figures
    counts: Counter[str]
    """What happened since the start, for the metrics: `accepted`, `settled`, `retried`."""
    queued: Queued | None = None
    """How much waits for the workers; only in a process that accepts and leaves delivering to them."""
    maintenance: Maintenance = field(default_factory=lambda: Maintenance(WATCHERS))
    """Keeps requests out while everything is replaced: a reset, a snapshot."""
    ownership: Ownership | None = None
    """Which shards this process works for; only in a worker."""

    async def load(self) -> None:
        """Read from the store what is kept in memory of numbers and accounts: blocks, accounts, pacing, rules."""
        await self.flows.blocks.load(self.resources.directory)
        await self.flows.accounts.load(self.resources.directory)
        await self.flows.accept.screen.pacing.load()
        await self.network_rules.load()

    def go_on(self) -> None:
        """Deliver what waited while the webhooks of its number were paused."""
        self.webhooks.go_on()
        self.troubled.go_on()

    async def take_up(self) -> None:
        """Go on with what waits in the database.

        Webhooks first: a message may end as soon as it is taken up, and that makes a webhook.
        """
        await self.webhooks.start()
        await self.messages.start()
        await self.network.load()
        self._watch_reviews()

    async def run(self) -> None:
        """Run for ever; raises the first bug that ends any part of it."""
        review, previews, clock = self.flows.templates.review, self.previews, self.resources.clock
        preview = separating(previews.fetch, lambda asked: asked.number_id)
        await first_to_end(
            self.tell(),
            rounds(review.due, review.decide, clock),
            *(rounds(previews.next, preview, clock) for _ in range(IN_FLIGHT)),
            self.messages.failure(),
            self.webhooks.failure(),
            self.troubled.failure(),
            watch_disk(self.resources.settings, self.flows.accept.admission, clock),
            *([self.queued.watch(clock)] if self.queued else []),
            *([self._tidy()] if self.resources.member is None or self.ownership else []),
            *sharing(self.resources, self.ownership, patient(self._reload, clock), self._on_hint()),
        )

    def tell(self) -> Awaitable[None]:
        """Return the loop in which the embedded network moves messages on and reports their statuses."""
        advance = separating(self.network.advance, lambda carried: carried.token)
        if self.ownership is not None:
            advance = self.ownership.alone(advance, lambda carried: carried.number_id)
        return rounds(self.network.due, advance, self.resources.clock)

    def _on_hint(self) -> Mapping[Topic, Callable[[frozenset[int]], None]]:
        note = self.feed.note
        return {
            Topic.PHONES: lambda named: note(Changes(phones=set(map(str, named)))),
            Topic.PACES: self.flows.accept.screen.pacing.have_begun,
            Topic.TRIED: lambda named: note(Changes(deliveries=set(map(EventKey, named)))),
            Topic.TRIED_FURTHER: lambda named: note(Changes(further=set(map(EventKey, named)))),
        }

    async def _reload(self) -> None:
        await self.resources.directory.load()
        await self.load()
        self.go_on()
        if self.ownership is None:
            self._watch_reviews()

    def _watch_reviews(self) -> None:
        """Have templates decided on that no process has decided on in time."""
        self.flows.templates.review.load(late_ms=_LATE_MS if self.resources.member else 0)

    async def _tidy(self) -> None:
        if self.ownership is not None:
            await self.ownership.settled.wait()
        drop_past = partial(drop_past_rates, self.resources)
        await asyncio.gather(
            now_and_then(forgiving("upkeep", self._once(self.upkeep)), self.resources.clock, _TIDY_EVERY),
            now_and_then(forgiving("rates", self._once(drop_past)), self.resources.clock, _TIDY_EVERY),
            now_and_then(
                forgiving("orphans", self._once(self.upkeep.drop_orphans)), self.resources.clock, _SWEEP_EVERY
            ),
        )

    def _once(self, work: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        """Return `work` as something that only one of several processes does: the owner of the first shard."""
        member = self.resources.member

        async def do() -> None:
            if member is None or _FIRST_SHARD in member.owned.shards:
                await work()

        return do
