"""The requests that the faces refused lately."""

from typing import Literal, cast

from msgspec import Struct

from waypost.api.control.answers import answer, asked_number
from waypost.api.control.filters import asked_choice, asked_problems, wanted_page
from waypost.api.refused import FACES, ONPREM
from waypost.api.routing import Request, Response
from waypost.errors import all_problems
from waypost.errors.outcomes import SOMETHING_WENT_WRONG
from waypost.flows.refused import Entry, RefusedLately, Wanted
from waypost.lib.clock import at
from waypost.lib.cursors import cursor_of
from waypost.wire.control import Success
from waypost.wire.control_evidence import AnswerView, payload, why_view
from waypost.wire.control_refusals import RefusalList, RefusalView

REFUSALS = "r"
"""The list, as its cursors call it."""


class Refusals(Struct, frozen=True):
    """The handlers, with the record that they show."""

    lately: RefusedLately

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
        )
        entries, next_before = self.lately.page(wanted)
        listed = [_view(entry) for entry in entries]
        return answer(RefusalList(listed, cursor_of(REFUSALS, next_before), self.lately.forgotten))

    async def clear(self, request: Request) -> Response:
        """Forget the refused requests."""
        _ = request
        self.lately.clear()
        return answer(Success())


def _view(entry: Entry) -> RefusalView:
    told = entry.told
    problem = all_problems().get(told.problem, SOMETHING_WENT_WRONG)
    return RefusalView(
        id=f"rfs_{entry.key}",
        at=at(entry.at_ms),
        first_at=at(entry.first_ms),
        count=entry.count,
        # cast: they are made of FACES
        face=cast("Literal['meta', '360dialog', 'on-premises']", told.face),
        method=told.method,
        path=told.path,
        phone_number_id=None if told.number_id is None else str(told.number_id),
        status=told.status,
        code=problem.onprem_code if told.face == ONPREM else problem.code,
        name=told.problem,
        sentence=told.details,
        why=why_view(told.problem, told.details),
        headers=dict(told.headers),
        body=None if told.body is None else payload(told.body),
        body_bytes=told.body_bytes,
        body_note=told.left_out,
        answer=AnswerView(told.status, dict(told.answer_headers), payload(told.answer)),
    )
