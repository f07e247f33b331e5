"""Builds Waypost's own face out of what it works on."""

from collections.abc import Callable
from dataclasses import dataclass, field

from waypost.api.control.accounts import AccountControl
from waypost.api.control.endpoints import Endpoints
from waypost.api.control.errors import Errors
from waypost.api.control.feed import FeedControl
from waypost.api.control.gate import Gate
from waypost.api.control.health import Health
from waypost.api.control.messages import Deliveries, Gallery, Messages, Requeue
from waypost.api.control.metrics import Gauges
from waypost.api.control.notices import Notices
from waypost.api.control.numbers import GoOn, Numbers
from waypost.api.control.phones import Erase, Phones
from waypost.api.control.providers import ProviderControl
from waypost.api.control.refusals import Refusals
from waypost.api.control.routes import Control
from waypost.api.control.sessions import Sessions
from waypost.api.control.settings import SettingsControl
from waypost.api.control.sign_in import ATTEMPTS, Door
from waypost.api.control.signature import Signatures
from waypost.api.control.snapshots import SnapshotControl
from waypost.api.control.templates import Templates
from waypost.api.control.world import Reset, World
from waypost.api.core import Flows
from waypost.flows.chats import Chats
from waypost.flows.documents import DocumentCollection
from waypost.flows.explain import Explain
from waypost.flows.feed import Feed
from waypost.flows.inspect import Inspect
from waypost.flows.inspect_deliveries import InspectDeliveries
from waypost.flows.meters import Tally
from waypost.flows.network_rules import NetworkRules
from waypost.flows.phone_side import PhoneSide
from waypost.flows.play import PhoneNetwork, Play
from waypost.flows.preferences import Preferences
from waypost.flows.previews import Previews
from waypost.flows.replay import Replay
from waypost.flows.resend import Resend
from waypost.flows.search import Search
from waypost.flows.snapshot import Snapshotting
from waypost.flows.subscribe import Subscribe
from waypost.flows.taps import Taps
from waypost.flows.threads import Threads
from waypost.flows.together import Together
from waypost.lib.clock import SystemClock
from waypost.wire.control.settings import SettingsView


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlParts:
    """What the operator's face works on.

    `subscribe` is for the operator: it is made with `ANYWHERE` and `trusted=True`, over a poster that vets nothing.
    """

    flows: Flows
    network: PhoneNetwork
    network_rules: NetworkRules
    subscribe: Subscribe
    clock: SystemClock
    requeue: Requeue
    go_on: GoOn
    reset: Reset
    erase: Erase
    snapshotting: Snapshotting
    is_ready: Callable[[], bool]
    gauges: Gauges
    feed: Feed
    settings: SettingsView
    previews: Previews
    counting: Together | None = None
    """What all processes count by on real time."""
    has_network: bool = True
    """Whether the embedded network is in this process: who only accepts cannot play a phone."""


@dataclass(frozen=True, slots=True)
class Operator:
    """How the operator proves to be one."""

    admin_token: str = field(repr=False)
    login_token: str = field(repr=False)
    """Works once, for the console."""
    local_key: str = field(repr=False)
    """Opens what the admin token opens, for commands on the same machine; it ends with the server."""
    admin_password: str | None = field(default=None, repr=False)


def build_control(parts: ControlParts, operator: Operator) -> Control:
    """Return the handlers of the face."""
    flows, network = parts.flows, parts.network
    store, directory, shelf, keys = flows.store, flows.directory, flows.shelf, flows.accept.keys
    sessions = Sessions(parts.clock, operator.login_token)
    gate = Gate(operator.admin_token, operator.local_key, operator.admin_password, directory, sessions)
    explain = Explain(store, store, directory, network.phones.get, flows.rates_lifted)
    inspect = Inspect(store, store, directory, explain, InspectDeliveries(store, directory))
    search = Search(store, inspect)
    replay = Replay(store, store, directory, parts.clock, parts.requeue)
    threads = Threads(directory, store)
    play = Play(threads, shelf, network, keys)
    preferences = Preferences(threads, network, flows.notice, parts.clock)
    chats = Chats(threads, network, flows.automations, DocumentCollection(store, "opened", int), keys, parts.clock)
    side = PhoneSide(inspect, store, store, network, parts.previews)
    return Control(
        gate=gate,
        door=Door(gate, sessions, Tally(ATTEMPTS, lambda: int(1000 * parts.clock.monotonic()), parts.counting)),
        phones=Phones(play, Taps(play), chats, preferences, network, side, shelf, store, flows.identities, parts.erase),
        messages=Messages(inspect, search, Resend(store, directory, flows.accept, flows.strict_plus)),
        gallery=Gallery(search),
        deliveries=Deliveries(inspect.deliveries, search, store, directory, parts.clock, parts.requeue, replay),
        errors=Errors(),
        world=World(parts.clock, store, network, parts.network_rules, parts.reset, parts.feed),
        numbers=Numbers(directory, parts.subscribe, store, flows.registration, flows.standings, parts.go_on),
        templates=Templates(directory, flows.templates.review, flows.templates.review.pacing, flows.templates),
        endpoints=Endpoints(directory, parts.subscribe, keys),
        accounts=AccountControl(directory, flows.standings),
        snapshots=SnapshotControl(parts.snapshotting),
        providers=ProviderControl(threads),
        notices=Notices(directory, flows.notice),
        health=Health(parts.is_ready, parts.gauges),
        feed=FeedControl(parts.feed, gate, parts.clock),
        signatures=Signatures(directory),
        settings=SettingsControl(parts.settings),
        refusals=Refusals(flows.refused),
        has_network=parts.has_network,
    )
