"""The operator's face: its handlers, and what each of them works on."""

from dataclasses import dataclass, field
from functools import partial

from waypost.api.control.accounts import Accounts
from waypost.api.control.clock import PlatformTime
from waypost.api.control.deliveries import Deliveries
from waypost.api.control.elsewhere import Elsewhere
from waypost.api.control.endpoints import Endpoints
from waypost.api.control.errors import Errors
from waypost.api.control.feed import LiveFeed
from waypost.api.control.gate import Gate
from waypost.api.control.health import Health
from waypost.api.control.media import Media
from waypost.api.control.messages import Messages
from waypost.api.control.notices import Notices
from waypost.api.control.numbers import Numbers
from waypost.api.control.phones import Phones
from waypost.api.control.providers import Providers
from waypost.api.control.refusals import Refusals
from waypost.api.control.routes import Control
from waypost.api.control.rules import Rules
from waypost.api.control.sessions import Sessions
from waypost.api.control.settings import Settings
from waypost.api.control.sign_in import ATTEMPTS, Door
from waypost.api.control.signature import Signatures
from waypost.api.control.snapshots import Snapshots
from waypost.api.control.templates import Templates
from waypost.api.control.tokens import Tokens
from waypost.api.control.topics import Topic
from waypost.api.control.world import World
from waypost.api.control.writing import Writing
from waypost.app import replacing
from waypost.app.monitoring import gauges_of
from waypost.app.parts import Parts
from waypost.app.settings_shown import settings_view
from waypost.app.sharing import requeueing, together_on_real_time
from waypost.flows.chats import Chats
from waypost.flows.documents import DocumentCollection
from waypost.flows.explain import Explain
from waypost.flows.first_start import Start
from waypost.flows.inspect import Inspect
from waypost.flows.inspect_deliveries import InspectDeliveries
from waypost.flows.meters import Tally
from waypost.flows.phone_side import PhoneSide
from waypost.flows.play import Play
from waypost.flows.preferences import Preferences
from waypost.flows.redeliver import Redeliver
from waypost.flows.replay import Replay
from waypost.flows.resend import Resend
from waypost.flows.search import Search
from waypost.flows.snapshot import Snapshotting
from waypost.flows.subscribe import Subscribe
from waypost.flows.taps import Taps
from waypost.flows.threads import Threads
from waypost.lib.links import ANYWHERE
from waypost.lib.poster import Poster


@dataclass(frozen=True, slots=True)
class Operator:
    """How the operator proves to be one."""

    admin_token: str = field(repr=False)
    login_token: str = field(repr=False)
    """Works once, for the console."""
    local_key: str = field(repr=False)
    """Opens what the admin token opens, for commands on the same machine; it ends with the server."""
    admin_password: str | None = field(default=None, repr=False)


def control_face(parts: Parts, operator: Operator, *, start: Start, poster: Poster) -> Control:
    """Return the handlers.

    `start` is what a restored snapshot begins anew with. `poster` asks the webhooks that the operator sets, wherever
    they are: it vets nothing.
    """
    resources, flows = parts.resources, parts.flows
    store, directory, clock = resources.store, resources.directory, resources.clock
    sessions = Sessions(clock, operator.login_token)
    gate = Gate(operator.admin_token, operator.local_key, operator.admin_password, directory, sessions)
    attempts = Tally(ATTEMPTS, lambda: int(1000 * clock.monotonic()), together_on_real_time(resources))
    subscribe = Subscribe(directory, poster, ANYWHERE, parts.network.faults.fails_handshake, trusted=True)
    inspect = _inspect(parts)
    search = Search(store, inspect)
    topics: list[Topic] = [
        _played(parts, _phones(parts, inspect)),
        Messages(directory, inspect, search, Resend(store, directory, flows.accept, resources.home_code)),
        _deliveries(parts, search),
        Media(search, flows.shelf),
        Errors(),
        Signatures(directory),
        _played(parts, PlatformTime(clock, store)),
        _played(parts, Rules(parts.network.faults, parts.feed)),
        _played(parts, World(parts.network_rules, partial(replacing.reset, parts))),
        Numbers(directory, subscribe, flows.registration, flows.standings, parts.go_on),
        Endpoints(directory, subscribe, resources.keys),
        Tokens(directory, store),
        Notices(directory, parts.receive.notice),
        Templates(directory, flows.templates.review, flows.templates.review.pacing, flows.templates),
        Accounts(directory, flows.standings),
        _played(parts, _snapshots(parts, start)),
        Providers(directory, store),
        LiveFeed(parts.feed, gate, clock),
        Refusals(parts.refused),
        Settings(settings_view(resources.settings)),
    ]
    # It listens only when it is ready, but for what replaces everything, and a database that is away.
    health = Health(lambda: not parts.maintenance.is_on and store.trouble is None, gauges_of(parts))
    return Control(gate, health, Door(gate, sessions, attempts), topics)


def _played(parts: Parts, topic: Topic) -> Topic:
    """Return a topic that changes the embedded network, as this process offers it: it must be alone to have that."""
    return topic if parts.resources.member is None else Elsewhere(topic)


def _inspect(parts: Parts) -> Inspect:
    store, directory = parts.resources.store, parts.resources.directory
    explain = Explain(store, store, directory, parts.network.phones.get, parts.resources.settings.is_relaxed)
    return Inspect(store, store, directory, explain, InspectDeliveries(store, directory))


def _phones(parts: Parts, inspect: Inspect) -> Phones:
    flows, network, store = parts.flows, parts.network, parts.resources.store
    clock, keys = parts.resources.clock, parts.resources.keys
    threads = Threads(parts.resources.directory, store)
    play = Play(threads, flows.shelf, network, keys)
    return Phones(
        play,
        Taps(play),
        Chats(threads, network, flows.automations, DocumentCollection(store, "opened", int), keys, clock),
        Preferences(threads, network, parts.receive.notice, clock),
        network,
        PhoneSide(inspect, store, store, network, parts.previews),
        flows.identities,
        Writing(play, flows.shelf),
        partial(replacing.erase, parts),
    )


def _deliveries(parts: Parts, search: Search) -> Deliveries:
    resources = parts.resources
    store, directory, clock = resources.store, resources.directory, resources.clock
    requeue = requeueing(resources, parts.webhooks.hurry)
    redeliver = Redeliver(store, store, directory, clock, requeue)
    return Deliveries(search.inspect.deliveries, search, redeliver, Replay(store, store, directory, clock, requeue))


def _snapshots(parts: Parts, start: Start) -> Snapshots:
    resources = parts.resources
    reload = partial(replacing.reload, parts, start)
    return Snapshots(Snapshotting(resources.store, resources.blobs, resources.clock, reload, parts.maintenance.alone))
