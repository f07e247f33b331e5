"""Wiring: makes every part of a process and gives each what it uses. Nothing runs here."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from msgspec import Struct

from waypost.app.factories import DEFAULT, Factories
from waypost.app.flows import Flows, build_flows
from waypost.app.lanes import Work, message_lanes, troubled_lanes, webhook_lanes
from waypost.app.limits import call_limits
from waypost.app.parts import Parts
from waypost.app.queued import Queued
from waypost.app.resources import Resources
from waypost.app.sharing import (
    elsewhere,
    telling_of_attempts,
    telling_of_paces,
    telling_of_phones,
    together_on_platform_time,
)
from waypost.flows.accept import Accept
from waypost.flows.accounts import BusinessAccounts
from waypost.flows.acknowledged import Acknowledged
from waypost.flows.admission import Admission
from waypost.flows.attach import Attach
from waypost.flows.blocks import Blocks
from waypost.flows.deliver import Deliver
from waypost.flows.feed import Feed
from waypost.flows.figures import Figures
from waypost.flows.media_links import MediaLinks
from waypost.flows.media_shelf import MediaShelf
from waypost.flows.messaging_limit import MessagingLimit
from waypost.flows.meters import Meters
from waypost.flows.network_rules import NetworkRules
from waypost.flows.pacing import Pacing
from waypost.flows.preview_pages import PreviewPages
from waypost.flows.previews import Previews
from waypost.flows.receive import Receive
from waypost.flows.recent import Recent
from waypost.flows.refusals import RefusedLately
from waypost.flows.screen import Screen
from waypost.flows.upkeep import Upkeep
from waypost.flows.webhook_faults import WebhookFaults
from waypost.model import Delivery, NumberId, Outbound
from waypost.ports import Announce, Changes, Enqueue
from waypost.ports.cluster import Topic
from waypost.rules.magic import Magic
from waypost.upstreams.simulated.faults import Faults
from waypost.upstreams.simulated.network import Network, one_epoch
from waypost.upstreams.simulated.phones import Phones
from waypost.workers.lanes import Lanes
from waypost.workers.poison import enduring
from waypost.workers.slots import ReleaseSlot

_DAY_MS = 86_400_000


class _Webhooks(Struct, frozen=True):
    """The lanes to the subscribers, and what puts deliveries into them."""

    lanes: Lanes[Delivery]
    troubled: Lanes[Delivery]
    faults: WebhookFaults
    announce: Announce


def build(resources: Resources, factories: Factories = DEFAULT) -> Parts:
    """Make every part of a process; nothing runs yet.

    A message's way is wired from its end to its beginning, since each part is given the one that comes after it: the
    webhooks, what the network reports, the way to the network, and at last the accepting of messages.
    """
    store, clock, directory, keys = resources.store, resources.clock, resources.directory, resources.keys
    relaxed, is_alone = resources.settings.is_relaxed, resources.member is None
    recent, network = factories.recent(), _network(resources, factories)
    shelf, meters = _shelf(resources), _meters(resources)
    counts: Counter[str] = Counter()
    feed = Feed(store, clock, is_alone=is_alone)
    figures = Figures(
        waiting=lambda: webhooks.lanes.held,  # made below; nobody asks before everything is
        accepted=lambda: counts["accepted"],
        written=lambda: store.written,
    )
    notify = telling_of_attempts(resources, _notify(resources, figures, factories))
    webhooks = _webhooks(resources, notify, network.faults, counts)

    receive = _receive(resources, network, recent, meters, webhooks.announce)
    messaging_limit = MessagingLimit(store, directory, clock, lifted=relaxed, is_alone=is_alone)
    magic = network.phones.magic
    blocks = receive.blocks
    clearance = factories.clearance(store, directory, blocks, messaging_limit, magic, clock, windows_lifted=relaxed)
    deliver = factories.deliver(store, network, receive, clearance, _attach(resources, shelf), clock, figures.sends)
    messages = message_lanes(resources, _enduring(deliver), recent.remember)
    offer = elsewhere(resources, Topic.MESSAGES, messages.offer, lambda message: message.number_id)

    accounts = BusinessAccounts(store, clock, rates_lifted=relaxed)
    pacing = Pacing(store, store, accounts, offer=offer, fail=receive.failed)
    telling_of_paces(resources, pacing)
    screen = Screen(directory, shelf, resources.policy, accounts, meters, network, store, pacing, magic, clock)
    queued = _queued(resources)
    admission = Admission(clock, queued.is_full if queued else messages.is_full)
    accept = Accept(store, screen, clock, keys, _enqueue(counts, recent, offer, queued), admission)

    flows = build_flows(resources, accept, receive, network)
    previews = _previews(resources, shelf, feed)
    return Parts(
        resources=resources,
        network=network,
        receive=receive,
        messages=messages,
        webhooks=webhooks.lanes,
        troubled=webhooks.troubled,
        webhook_faults=webhooks.faults,
        flows=flows,
        limits=call_limits(resources),
        feed=feed,
        refused=RefusedLately(clock, lambda: feed.tell("refusals")),
        upkeep=_upkeep(resources, shelf, flows, previews),
        messaging_limit=messaging_limit,
        network_rules=NetworkRules(store, network.marketing, lifted=relaxed),
        previews=previews,
        figures=figures,
        counts=counts,
        queued=queued,
    )


def _webhooks(resources: Resources, notify: Work, faults: Faults, counts: Counter[str]) -> _Webhooks:
    """Return the lanes to the subscribers; what fault rules demand is done on the way into them."""

    async def tell(delivery: Delivery, release: ReleaseSlot) -> int | None:
        due_ms = await notify(delivery, release)
        counts["settled" if due_ms is None else "retried"] += 1
        return due_ms

    async def tell_and_let_go(delivery: Delivery, release: ReleaseSlot) -> int | None:
        due_ms = await tell(delivery, release)
        if due_ms is None:
            webhook_faults.settled(delivery)
        return due_ms

    troubled = troubled_lanes(resources, tell_and_let_go)
    webhook_faults = WebhookFaults(faults, resources.clock, resources.timers, troubled.offer)
    lanes = webhook_lanes(resources, tell, webhook_faults.holds)
    offer = elsewhere(resources, Topic.WEBHOOKS, lanes.offer, lambda delivery: delivery.event.number_id)

    def announce(deliveries: Sequence[Delivery]) -> None:
        for delivery in webhook_faults.take(deliveries) if faults.for_events else deliveries:
            offer(delivery)

    return _Webhooks(lanes, troubled, webhook_faults, announce)


def _receive(resources: Resources, network: Network, recent: Recent, meters: Meters, announce: Announce) -> Receive:
    """Return what takes what the network reports; the network reports to it from then on."""
    store, directory, clock, keys = resources.store, resources.directory, resources.clock, resources.keys
    blocks = Blocks(store, store, clock, windows_lifted=resources.settings.is_relaxed)
    urls, acknowledged, member = resources.urls, Acknowledged(store, network), resources.member
    receive = Receive(store, store, directory, recent, urls, blocks, meters, clock, keys, acknowledged, announce)
    network.connect(receive.statuses, receive.message, store, epoch=member.owned.epoch if member else one_epoch)
    return receive


def _enqueue(counts: Counter[str], recent: Recent, offer: Enqueue, queued: Queued | None) -> Enqueue:
    def enqueue(message: Outbound) -> None:
        counts["accepted"] += 1
        recent.remember(message)
        if message.held_by is not None:
            return
        offer(message)
        if queued is not None:
            queued.accepted(message.number_id)

    return enqueue


def _queued(resources: Resources) -> Queued | None:
    member = resources.member
    if member is None or resources.settings.role != "api":
        return None
    return Queued(member.cluster.waiting_by_number)


def _meters(resources: Resources) -> Meters:
    return Meters(lifted=resources.settings.is_relaxed, together=together_on_platform_time(resources))


def _upkeep(resources: Resources, shelf: MediaShelf, flows: Flows, previews: Previews) -> Upkeep:
    return Upkeep(
        resources.store,
        resources.blobs,
        shelf,
        resources.directory,
        flows.templates.uploads,
        flows.profiles,
        flows.collector,
        previews,
        resources.clock,
        keep_ms=resources.settings.keep_days * _DAY_MS or None,
    )


def _network(resources: Resources, factories: Factories) -> Network:
    def account_of(number_id: NumberId) -> int:
        number = resources.directory.number(number_id)
        return number.waba_id if number else 0

    return factories.network(
        store=resources.store,
        phones=Phones(resources.store, Magic(is_on=resources.settings.magic_numbers == "on"), account_of),
        faults=Faults(),
        clock=resources.clock,
        timers=resources.timers,
        delay_ms=int(1000 * resources.settings.status_delay),
    )


def _shelf(resources: Resources) -> MediaShelf:
    def keeps(number_id: NumberId) -> bool:
        number = resources.directory.number(number_id)
        return number is not None and number.keeps_media

    return MediaShelf(
        resources.store,
        resources.blobs,
        resources.inspector,
        resources.clock,
        resources.keys,
        keeps,
        redirects=resources.settings.media_redirect,
        locks=resources.member.cluster.blob_locks if resources.member else None,
    )


def _attach(resources: Resources, shelf: MediaShelf) -> Attach:
    links = MediaLinks(resources.store, shelf, resources.fetcher, resources.policy, resources.clock)
    return Attach(shelf, links, resources.clock)


def _previews(resources: Resources, shelf: MediaShelf, feed: Feed) -> Previews:
    is_on, tell_others = resources.settings.link_previews == "on", telling_of_phones(resources)

    def tell(phones: set[str]) -> None:
        feed.note(Changes(phones=phones))
        tell_others(phones)

    pages = PreviewPages(shelf, resources.fetcher, resources.policy, resources.clock)
    return Previews(resources.store, shelf, pages, resources.clock, is_on=is_on, tell=tell)


def _enduring(deliver: Deliver) -> Callable[[Outbound], Awaitable[int | None]]:
    return enduring(deliver, deliver.give_up, lambda message: message.key, deliver.clock)


def _notify(resources: Resources, figures: Figures, factories: Factories) -> Work:
    settings = resources.settings
    notify = factories.notify(
        resources.store,
        resources.directory,
        resources.poster,
        figures,
        resources.clock,
        timeout=timedelta(seconds=settings.webhook_timeout_seconds),
        any_2xx=settings.webhook_success == "2xx",
    )
    return enduring(notify, notify.give_up, lambda delivery: delivery.key, resources.clock)
