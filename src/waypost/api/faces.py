"""All faces over one core: which requests go to which, and the handlers that each is made of."""

import re
from collections.abc import Iterable
from functools import partial
from typing import Protocol

from waypost.api import auth
from waypost.api.cloud.accounts import AccountPages
from waypost.api.cloud.automation import Automation
from waypost.api.cloud.blocks import BlockList
from waypost.api.cloud.callers import Callers as CloudCallers
from waypost.api.cloud.denied import Denied
from waypost.api.cloud.errors import ByKey
from waypost.api.cloud.marketing import Marketing
from waypost.api.cloud.media import Media
from waypost.api.cloud.messages import Messages
from waypost.api.cloud.numbers import Numbers, Shown
from waypost.api.cloud.profile import Profile
from waypost.api.cloud.qr import Links
from waypost.api.cloud.templates import Templates
from waypost.api.cloud.topics import Topic, routes_of
from waypost.api.cloud.uploads import Uploads
from waypost.api.cloud.webhooks import Webhooks
from waypost.api.control.answers import render_control
from waypost.api.control.routes import Control, guarded_routes, is_own, open_routes
from waypost.api.core import Flows
from waypost.api.maintenance import Maintenance
from waypost.api.mounts import Application, ErrorRenderer, HasNoRoom, Locate, Mount, build_app
from waypost.api.onprem.account import Account
from waypost.api.onprem.backup import Backup
from waypost.api.onprem.callers import Callers
from waypost.api.onprem.certificates import Certificates
from waypost.api.onprem.contacts import Contacts as OnPremContacts
from waypost.api.onprem.errors import render_onprem
from waypost.api.onprem.media import Media as OnPremMedia
from waypost.api.onprem.messages import Messages as OnPremMessages
from waypost.api.onprem.monitoring import Monitoring
from waypost.api.onprem.profile import Line, Photo
from waypost.api.onprem.profile import Profile as OnPremProfile
from waypost.api.onprem.settings import Providers, Settings
from waypost.api.onprem.stickerpacks import Pack, Stickerpacks
from waypost.api.onprem.topics import Topic as OnPremTopic
from waypost.api.onprem.topics import routes_of as onprem_routes_of
from waypost.api.onprem.users import Users
from waypost.api.openapi import Face, document_handler
from waypost.api.recorder import META, ONPREM, PROXY, Recorder
from waypost.api.routing import Request, Route, Router, split_version
from waypost.errors import Refusal
from waypost.flows.admission import Admission
from waypost.flows.documents import DocumentCollection
from waypost.wire.commerce import Commerce
from waypost.wire.numbers import Settings as NumberSettings
from waypost.wire.qr import Link

_VERSION = re.compile(r"/v[0-9]{1,3}\.[0-9]{1,2}/")
_SENDS = ("/messages", "/message", "/marketing_messages")
_PROXY_PATHS = ("/messages", "/message", "/media", "/v1/configs/", "/message_templates", "/waba_webhook")


def build_faces(flows: Flows, control: Control, maintenance: Maintenance) -> Application:
    """Return the application: what is Waypost's own first, then On-Premises, 360dialog's proxy, and Meta's graph.

    What names a version of the graph is seen at once: it is most of the traffic.
    """
    guarded, onprem, meta, proxy, own = (face.routes for face in all_faces(flows, control))
    words, note = ByKey(flows.directory), Recorder(flows.refused, flows.directory)

    def mount(routes: Iterable[Route], render: ErrorRenderer, face: str, locate: Locate | None = None) -> Mount:
        noted = partial(note, face)
        return Mount(Router(routes), render, locate=locate, faults=flows.faults, maintenance=maintenance, noted=noted)

    graph = mount(meta, words.graph, META, _without_version)
    return build_app(
        [
            (_is_graph, graph),
            (is_own, Mount(Router([*guarded, *own]), render_control, maintenance=maintenance)),
            (_is_onprem, mount(onprem, render_onprem, ONPREM)),
            (_is_proxy, mount(proxy, words.proxy, PROXY)),
            (_is_anything, graph),
        ],
        has_no_room=_no_room(flows.accept.admission),
    )


def all_faces(flows: Flows, control: Control) -> list[Face]:
    """Return every route table, in the order in which the document shows them."""
    faces: list[Face] = []
    meta = [topic.meta() for topic in _cloud(flows, auth.bearer)]
    proxy = [topic.proxy() for topic in _cloud(flows, auth.api_key)]
    faces += [
        Face("Control API", guarded_routes(control), ("admin", "session")),
        Face("On-Premises API", onprem_routes_of(_onprem(flows)), ("token", "key", "login")),
        Face(
            "Cloud API, Meta",
            routes_of(meta, "meta"),
            ("token",),
            "/{version}",
        ),
        Face(
            "Cloud API, 360dialog",
            routes_of(proxy, "proxy"),
            ("key",),
        ),
        Face("Open to everybody", open_routes(control, document_handler(faces)), ()),
    ]
    return faces


