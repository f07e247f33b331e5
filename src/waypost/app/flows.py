"""Flows: the jobs that several faces offer, or that a process does by itself too.

What one face alone uses is made where its topics are, in `app/faces/`.
"""

from msgspec import Struct

from waypost.app.resources import Resources
from waypost.flows.accept import Accept
from waypost.flows.accounts import BusinessAccounts
from waypost.flows.blocks import Blocks
from waypost.flows.collector import Collector
from waypost.flows.documents import OnePerNumber
from waypost.flows.identity import Identities
from waypost.flows.mark_read import MarkRead
from waypost.flows.media_shelf import MediaShelf
from waypost.flows.pacing import Pacing
from waypost.flows.receive import Receive
from waypost.flows.registration import Registration
from waypost.flows.standing import Standings
from waypost.flows.subscribe import Subscribe
from waypost.flows.template_review import Review
from waypost.flows.templates import Templates
from waypost.flows.uploads import Uploads
from waypost.upstreams.simulated.network import Network
from waypost.wire.automation import Automation
from waypost.wire.profile import Profile


class Flows(Struct, frozen=True):
    """The flows, beside those that a message goes through on its way."""

    accept: Accept
    mark_read: MarkRead
    subscribe: Subscribe
    shelf: MediaShelf
    identities: Identities
    blocks: Blocks
    templates: Templates
    accounts: BusinessAccounts
    registration: Registration
    standings: Standings
    profiles: OnePerNumber[Profile]
    automations: OnePerNumber[Automation]
    collector: Collector


def build_flows(resources: Resources, accept: Accept, receive: Receive, network: Network) -> Flows:
    """Return the flows; `accept` and `receive` bring those that they use themselves."""
    store, directory, clock = resources.store, resources.directory, resources.clock
    notice, screen = receive.notice, accept.screen
    return Flows(
        accept=accept,
        mark_read=MarkRead(store, network),
        subscribe=Subscribe(directory, resources.poster, resources.policy, network.faults.fails_handshake),
        shelf=screen.shelf,
        identities=Identities(store, directory, store, network, keys=resources.keys, clock=clock, notice=notice),
        blocks=receive.blocks,
        templates=_templates(resources, receive, screen.shelf, screen.pacing),
        accounts=screen.accounts,
        registration=Registration(directory, store, clock),
        standings=Standings(directory, screen.accounts, notice, clock),
        profiles=OnePerNumber(store, "profile", Profile),
        automations=OnePerNumber(store, "automation", Automation),
        collector=Collector(store, receive.recent, clock),
    )


def _templates(resources: Resources, receive: Receive, shelf: MediaShelf, pacing: Pacing) -> Templates:
    delay_ms = int(1000 * resources.settings.template_review_seconds)
    return Templates(
        resources.directory,
        resources.store,
        Uploads(resources.store, shelf, resources.clock),
        Review(resources.directory, receive, pacing, clock=resources.clock, timers=resources.timers, delay_ms=delay_ms),
        resources.clock,
        resources.keys,
        limits_lifted=resources.settings.is_relaxed,
        is_alone=resources.member is None,
    )
