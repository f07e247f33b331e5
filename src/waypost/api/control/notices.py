"""Whatever the platform may tell a number's webhook that nothing else here brings about."""

import msgspec
from msgspec import Struct

from waypost.api.control.answers import answer, body_of, known_number
from waypost.api.control.topics import ABSENT, V1
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.directory import Directory
from waypost.model import Number
from waypost.ports import Notice
from waypost.wire.control.base import Success
from waypost.wire.control.endpoints import NoticeWish
from waypost.wire.events.notices import notice_value
from waypost.wire.webhooks import FIELDS


class Notices(Struct, frozen=True):
    """The handler."""

    directory: Directory
    notice: Notice

    def routes(self) -> list[Route]:
        """Return the paths."""
        path = f"{V1}/numbers/{{phone_number_id}}/notices"
        return [Route("POST", path, self.add, "notice", NoticeWish, Success, ABSENT)]

    async def add(self, request: Request) -> Response:
        """Play the platform: tell a number's webhook any field, such as `account_alerts`, `security` or `history`.

        `value` goes out as it is; of `messages` it is `{"errors": [...]}`, the errors of no message. Nothing else
        comes of it: the number, its account and its messages stay as they are.
        """
        wish = await body_of(request, NoticeWish)
        number = known_number(self.directory, request.params["phone_number_id"])
        if wish.field not in FIELDS:
            raise Refusal(INVALID_VALUE, f"field: there is no {wish.field[:60]!r}; there are {', '.join(FIELDS)}.")
        await self.notice(number, wish.field, _value(number, wish))
        return answer(Success())


def _value(number: Number, wish: NoticeWish) -> bytes:
    try:
        return notice_value(number, wish.field, wish.value)
    except msgspec.ValidationError as error:
        raise Refusal(
            INVALID_VALUE, f"value: of messages it is the errors of no message, all whole: {error}."
        ) from None
