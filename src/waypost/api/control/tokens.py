"""Management: the tokens that programs use a number with."""

from msgspec import Struct

from waypost.api.control.answers import answer, body_of, known_number, number_in, unknown
from waypost.api.control.topics import ABSENT, REFUSED, V1
from waypost.api.routing import Request, Response, Route
from waypost.flows.directory import Directory, token_hash
from waypost.flows.threads import named_number
from waypost.lib.clock import at
from waypost.lib.ids import new_secret
from waypost.model import Token
from waypost.ports import Records
from waypost.wire.control.base import Success
from waypost.wire.control.tokens import NewToken, TokenList, TokenRequest, TokenView

_SHOWN_HASH_BYTES = 6


class Tokens(Struct, frozen=True):
    """The handlers, with the port they use."""

    directory: Directory
    records: Records

    def routes(self) -> list[Route]:
        """Return the paths."""
        place = f"{V1}/tokens"
        return [
            Route("GET", place, self.list, "tokens", None, TokenList, REFUSED),
            Route("POST", place, self.add, "add_token", TokenRequest, NewToken, ABSENT),
            Route("DELETE", f"{place}/{{token_id}}", self.remove, "remove_token", None, Success, ABSENT),
        ]

    async def list(self, request: Request) -> Response:
        """List the tokens, without what they are."""
        _ = request
        return answer(TokenList([_view(token) for token in await self.records.load_tokens()]))

    async def add(self, request: Request) -> Response:
        """Make another token for a number, or for all numbers of its account; it is told this once."""
        wish = await body_of(request, TokenRequest)
        named = number_in(wish)
        number = named_number(self.directory, None) if named is None else known_number(self.directory, named)
        token = new_secret()
        await self.directory.grant(token, number.id, scope=wish.scope, reach=wish.reach)
        return answer(NewToken(_token_id(token_hash(token)), token, number.digits, wish.scope, wish.reach))

    async def remove(self, request: Request) -> Response:
        """Take a token back, by the id that the list shows; from here on it is unknown everywhere."""
        token_id = request.params["token_id"]
        found = [token for token in await self.records.load_tokens() if _token_id(token.hash) == token_id]
        if len(found) != 1:
            raise unknown("token", token_id)
        await self.directory.revoke_hash(found[0].hash)
        return answer(Success())


def _view(token: Token) -> TokenView:
    expires = at(token.expires_ms) if token.expires_ms is not None else None
    return TokenView(_token_id(token.hash), str(token.number_id), token.kind, token.scope, token.reach, expires)


def _token_id(hashed: bytes) -> str:
    return hashed[:_SHOWN_HASH_BYTES].hex()
