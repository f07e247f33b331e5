"""The requests that the faces refused lately."""

from typing import Literal, cast

from msgspec import Struct

from waypost.api.control import filters
from waypost.api.control.answers import answer, asked_number, unknown
from waypost.api.control.filters import asked_choice, asked_problems, asked_text, wanted_page
from waypost.api.control.topics import ABSENT, REFUSED, V1
from waypost.api.recorder import FACES
from waypost.api.routing import Request, Response, Route
from waypost.flows.refusals import Entry, RefusedLately, Wanted
from waypost.lib.clock import at
from waypost.lib.cursors import cursor_of
from waypost.lib.ids import parse_digits
from waypost.wire.control.base import Success
from waypost.wire.control.evidence import AnswerView, payload, why_view
from waypost.wire.control.lists import REFUSALS
from waypost.wire.control.refusals import RefusalList, RefusalView

_PREFIX, _MOST_DIGITS = "rfs_", 18


class Refusals(Struct, frozen=True):
    """The handlers, with the record that they show."""

    lately: RefusedLately

    def routes(self) -> list[Route]:
        """Return the paths."""
        place, query = f"{V1}/refusals", filters.OF_REFUSALS
        one = f"{place}/{{refusal_id}}"
        return [
            Route("GET", place, self.list, "refusals", response=RefusalList, errors=REFUSED, query=query),
            Route("GET", one, self.get, "refusal", None, RefusalView, ABSENT),
            Route("DELETE", place, self.clear, "clear_refusals", None, Success, REFUSED),
        ]

    async def list(self, request: Request) -> Response:
        """List the requests to the API of WhatsApp that were refused lately, newest first, with why and the answer.

        They are kept in this process's memory only, within bounds: a refused request leaves nothing behind on disk.
        """
        page = wanted_page(request, REFUSALS)
        wanted = Wanted(
            limit=page.limit,
            before=page.before,
            number_id=asked_number(request, "number"),
            face=asked_choice(request, "face", FACES),
            problems=asked_problems(request, "code"),
            words=(asked_text(request) or "").casefold().split(),
        )
        entries, next_before = self.lately.page(wanted)
        listed = [_view(entry) for entry in entries]
        return answer(RefusalList(listed, cursor_of(REFUSALS, next_before), self.lately.forgotten))

    async def get(self, request: Request) -> Response:
        """Show one of the refused requests. It is not found when newer ones, or a new start, have taken its place."""
        refusal_id = request.params["refusal_id"]
        key = parse_digits(refusal_id.removeprefix(_PREFIX), _MOST_DIGITS)
        entry = self.lately.entry(key) if key is not None else None
        if entry is None:
            raise unknown("refused request", refusal_id)
        return answer(_view(entry))

    async def clear(self, request: Request) -> Response:
        """Forget the refused requests."""
        _ = request
        self.lately.forget()
        return answer(Success())


def _view(entry: Entry) -> RefusalView:
    told = entry.told
    return RefusalView(
        id=f"{_PREFIX}{entry.key}",
        at=at(entry.at_ms),
        first_at=at(entry.first_ms),
        count=entry.count,
        # cast: they are made of FACES
        face=cast("Literal['meta', '360dialog', 'on-premises']", told.face),
        method=told.method,
        path=told.path,
        phone_number_id=None if told.number_id is None else str(told.number_id),
        status=told.status,
        code=told.code,
        name=told.problem,
        sentence=told.details,
        why=why_view(told.problem, told.details),
        headers=dict(told.headers),
        body=None if told.body is None else payload(told.body),
        body_bytes=told.body_bytes,
        body_note=told.left_out,
        answer=AnswerView(told.status, dict(told.answer_headers), payload(told.answer)),
    )
