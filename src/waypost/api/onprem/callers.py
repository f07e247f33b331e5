"""Who calls the On-Premises face, whether they may, and whether they call too often."""

from msgspec import Struct

from waypost.api import auth
from waypost.api.routing import Request
from waypost.errors import Refusal
from waypost.errors.callers import ACCESS_DENIED, ENDPOINT_BLOCKED, NO_TOKEN
from waypost.flows.directory import Directory
from waypost.flows.request_rates import RequestRates
from waypost.flows.users import is_plain_user
from waypost.lib.sameness import is_same_secret
from waypost.model import Number


class Callers(Struct, frozen=True):
    """Finds the number of a request's credential and counts the request.

    # spec: on-premises-api.md#14.1
    """

    directory: Directory
    requests: RequestRates
    monitoring_key: str | None = None

    def sender(self, request: Request) -> Number:
        """Return the number that a message is sent from. Raises Refusal."""
        number = auth.onprem(request, self.directory)
        self.requests.message(number.id)
        return number

    def caller(self, request: Request) -> Number:
        """Return the number of any other request. Raises Refusal."""
        number = auth.onprem(request, self.directory)
        self.requests.other(number.id)
        return number

    def monitor(self, request: Request) -> Number:
        """Return the number of whoever watches: with the monitoring key it is the first one. Raises Refusal.

        # spec: on-premises-api.md#1.3
        """
        offered = auth.monitoring_key(request)
        if offered is None:
            return self.caller(request)
        if self.monitoring_key is None or not is_same_secret(offered, self.monitoring_key):
            raise Refusal(NO_TOKEN, "The key is unknown.")
        number = self.directory.numbers()[0]
        self.requests.other(number.id)
        return number

    def user(self, request: Request) -> Number:
        """Return the number of a request that 360dialog's host does not pass on. Raises Refusal.

        # spec: on-premises-api.md#1.5
        """
        number = self.caller(request)
        if auth.has_api_key(request):
            raise Refusal(ENDPOINT_BLOCKED, "This path is not open to a D360-API-KEY; log in and use the Bearer token.")
        return number

    def admin(self, request: Request) -> Number:
        """Return the number of a request that only `admin` may make. Raises Refusal, for a D360-API-KEY too."""
        number = self.user(request)
        self._refuse_plain_user(request)
        return number

    def owner(self, request: Request) -> Number:
        """Return the number of a request that changes it: `admin` may make it, and a D360-API-KEY. Raises Refusal.

        # spec: on-premises-api.md#1.4
        """
        number = self.caller(request)
        self._refuse_plain_user(request)
        return number

    def _refuse_plain_user(self, request: Request) -> None:
        if is_plain_user(auth.bearer_token(request) or "", self.directory):
            raise Refusal(ACCESS_DENIED, "Only the user 'admin' may do this.")
