"""Management: the accounts, as the operator plays the platform that reviews and locks them."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, structs

from waypost.api.control.answers import answer, body_of, unknown
from waypost.api.control.topics import ABSENT, REFUSED, V1
from waypost.api.routing import Request, Response, Route
from waypost.flows.directory import Directory
from waypost.flows.standing import Standings
from waypost.lib.clock import at, milliseconds_of
from waypost.wire.changes import given
from waypost.wire.control.accounts import AccountChange, AccountList, AccountView


class Accounts(Struct, frozen=True):
    """The handlers."""

    directory: Directory
    standings: Standings

    def routes(self) -> list[Route]:
        """Return the paths."""
        account = f"{V1}/accounts/{{waba_id}}"
        return [
            Route("GET", f"{V1}/accounts", self.list, "accounts", None, AccountList, REFUSED),
            Route("PATCH", account, self.patch, "change_account", AccountChange, AccountView, ABSENT),
        ]

    async def list(self, request: Request) -> Response:
        """List the accounts."""
        _ = request
        return answer(AccountList([self._view(waba_id) for waba_id in self._known()]))

    async def patch(self, request: Request) -> Response:
        """Play the platform: review an account, restrict it or disable it; its subscribers are told."""
        waba_id = next((known for known in self._known() if str(known) == request.params["waba_id"]), None)
        if waba_id is None:
            raise unknown("account", request.params["waba_id"])
        members = _members(await body_of(request, AccountChange))
        await self.standings.change_account(waba_id, lambda account: structs.replace(account, **members))
        return answer(self._view(waba_id))

    def _known(self) -> Sequence[int]:
        return sorted({number.waba_id for number in self.directory.numbers()})

    def _view(self, waba_id: int) -> AccountView:
        shown = structs.asdict(self.standings.accounts.get(waba_id))
        until_ms = shown.pop("restriction_until_ms")
        return AccountView(str(waba_id), **shown, restriction_until=None if until_ms is None else at(until_ms))


def _members(change: AccountChange) -> dict[str, Any]:  # Any: the members of an account
    """Return what is to change of an account; another restriction has another end."""
    members = given(change)
    if "restriction" in members:
        members["restriction_until_ms"] = None
    if until := members.pop("restriction_until", None):
        members["restriction_until_ms"] = milliseconds_of(until)
    return members