class _Topic(Protocol):
    def meta(self) -> Topic: ...

    def proxy(self) -> Topic: ...


def _cloud(flows: Flows, identify: auth.Identify) -> list[_Topic]:
    """Return the topics of the Cloud faces; media are the last, since every id that is nothing else is theirs."""
    callers = CloudCallers(flows.directory, identify, flows.usage)
    limits = flows.media_limits if identify is auth.api_key else None
    messages = Messages(flows.directory, flows.accept, flows.mark_read, identify, flows.strict_plus)
    webhooks = Webhooks(flows.directory, flows.subscribe, identify)
    shown = Shown(flows.accounts, flows.automations, webhooks)
    settings = DocumentCollection(flows.store, "settings", NumberSettings)
    commerce = DocumentCollection(flows.store, "commerce", Commerce)
    return [
        messages,
        Uploads(CloudCallers(flows.directory, auth.upload, flows.usage), flows.templates.uploads),
        webhooks,
        Numbers(callers, shown, flows.registration, flows.standings, settings),
        Automation(callers, flows.automations, commerce),
        AccountPages(callers, flows.accounts, shown),
        Links(callers, DocumentCollection(flows.store, "qr", Link), flows.clock),
        Marketing(callers, messages),
        Denied(callers),
        Templates(callers, flows.templates, flows.accounts),
        Profile(callers, flows.profiles, flows.templates.uploads, flows.urls),
        BlockList(callers, flows.blocks),
        Media(flows.directory, flows.shelf, flows.urls, identify, limits),
    ]


def _onprem(flows: Flows) -> list[OnPremTopic]:
    callers = Callers(flows.directory, flows.onprem_requests, flows.monitoring_key)
    kept, lines, photos = (
        flows.store,
        DocumentCollection(flows.store, "line", Line),
        DocumentCollection(flows.store, "photo", Photo),
    )
    return [
        Users(callers, flows.login, flows.users),
        OnPremMessages(callers, flows.accept, flows.mark_read, flows.contacts, flows.identities, flows.strict_plus),
        OnPremMedia(callers, flows.shelf),
        Settings(callers, flows.directory, flows.subscribe),
        Providers(callers, flows.store, flows.providers_masked),
        OnPremContacts(callers, flows.contacts, flows.blocks, flows.identities),
        OnPremProfile(callers, flows.profiles, photos, lines, flows.urls),
        Backup(callers, flows.directory, kept, flows.profiles, photos, lines, flows.urls, flows.subscribe),
        Account(callers, flows.directory, flows.registration),
        Certificates(callers, flows.directory, DocumentCollection(kept, "certificate", str)),
        Monitoring(callers, flows.figures, flows.collector, flows.notice),
        Stickerpacks(callers, DocumentCollection(kept, "stickerpack", Pack), flows.shelf, flows.accept.keys),
    ]


def _no_room(admission: Admission) -> HasNoRoom:
    """Return what refuses sends while admission is overloaded, whichever number they are for."""

    def refuse(request: Request) -> Refusal | None:
        return admission.overloaded() if admission.is_overloaded() and is_send(request) else None

    return refuse


def is_send(request: Request) -> bool:
    """Return whether a request is one for a message, on any face."""
    return request.method == "POST" and request.plain_path.rstrip("/").endswith(_SENDS)


def _is_graph(request: Request) -> bool:
    """Return whether a path begins with a version of Meta's graph: only that face has them."""
    return _VERSION.match(request.plain_path) is not None


def _is_onprem(request: Request) -> bool:
    """Return whether a path is one of On-Premises: `/v1/` and a word, where Meta's version `v1` has digits.

    A word that no path has is meant for this face, too: its client reads this face's "not found" and no other.
    `/v1/configs` is 360dialog's.

    # spec: on-premises-api.md#1.1
    """
    path = request.plain_path
    if not path.startswith("/v1/"):
        return False
    word = path.split("/", 3)[2]
    return word not in ("", "configs") and not (word.isascii() and word.isdigit())


def _is_proxy(request: Request) -> bool:
    """Return whether a request is meant for 360dialog's proxy: by its key, or by a path that only the proxy has.

    # spec: cloud-api.md#1.3
    """
    return request.plain_path.startswith(_PROXY_PATHS) or request.header(b"d360-api-key") is not None


def _is_anything(_request: Request) -> bool:
    return True


def _without_version(path: str) -> str:
    return split_version(path)[1]
