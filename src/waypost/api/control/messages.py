"""Messages with everything that happened to them."""

from msgspec import Struct

from waypost.api.bodies import json_body
from waypost.api.control import filters
from waypost.api.control.answers import answer, known_number, unknown
from waypost.api.control.filters import asked_text, message_search, wanted_page
from waypost.api.control.topics import ABSENT, REFUSED, V1
from waypost.api.routing import Request, Response, Route
from waypost.flows.directory import Directory
from waypost.flows.inspect import Inspect
from waypost.flows.resend import Resend
from waypost.flows.search import Search
from waypost.lib.cursors import cursor_of
from waypost.wire.control.evidence import Resent
from waypost.wire.control.lists import MESSAGES, MessageList
from waypost.wire.control.messages import BusinessMessage, MessageDetail, Sent
from waypost.wire.renderings import message_ids


class Messages(Struct, frozen=True):
    """The handlers, with the flows they use."""

    directory: Directory
    inspect: Inspect
    search: Search
    resender: Resend

    def routes(self) -> list[Route]:
        """Return the paths."""
        place, query = f"{V1}/messages", filters.OF_MESSAGES
        one = f"{place}/{{message_id}}"
        of_number = f"{V1}/numbers/{{phone_number_id}}/messages"
        return [
            Route("GET", place, self.list, "messages", None, MessageList, REFUSED, query=query),
            Route("GET", one, self.get, "message", None, MessageDetail, ABSENT),
            Route("POST", f"{one}/resend", self.resend, "resend", None, Resent, ABSENT),
            Route("POST", of_number, self.send, "send", BusinessMessage, Sent, ABSENT),
        ]

    async def list(self, request: Request) -> Response:
        """List messages of both directions, newest first.

        One request looks at some thousand messages: with a rare filter a page may be short, and its `next` goes on.
        """
        search, text = message_search(request), asked_text(request)
        found = await self.search.messages(search, text, wanted_page(request, MESSAGES))
        return answer(MessageList(found.rows, cursor_of(MESSAGES, found.next_before)))

    async def get(self, request: Request) -> Response:
        """Return a message, by its id in either dialect, with its timeline."""
        message_id = request.params["message_id"]
        found = await self.inspect.message(message_id)
        if found is None:
            raise unknown("message", message_id)
        return answer(found)

    async def resend(self, request: Request) -> Response:
        """Send the same request again, as a new message; it is checked as things are now."""
        message_id = request.params["message_id"]
        sent = await self.resender(message_id)
        if sent is None:
            raise unknown("message", message_id)
        new_id, other_id = message_ids(sent.key, sent.tag, sent.wa_id, received=False)
        return answer(Resent(new_id, other_id, str(sent.number_id), message_id))

    async def send(self, request: Request) -> Response:
        """Send a message of a number: the body is that of the Cloud API, and so are the rules.

        This is for people who try something out; programs use the API of WhatsApp with a token.
        """
        number = known_number(self.directory, request.params["phone_number_id"])
        sent = await self.resender.send(number, await json_body(request), "cloud")
        new_id, other_id = message_ids(sent.key, sent.tag, sent.wa_id, received=False)
        return answer(Sent(new_id, other_id, number.digits, sent.wa_id, sent.is_held))
