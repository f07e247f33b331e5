"""The faces side by side: which paths each has, and which requests go to which."""

import re
from collections.abc import Iterable
from functools import partial

from waypost.api.cloud.errors import ByKey
from waypost.api.cloud.topics import Handlers, routes_of
from waypost.api.control.answers import render_control
from waypost.api.control.routes import Control, guarded_routes, is_own, open_routes
from waypost.api.maintenance import Maintenance
from waypost.api.mounts import Application, ErrorRenderer, HasNoRoom, Locate, Mount, PathRules, build_app
from waypost.api.onprem.errors import render_onprem
from waypost.api.onprem.topics import Topic as OnPremTopic
from waypost.api.onprem.topics import routes_of as onprem_routes_of
from waypost.api.openapi import Face, document_handler
from waypost.api.recorder import META, ONPREM, PROXY, Recorder
from waypost.api.routing import Request, Route, Router, without_version
from waypost.errors import Refusal
from waypost.flows.admission import Admission
from waypost.flows.directory import Directory
from waypost.flows.refusals import RefusedLately

_VERSION = re.compile(r"/v[0-9]{1,3}\.[0-9]{1,2}/")
_SENDS = ("/messages", "/message", "/marketing_messages")
_PROXY_PATHS = ("/messages", "/message", "/media", "/v1/configs/", "/message_templates", "/waba_webhook")


def list_faces(
    control: Control, onprem: Iterable[OnPremTopic], meta: Iterable[Handlers], proxy: Iterable[Handlers]
) -> list[Face]:
    """Return every route table, in the order in which the document shows them."""
    faces = [
        Face("Control API", guarded_routes(control), ("admin", "session")),
        Face("On-Premises API", onprem_routes_of(onprem), ("token", "key", "login")),
        Face("Cloud API, Meta", routes_of([each.meta() for each in meta], "meta"), ("token",), "/{version}"),
        Face("Cloud API, 360dialog", routes_of([each.proxy() for each in proxy], "proxy"), ("key",)),
    ]
    faces.append(Face("Open to everybody", open_routes(control, document_handler(faces)), ()))
    return faces


def mount_faces(
    faces: Iterable[Face],
    directory: Directory,
    refused: RefusedLately,
    *,
    faults: PathRules,
    admission: Admission,
    maintenance: Maintenance,
) -> Application:
    """Return the application: what is Waypost's own first, then On-Premises, 360dialog's proxy, and Meta's graph.

    What names a version of the graph is seen at once: it is most of the traffic.
    """
    guarded, onprem, meta, proxy, own = (face.routes for face in faces)
    words, note = ByKey(directory), Recorder(refused, directory)

    def mount(routes: Iterable[Route], render: ErrorRenderer, face: str, locate: Locate | None = None) -> Mount:
        noted = partial(note, face)
        return Mount(Router(routes), render, locate=locate, faults=faults, maintenance=maintenance, noted=noted)

    graph = mount(meta, words.graph, META, without_version)
    return build_app(
        [
            (_is_graph, graph),
            (is_own, Mount(Router([*guarded, *own]), render_control, maintenance=maintenance)),
            (_is_onprem, mount(onprem, render_onprem, ONPREM)),
            (_is_proxy, mount(proxy, words.proxy, PROXY)),
            (_is_anything, graph),
        ],
        has_no_room=_no_room(admission),
    )


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
