"""Wiring: makes every part of a process and gives each what it uses. Nothing runs here."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from msgspec import Struct

from waypost.api.core import Flows
from waypost.app.backlog import Backlog
from waypost.app.ground import Ground
from waypost.app.lanes import Work, fullness, message_lanes, troubled_lanes, webhook_lanes
from waypost.app.makers import USUAL, Makers
from waypost.app.ownership import MESSAGES, WEBHOOKS
from waypost.app.parts import Parts
from waypost.app.sharing import (
    counting,
    counting_real_time,
    elsewhere,
    telling_of_attempts,
    telling_of_paces,
    telling_of_phones,
)
from waypost.flows.accept import Accept
from waypost.flows.accounts import BusinessAccounts
from waypost.flows.acknowledged import Acknowledged
from waypost.flows.admission import Admission
from waypost.flows.blocks import Blocks
from waypost.flows.collector import Collector
from waypost.flows.contacts import Contacts
from waypost.flows.deliver import Deliver
from waypost.flows.drawers import OnePerNumber
from waypost.flows.feed import Feed
from waypost.flows.figures import Figures
from waypost.flows.identity import Identities
from waypost.flows.login import FailedLogins, Login
from waypost.flows.mark_read import MarkRead
from waypost.flows.media import MediaShelf
from waypost.flows.media_limits import MediaLimits
from waypost.flows.messaging_limit import MessagingLimit
from waypost.flows.meters import Meters
from waypost.flows.mischief import Mischief
from waypost.flows.network_rules import NetworkRules
from waypost.flows.pacing import Pacing
from waypost.flows.previews import Previews
from waypost.flows.receive import Receive, Recent
from waypost.flows.refusals import RefusedLately
from waypost.flows.registration import Registration
from waypost.flows.request_rates import RequestRates
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
from waypost.ports import Announce, Enqueue
from waypost.rules.magic import Magic
from waypost.rules.rates import ONPREM_MESSAGES, ONPREM_OTHERS
from waypost.upstreams.simulated.faults import Faults
from waypost.upstreams.simulated.network import Network, for_ever
from waypost.upstreams.simulated.phones import Phones
from waypost.wire.automation import Automation
from waypost.wire.profile import Profile
from waypost.workers.lanes import Lanes
from waypost.workers.places import Leave
from waypost.workers.poison import enduring

_DAY_MS = 86_400_000


class _Webhooks(Struct, frozen=True):
    """The lanes to the subscribers, and what puts deliveries into them."""

    lanes: Lanes[Delivery]
    troubled: Lanes[Delivery]
    mischief: Mischief
    announce: Announce


def build(ground: Ground, makers: Makers = USUAL) -> Parts:
    """Make every part of a process; nothing runs yet.

    A message's way is wired from its end to its beginning, since each part is given the one that comes after it: the
    webhooks, what the network reports, the way to the network, and at last the accepting of messages.
    """
    store, clock, relaxed = ground.store, ground.clock, ground.settings.rules == "relaxed"
    recent, network, shelf, meters = makers.recent(), _network(ground, makers), _shelf(ground), _meters(ground)
    counts: Counter[str] = Counter()
    feed = Feed(store, clock, shared=ground.shared is not None)
    figures = Figures(
        waiting=lambda: webhooks.lanes.held,  # made below; nobody asks before everything is
        accepted=lambda: counts["accepted"],
        written=lambda: store.written,
    )
    notify = telling_of_attempts(ground, _notify(ground, figures, makers))
    webhooks = _webhooks(ground, notify, network.faults, counts)

    blocks = Blocks(store, store, clock, windows_lifted=relaxed)
    announce = webhooks.announce
    acknowledged = Acknowledged(store, network)
    receive = Receive(
        store, store, ground.directory, recent, ground.urls, blocks, meters, clock, ground.keys, acknowledged, announce
    )
    network.connect(receive.statuses, receive.message, store, era=ground.reign.era if ground.reign else for_ever)

    messaging_limit = MessagingLimit(store, ground.directory, clock, lifted=relaxed, is_alone=ground.shared is None)
    magic = network.phones.magic
    clearance = makers.clearance(store, ground.directory, blocks, messaging_limit, magic, clock, windows_lifted=relaxed)
    deliver = makers.deliver(store, network, shelf, receive, clearance, clock, figures.sends)
    messages = message_lanes(ground, _enduring(deliver), recent.remember)
    offer = elsewhere(ground, MESSAGES, messages.offer, lambda message: message.number_id)

    accounts = BusinessAccounts(store, clock, rates_lifted=relaxed)
    pacing = Pacing(store, store, accounts, offer=offer, fail=receive.failed)
    telling_of_paces(ground, pacing)
    screen = Screen(ground.directory, shelf, accounts, meters, network, store, pacing, magic, clock)
    backlog = _backlog(ground)
    admission = Admission(clock, backlog.is_full if backlog else fullness(messages))
    accept = Accept(store, screen, clock, ground.keys, _enqueue(counts, recent, offer, backlog), admission)

    flows = _flows(ground, accept, receive, network, figures, feed)
    previews = _previews(ground, shelf, feed)
    return Parts(
        ground=ground,
        network=network,
        receive=receive,
        messages=messages,
        webhooks=webhooks.lanes,
        troubled=webhooks.troubled,
        mischief=webhooks.mischief,
        flows=flows,
        feed=feed,
        upkeep=_upkeep(ground, shelf, flows, previews),
        messaging_limit=messaging_limit,
        network_rules=NetworkRules(store, network.marketing, lifted=relaxed),
        previews=previews,
        counts=counts,
        backlog=backlog,
    )


def _webhooks(ground: Ground, notify: Work, faults: Faults, counts: Counter[str]) -> _Webhooks:
    """Return the lanes to the subscribers; what fault rules demand is done on the way into them."""

    async def tell(delivery: Delivery, leave: Leave) -> int | None:
        due_ms = await notify(delivery, leave)
        counts["settled" if due_ms is None else "retried"] += 1
        return due_ms

    async def tell_and_let_go(delivery: Delivery, leave: Leave) -> int | None:
        due_ms = await tell(delivery, leave)
        if due_ms is None:
            mischief.settled(delivery)
        return due_ms

    troubled = troubled_lanes(ground, tell_and_let_go)
    mischief = Mischief(faults, ground.clock, ground.timers, troubled.offer)
    lanes = webhook_lanes(ground, tell, mischief.holds)
    offer = elsewhere(ground, WEBHOOKS, lanes.offer, lambda delivery: delivery.event.number_id)

    def announce(deliveries: Sequence[Delivery]) -> None:
        for delivery in mischief.take(deliveries) if faults.for_events else deliveries:
            offer(delivery)

    return _Webhooks(lanes, troubled, mischief, announce)


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
    return Meters(lifted=ground.settings.rules == "relaxed", together=counting(ground))


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


def _previews(ground: Ground, shelf: MediaShelf, feed: Feed) -> Previews:
    is_on = ground.settings.link_previews == "on"
    return Previews(ground.store, shelf, is_on=is_on, tell=feed.note, tell_others=telling_of_phones(ground))


def _enduring(deliver: Deliver) -> Callable[[Outbound], Awaitable[int | None]]:
    return enduring(deliver, deliver.give_up, lambda message: message.key, deliver.clock)


def _notify(ground: Ground, figures: Figures, makers: Makers) -> Work:
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


def _flows(ground: Ground, accept: Accept, receive: Receive, network: Network, figures: Figures, feed: Feed) -> Flows:
    """Return what the faces translate to."""
    relaxed = ground.settings.rules == "relaxed"
    store, clock = ground.store, ground.clock
    users = Users(store, ground.directory, clock)
    failed_logins = FailedLogins(clock, counting_real_time(ground))
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
        login=Login(ground.directory, clock, failed_logins, users, ground.settings.first_login),
        users=users,
        contacts=_contacts(ground, receive, network),
        identities=identities,
        figures=figures,
        collector=Collector(store, receive.recent, clock),
        notice=receive.notice,
        monitoring_key=ground.settings.monitoring_key,
        providers_masked=ground.settings.mask_providers,
        store=ground.store,
        blocks=receive.blocks,
        profiles=OnePerNumber(ground.store, "profile", Profile),
        templates=_templates(ground, receive, accept.screen.shelf, accept.screen.pacing),
        automations=OnePerNumber(ground.store, "automation", Automation),
        accounts=accept.screen.accounts,
        registration=Registration(ground.directory, ground.store, ground.clock),
        standings=Standings(ground.directory, accept.screen.accounts, receive.notice, ground.clock),
        usage=Usage(ground.directory, ground.clock, lifted=relaxed, together=counting(ground)),
        onprem_requests=RequestRates(ground.clock, messages=ONPREM_MESSAGES, others=ONPREM_OTHERS, lifted=relaxed),
        clock=ground.clock,
        rates_lifted=relaxed,
        strict_plus=ground.settings.strict_plus,
        media_limits=MediaLimits(ground.clock, lifted=relaxed, together=counting(ground)),
        refused=RefusedLately(ground.clock, lambda: feed.tell("refusals")),
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
