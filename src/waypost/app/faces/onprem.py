"""The On-Premises face: its topics, and what each of them works on."""

from collections.abc import Sequence

from waypost.api.onprem.account import Account
from waypost.api.onprem.backup import Backup
from waypost.api.onprem.callers import Callers
from waypost.api.onprem.certificates import Certificates
from waypost.api.onprem.contacts import Contacts
from waypost.api.onprem.media import Media
from waypost.api.onprem.messages import Messages
from waypost.api.onprem.monitoring import Monitoring
from waypost.api.onprem.profile import Line, Photo, Profile
from waypost.api.onprem.providers import Providers
from waypost.api.onprem.settings import Settings
from waypost.api.onprem.stickerpacks import Pack, Stickerpacks
from waypost.api.onprem.topics import Topic
from waypost.api.onprem.two_step import TwoStep
from waypost.api.onprem.users import Users
from waypost.app.parts import Parts
from waypost.flows.contacts import Contacts as Checks
from waypost.flows.documents import DocumentCollection
from waypost.flows.login import Login
from waypost.flows.users import Users as Accounts


def onprem_topics(parts: Parts) -> Sequence[Topic]:
    """Return the topics."""
    resources, flows = parts.resources, parts.flows
    store, directory, urls, settings = resources.store, resources.directory, resources.urls, resources.settings
    callers = Callers(directory, parts.limits.onprem_requests, settings.monitoring_key)
    checks = _checks(parts)
    lines, photos = DocumentCollection(store, "line", Line), DocumentCollection(store, "photo", Photo)
    return [
        _users(parts, callers),
        Messages(callers, flows.accept, flows.mark_read, checks, flows.identities, resources.home_code),
        Media(callers, flows.shelf),
        Settings(callers, directory, flows.subscribe),
        Providers(callers, store, settings.mask_providers),
        Contacts(callers, checks, flows.blocks, flows.identities),
        Profile(callers, flows.profiles, photos, lines, urls),
        Backup(callers, directory, store, flows.profiles, photos, lines, urls, flows.subscribe),
        TwoStep(callers, flows.registration),
        Account(callers, directory, flows.registration),
        Certificates(callers, directory, DocumentCollection(store, "certificate", str)),
        Monitoring(callers, parts.figures, flows.collector, parts.receive.notice),
        Stickerpacks(callers, DocumentCollection(store, "stickerpack", Pack), flows.shelf, resources.keys),
    ]


def _users(parts: Parts, callers: Callers) -> Users:
    resources = parts.resources
    accounts = Accounts(resources.store, resources.directory, resources.clock)
    failures, first_login = parts.limits.failed_logins, resources.settings.first_login
    return Users(callers, Login(resources.directory, resources.clock, failures, accounts, first_login), accounts)


def _checks(parts: Parts) -> Checks:
    resources, phones = parts.resources, parts.network.phones
    return Checks(
        resources.store,
        resources.store,
        resources.clock,
        is_on_whatsapp=lambda wa_id: phones.get(wa_id).on_whatsapp,
        notice=parts.receive.notice,
        home_code=resources.home_code,
    )
