"""Core: what every face translates to."""

from msgspec import Struct

from waypost.api.mounts import PathRules
from waypost.flows.accept import Accept
from waypost.flows.accounts import BusinessAccounts
from waypost.flows.blocks import Blocks
from waypost.flows.collector import Collector
from waypost.flows.contacts import Contacts
from waypost.flows.directory import Directory
from waypost.flows.documents import OnePerNumber
from waypost.flows.figures import Figures
from waypost.flows.identity import Identities
from waypost.flows.login import Login
from waypost.flows.mark_read import MarkRead
from waypost.flows.media_limits import MediaLimits
from waypost.flows.media_shelf import MediaShelf
from waypost.flows.media_urls import MediaURLs
from waypost.flows.receive import Notice
from waypost.flows.refusals import RefusedLately
from waypost.flows.registration import Registration
from waypost.flows.request_rates import RequestRates
from waypost.flows.standing import Standings
from waypost.flows.subscribe import Subscribe
from waypost.flows.templates import Templates
from waypost.flows.usage import Usage
from waypost.flows.users import Users
from waypost.lib.clock import Clock
from waypost.ports import FullStore
from waypost.wire.automation import Automation
from waypost.wire.profile import Profile


class Flows(Struct, frozen=True):
    """The flows, and what of the settings the faces themselves go by."""

    accept: Accept
    mark_read: MarkRead
    subscribe: Subscribe
    shelf: MediaShelf
    urls: MediaURLs
    directory: Directory
    login: Login
    users: Users
    contacts: Contacts
    identities: Identities
    figures: Figures
    collector: Collector
    notice: Notice
    monitoring_key: str | None
    providers_masked: bool
    store: FullStore
    blocks: Blocks
    profiles: OnePerNumber[Profile]
    templates: Templates
    automations: OnePerNumber[Automation]
    accounts: BusinessAccounts
    registration: Registration
    standings: Standings
    usage: Usage
    onprem_requests: RequestRates
    clock: Clock
    rates_lifted: bool
    faults: PathRules
    strict_plus: bool
    media_limits: MediaLimits
    refused: RefusedLately
