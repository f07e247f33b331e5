"""The faces: gives each group of handlers the flows and settings that it names, and puts all of them side by side."""

from waypost.api import auth
from waypost.api.control.routes import Control
from waypost.api.faces import list_faces, mount_faces
from waypost.api.mounts import Application
from waypost.api.openapi import Face
from waypost.app.faces.cloud import cloud_topics
from waypost.app.faces.onprem import onprem_topics
from waypost.app.parts import Parts


def all_faces(parts: Parts, control: Control) -> list[Face]:
    """Return every route table, in the order in which the document shows them."""
    meta, proxy = cloud_topics(parts, auth.bearer), cloud_topics(parts, auth.api_key)
    return list_faces(control, onprem_topics(parts), meta, proxy)


def application(parts: Parts, control: Control) -> Application:
    """Return what answers every request."""
    mounted = mount_faces(
        all_faces(parts, control),
        parts.resources.directory,
        parts.refused,
        faults=parts.network.faults,
        admission=parts.flows.accept.admission,
        maintenance=parts.maintenance,
    )
    if (public_url := parts.resources.settings.public_url) is not None:
        scheme, _, host = public_url.partition("://")
        mounted.public = (host.encode("ascii"), scheme)
    return mounted
