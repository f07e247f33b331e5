"""What runs: the flows, the embedded network and the lanes, put together over the ground."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from msgspec import Struct, field

from waypost.api.control.routes import WATCHERS
from waypost.api.faces import Flows
from waypost.api.interlude import Interlude
from waypost.app.backlog import Backlog
from waypost.app.ground import Ground
from waypost.app.headroom import watch_disk
from waypost.app.lanes import fullness, message_lanes, troubled_lanes, webhook_lanes
from waypost.app.makers import USUAL, Makers
from waypost.app.ownership import MESSAGES, WEBHOOKS, Ownership
from waypost.app.sharing import elsewhere, sharing, telling_of_phones
from waypost.flows.accept import Accept
from waypost.flows.accounts import BusinessAccounts
from waypost.flows.admission import Admission
from waypost.flows.automation import Automations
from waypost.flows.blocks import Blocks
from waypost.flows.collector import Collector
from waypost.flows.contacts import Contacts
from waypost.flows.deliver import Deliver
from waypost.flows.figures import Figures
from waypost.flows.identity import Identities
from waypost.flows.login import FailedLogins, Login
from waypost.flows.mark_read import MarkRead
from waypost.flows.media import MediaShelf
from waypost.flows.media_limits import MediaLimits
from waypost.flows.meters import Meters, Together
from waypost.flows.mischief import Mischief
from waypost.flows.network_rules import NetworkRules
from waypost.flows.pacing import Pacing
from waypost.flows.previews import IN_FLIGHT, Previews
from waypost.flows.profile import Profiles
from waypost.flows.reach import Reach
from waypost.flows.receive import Receive, Recent
from waypost.flows.refused import RefusedLately
from waypost.flows.registration import Registration
from waypost.flows.screen import Screen
from waypost.flows.standing import Standings
from waypost.flows.subscribe import Subscribe
from waypost.flows.template_review import Review
from waypost.flows.templates import Templates
from waypost.flows.upkeep import Upkeep
from waypost.flows.uploads import Uploads
from waypost.flows.usage import Usage
from waypost.flows.users import Users
from waypost.lib.fetch_on_demand import FetcherOnDemand
from waypost.model import Delivery, NumberId, Outbound
from waypost.ports import Enqueue
from waypost.rules.magic import Magic
from waypost.upstreams.simulated.faults import Faults
from waypost.upstreams.simulated.network import Network, for_ever
from waypost.upstreams.simulated.phones import Phones
from waypost.workers.lanes import Lanes
from waypost.workers.poison import enduring, separating
from waypost.workers.rounds import forgiving, now_and_then, patient, rounds

_TIDY_EVERY = timedelta(hours=1)
_SWEEP_EVERY = timedelta(days=1)
_DAY_MS = 86_400_000
_PAUSE_SECONDS = 0.02  # between two steps, so that requests never wait behind more than one
_FIRST_SHARD = 0  # whose owner does what is to be done once


class Parts(Struct, frozen=True):
    """What runs."""

    ground: Ground
    network: Network
    receive: Receive
    messages: Lanes[Outbound]
    webhooks: Lanes[Delivery]
    troubled: Lanes[Delivery]
    """Webhooks that fault rules have had their hands on."""
    mischief: Mischief
    flows: Flows
    upkeep: Upkeep
    reach: Reach
    network_rules: NetworkRules
    previews: Previews
    counts: Counter[str]
    """What happened since the start, for the metrics."""
    backlog: Backlog | None = None
    """What waits for workers, in a process that only accepts."""
    interlude: Interlude = field(default_factory=lambda: Interlude(WATCHERS))
    """Keeps requests out while everything is replaced."""

    ownership: Ownership | None = None
    """How the work is shared, in a worker."""

    async def load(self) -> None:
        """Read anew what is kept in memory of numbers and accounts."""
        await self.flows.blocks.load(self.ground.directory)
        await self.flows.accounts.load(self.ground.directory)
        await self.flows.accept.screen.pacing.load()
        await self.network_rules.load()

    def go_on(self) -> None:
        """Deliver what had to wait while its number's webhooks rested."""
        self.webhooks.go_on()
        self.troubled.go_on()

    async def take_up(self) -> None:
        """Take up what waits in the database, webhooks first: messages that end as they start have webhooks."""
        await self.webhooks.start()
        await self.messages.start()
        await self.network.load()
        self.flows.templates.review.load()

    async def run(self) -> None:
        """Run what runs for ever; raises the first bug that ends any of it."""
        review, previews, clock = self.flows.templates.review, self.previews, self.ground.clock
        preview = separating(previews.fetch, lambda asked: asked.number_id)
        await first_to_end(
            self.tell(),
            rounds(review.due, review.decide, clock),
            *(rounds(previews.next, preview, clock) for _ in range(IN_FLIGHT)),
            self.messages.failure(),
            self.webhooks.failure(),
            self.troubled.failure(),
            watch_disk(self.ground.settings, self.flows.accept.admission, clock),
            *([self.backlog.watch(clock)] if self.backlog else []),
            *([self._tidy()] if self.ground.shared is None or self.ownership else []),
            *sharing(self.ground, self.ownership, patient(self._reload, clock), previews.fetched_for),
        )

    def tell(self) -> Awaitable[None]:
        """Return what lets the embedded network tell what it has to tell, for ever."""
        advance = separating(self.network.advance, lambda carried: carried.token)
        if self.ownership is not None:
            advance = self.ownership.alone(advance, lambda carried: carried.number_id)
        return rounds(self.network.due, advance, self.ground.clock)

    async def _reload(self) -> None:
        await self.ground.directory.load()
        await self.load()
        self.go_on()

    async def _tidy(self) -> None:
        if self.ownership is not None:
            await self.ownership.settled.wait()
        await asyncio.gather(
            now_and_then(forgiving("upkeep", self._once(self.upkeep)), self.ground.clock, _TIDY_EVERY),
            now_and_then(forgiving("rates", self._once(self._drop_past_rates)), self.ground.clock, _TIDY_EVERY),
            now_and_then(forgiving("orphans", self._once(self.upkeep.drop_orphans)), self.ground.clock, _SWEEP_EVERY),
        )

    async def _drop_past_rates(self) -> None:
        shared, clock = self.ground.shared, self.ground.clock
        while shared is not None and await shared.arrivals.drop_past(clock.now_ms()):
            await clock.pause(_PAUSE_SECONDS)

    def _once(self, work: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        """Return `work` that only one of several processes does."""
        reign = self.ground.reign

        async def do() -> None:
            if reign is None or _FIRST_SHARD in reign.shards:
                await work()

        return do


def build(ground: Ground, makers: Makers = USUAL) -> Parts:
    """Put the flows, the network and the lanes together; nothing runs yet."""
    store, clock, relaxed = ground.store, ground.clock, ground.settings.rules == "relaxed"
    recent, network, shelf = makers.recent(), _network(ground, makers), _shelf(ground)
    counts: Counter[str] = Counter()
    backlog = _backlog(ground)
    magic = network.phones.magic
    figures = Figures(
        waiting=lambda: webhooks.held,
        accepted=lambda: counts["accepted"],
        written=lambda: store.written,
    )
    notify = _notify(ground, figures, makers)

    async def tell(delivery: Delivery) -> int | None:
        due_ms = await notify(delivery)
        counts["settled" if due_ms is None else "retried"] += 1
        return due_ms

    async def tell_and_let_go(delivery: Delivery) -> int | None:
        due_ms = await tell(delivery)
        if due_ms is None:
            mischief.settled(delivery)
        return due_ms

    troubled, faults = troubled_lanes(ground, tell_and_let_go), network.faults
    mischief = Mischief(faults, clock, ground.timers, troubled.offer)
    webhooks = webhook_lanes(ground, tell, mischief.holds)

    offer_webhook = elsewhere(ground, WEBHOOKS, webhooks.offer, lambda delivery: delivery.event.number_id)

    def announce(deliveries: Sequence[Delivery]) -> None:
        for delivery in mischief.take(deliveries) if faults.for_events else deliveries:
            offer_webhook(delivery)

    blocks = Blocks(store, store, clock, windows_lifted=relaxed)
    meters = _meters(ground)
    receive = Receive(store, store, ground.directory, recent, ground.urls, blocks, meters, clock, ground.keys, announce)
    network.connect(receive.statuses, receive.message, store, era=ground.reign.era if ground.reign else for_ever)
    reach = Reach(store, ground.directory, clock, lifted=relaxed, is_alone=ground.shared is None)
    clearance = makers.clearance(store, ground.directory, blocks, reach, magic, clock, windows_lifted=relaxed)
    deliver = _enduring(makers.deliver(store, network, shelf, receive, clearance, clock, figures.sends))
    messages = message_lanes(ground, deliver, recent.remember)
    offer_message = elsewhere(ground, MESSAGES, messages.offer, lambda message: message.number_id)

    enqueue = _enqueue(counts, recent, offer_message, backlog)
    accounts = BusinessAccounts(store, clock, rates_lifted=relaxed)
    pacing = Pacing(store, store, accounts, offer=offer_message, fail=receive.failed)
    screen = Screen(ground.directory, shelf, accounts, meters, network, store, pacing, magic, clock)
    admission = Admission(clock, backlog.is_full if backlog else fullness(messages))
    accept = Accept(store, screen, clock, ground.keys, enqueue, admission)
    flows = _flows(ground, accept, receive, network, figures)
    is_on = ground.settings.link_previews == "on"
    previews = Previews(store, shelf, is_on=is_on, tell_others=telling_of_phones(ground))
    upkeep, rules = _upkeep(ground, shelf, flows, previews), NetworkRules(store, network.marketing, lifted=relaxed)
    return Parts(
        ground, network, receive, messages, webhooks, troubled, mischief, flows, upkeep, reach, rules, previews,
        counts, backlog,
    )  # fmt: skip


def _enqueue(counts: Counter[str], recent: Recent, offer: Enqueue, backlog: Backlog | None) -> Enqueue:
    def enqueue(message: Outbound) -> None:
        counts["accepted"] += 1
        recent.remember(message)
        if message.held_by is not None:
            return
        offer(message)
        if backlog is not None:
            backlog.accepted(message.number_id)

    return enqueue


def _backlog(ground: Ground) -> Backlog | None:
    return Backlog(ground.shared) if ground.shared is not None and ground.settings.role == "api" else None


def _meters(ground: Ground) -> Meters:
    return Meters(lifted=ground.settings.rules == "relaxed", together=_together(ground))


def _together(ground: Ground) -> Together | None:
    return Together(ground.shared.arrivals, ground.clock.seen_at) if ground.shared else None


def _upkeep(ground: Ground, shelf: MediaShelf, flows: Flows, previews: Previews) -> Upkeep:
    return Upkeep(
        ground.store,
        ground.blobs,
        shelf,
        ground.directory,
        flows.templates.uploads,
        flows.profiles,
        flows.collector,
        previews,
        ground.clock,
        keep_ms=ground.settings.keep_days * _DAY_MS or None,
    )


def _network(ground: Ground, makers: Makers) -> Network:
    def account_of(number_id: NumberId) -> int:
        number = ground.directory.number(number_id)
        return number.waba_id if number else 0

    return makers.network(
        store=ground.store,
        phones=Phones(ground.store, Magic(is_on=ground.settings.magic_numbers == "on"), account_of),
        faults=Faults(),
        clock=ground.clock,
        timers=ground.timers,
        delay_ms=int(1000 * ground.settings.status_delay),
    )


def _shelf(ground: Ground) -> MediaShelf:
    def keeps(number_id: NumberId) -> bool:
        number = ground.directory.number(number_id)
        return number is not None and number.keeps_media

    fetcher = FetcherOnDemand(ground.policy)
    return MediaShelf(
        ground.store,
        ground.blobs,
        fetcher,
        ground.policy,
        ground.inspector,
        ground.clock,
        ground.keys,
        keeps,
        redirects=ground.settings.media_redirect,
    )


def _enduring(deliver: Deliver) -> Callable[[Outbound], Awaitable[int | None]]:
    return enduring(deliver, deliver.give_up, lambda message: message.key, deliver.clock)


def _notify(ground: Ground, figures: Figures, makers: Makers) -> Callable[[Delivery], Awaitable[int | None]]:
    settings = ground.settings
    notify = makers.notify(
        ground.store,
        ground.directory,
        ground.poster,
        figures,
        ground.clock,
        timeout=timedelta(seconds=settings.webhook_timeout_seconds),
        any_2xx=settings.webhook_success == "2xx",
    )
    return enduring(notify, notify.give_up, lambda delivery: delivery.key, ground.clock)


def _flows(ground: Ground, accept: Accept, receive: Receive, network: Network, figures: Figures) -> Flows:
    """Return what the faces translate to."""
    relaxed = ground.settings.rules == "relaxed"
    store, clock = ground.store, ground.clock
    users = Users(store, ground.directory, clock)
    identities = Identities(
        store, ground.directory, store, network, keys=ground.keys, clock=clock, notice=receive.notice
    )
    return Flows(
        accept=accept,
        mark_read=MarkRead(store, network),
        subscribe=Subscribe(ground.directory, ground.poster, ground.policy, network.faults.fails_handshake),
        faults=network.faults,
        shelf=accept.screen.shelf,
        urls=ground.urls,
        directory=ground.directory,
        login=Login(ground.directory, ground.clock, FailedLogins(ground.clock), users, ground.settings.first_login),
        users=users,
        contacts=_contacts(ground, receive, network),
        identities=identities,
        figures=figures,
        collector=Collector(store, receive.recent, clock),
        notice=receive.notice,
        monitoring_key=ground.settings.monitoring_key,
        providers_masked=ground.settings.mask_providers,
        records=ground.store,
        documents=ground.store,
        blocks=receive.blocks,
        profiles=Profiles.over(ground.store),
        templates=_templates(ground, receive, accept.screen.shelf, accept.screen.pacing),
        automations=Automations.over(ground.store),
        accounts=accept.screen.accounts,
        registration=Registration(ground.directory, ground.store, ground.clock),
        standings=Standings(ground.directory, accept.screen.accounts, receive, ground.clock),
        usage=Usage(ground.directory, ground.clock, lifted=relaxed),
        clock=ground.clock,
        rates_lifted=relaxed,
        strict_plus=ground.settings.strict_plus,
        media_limits=MediaLimits(ground.clock, lifted=relaxed, together=_together(ground)),
        refused=RefusedLately(ground.clock),
    )


def _contacts(ground: Ground, receive: Receive, network: Network) -> Contacts:
    return Contacts(
        ground.store,
        ground.store,
        ground.clock,
        is_on_whatsapp=lambda wa_id: network.phones.get(wa_id).on_whatsapp,
        notice=receive.notice,
        strict_plus=ground.settings.strict_plus,
    )


def _templates(ground: Ground, receive: Receive, shelf: MediaShelf, pacing: Pacing) -> Templates:
    delay_ms = int(1000 * ground.settings.template_review_seconds)
    return Templates(
        ground.directory,
        ground.store,
        Uploads(ground.store, shelf, ground.clock),
        Review(ground.directory, receive, pacing, clock=ground.clock, timers=ground.timers, delay_ms=delay_ms),
        ground.clock,
        ground.keys,
        limits_lifted=ground.settings.rules == "relaxed",
    )


async def first_to_end(*work: Awaitable[object]) -> None:
    """Wait for the first to end, end the others, and raise what ended it if that was an error."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
