"""What Waypost does not offer: flows, calls and groups. It answers as the platform does to an app without the right.

# spec: cloud-api.md#1.1, error-codes.tsv
"""

from msgspec import Struct

from waypost.api.cloud.callers import Callers
from waypost.api.cloud.topics import Topic
from waypost.api.routing import Request, Response
from waypost.errors import Refusal
from waypost.errors.callers import ENDPOINT_BLOCKED
from waypost.errors.management import NOT_PERMITTED

EDGES = (
    ("GET", "/{waba_id}/flows"),
    ("POST", "/{waba_id}/flows"),
    ("POST", "/{waba_id}/migrate_flows"),
    ("GET", "/{flow_id}/assets"),
    ("POST", "/{flow_id}/assets"),
    ("POST", "/{flow_id}/publish"),
    ("POST", "/{flow_id}/deprecate"),
    ("GET", "/{phone_number_id}/whatsapp_business_encryption"),
    ("POST", "/{phone_number_id}/whatsapp_business_encryption"),
    ("POST", "/{phone_number_id}/calls"),
    ("GET", "/{phone_number_id}/call_permissions"),
    ("GET", "/{phone_number_id}/groups"),
    ("POST", "/{phone_number_id}/groups"),
    ("GET", "/{group_id}/invite_link"),
    ("POST", "/{group_id}/invite_link"),
    ("GET", "/{group_id}/join_requests"),
    ("POST", "/{group_id}/join_requests"),
    ("DELETE", "/{group_id}/join_requests"),
    ("POST", "/{group_id}/participants"),
    ("DELETE", "/{group_id}/participants"),
)


class Denied(Struct, frozen=True):
    """The one handler."""

    callers: Callers

    def meta(self) -> Topic:
        """Return what Meta's graph has, and Waypost refuses."""
        return Topic(
            [self.callers.route(method, path, self.refuse, f"meta.{_name(method, path)}") for method, path in EDGES]
        )

    def proxy(self) -> Topic:
        """Return what 360dialog has of it, without the id in front."""
        edges = [("GET", "/flows"), ("POST", "/flows"), ("POST", "/calls"), ("GET", "/groups"), ("POST", "/groups")]
        return Topic(
            [self.callers.route(method, path, self.block, f"proxy.{_name(method, path)}") for method, path in edges]
        )

    async def refuse(self, request: Request) -> Response:
        """Refuse: flows, calls and groups are not offered."""
        self.callers.number(request)
        edge = request.path.rpartition("/")[2]
        raise Refusal(NOT_PERMITTED, f"The app may not use '{edge}': Waypost offers no flows, calls and groups.")

    async def block(self, request: Request) -> Response:
        """Refuse: the proxy does not open these paths.

        # spec: cloud-api.md#11.3
        """
        self.callers.number(request)
        raise Refusal(ENDPOINT_BLOCKED, f"Waypost offers no {request.path[1:]}.")


def _name(method: str, path: str) -> str:
    return f"denied_{method.lower()}_{path.rpartition('/')[2]}"
