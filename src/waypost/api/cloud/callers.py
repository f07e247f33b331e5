"""Who calls a Cloud face, and for which number or account; how many of its management calls that account has used."""

import functools

import msgspec
from msgspec import Struct

from waypost.api import auth
from waypost.api.cloud.errors import unknown_object
from waypost.api.routing import Answer, Handler, Request, Route
from waypost.flows.directory import Directory
from waypost.flows.usage import Usage
from waypost.model import Number


class Callers(Struct, frozen=True):
    """Finds the caller in the way of the face, and counts the calls of management."""

    directory: Directory
    identify: auth.Identify
    usage: Usage

    def route(self, method: str, path: str, handler: Handler, name: str) -> Route:
        """Return the route of a management edge."""
        return Route(method, path, self.counted(handler), name)

    def counted(self, handler: Handler) -> Handler:
        """Return the handler with its calls counted against the account; the answer says how many are left.

        # spec: cloud-api.md#12.4 - the form of the headers is (unconfirmed)
        """

        @functools.wraps(handler)
        async def run(request: Request) -> Answer:
            number = self.identify(request, self.directory)
            percent = await self.usage.count(number.waba_id)
            answer = await handler(request)
            answer.headers += _usage_headers(number.waba_id, percent)
            return answer

        return run

    def number(self, request: Request) -> Number:
        """Return the caller's number; a path that names a number must name this one. Raises Refusal."""
        number = self.identify(request, self.directory)
        named = request.params.get("phone_number_id")
        if named is not None and named != number.digits:
            raise unknown_object(named)
        return number

    def account(self, request: Request) -> Number:
        """Return the caller's number, whose account the path names. Raises Refusal."""
        number = self.identify(request, self.directory)
        named = request.params.get("waba_id")
        if named is not None and named != str(number.waba_id):
            raise unknown_object(named)
        return number


def _usage_headers(waba_id: int, percent: int) -> list[tuple[bytes, bytes]]:
    used = {"call_count": percent, "total_cputime": 0, "total_time": 0}
    of_account = {"type": "whatsapp", **used, "estimated_time_to_regain_access": 0}
    return [
        (b"x-app-usage", msgspec.json.encode(used)),
        (b"x-business-use-case-usage", msgspec.json.encode({str(waba_id): [of_account]})),
    ]
