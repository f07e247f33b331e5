"""Templates, as the operator sees them and orders what becomes of them."""

from msgspec import UNSET, Raw, Struct

from waypost.api.control.answers import answer, body_of, limit_of, unknown
from waypost.api.control.topics import ABSENT, REFUSED, V1
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import MISSING_PARAMETER
from waypost.flows.directory import Directory
from waypost.flows.pacing import Pacing
from waypost.flows.template_review import Order, Review
from waypost.flows.templates import Templates as Owner
from waypost.lib.clock import at
from waypost.model import Number, Outbound, Template
from waypost.wire.control.base import Success
from waypost.wire.control.templates import (
    Decided,
    HeldList,
    HeldMessage,
    ReviewOrder,
    TemplateEdit,
    TemplateList,
    TemplateUpdate,
    TemplateView,
    TemplateWish,
)
from waypost.wire.renderings import message_ids


class Templates(Struct, frozen=True):
    """The handlers, with the flows they use."""

    directory: Directory
    review: Review
    pacing: Pacing
    owner: Owner
    """What the owner of an account may do, by the same rules as on the Cloud faces."""

    def routes(self) -> list[Route]:
        """Return the paths."""
        one = f"{V1}/templates/{{template_id}}"
        return [
            Route("GET", f"{V1}/templates", self.list, "templates", None, TemplateList, REFUSED),
            Route("POST", f"{V1}/templates", self.create, "create_template", TemplateWish, TemplateView, ABSENT),
            Route("PUT", one, self.edit, "edit_template", TemplateEdit, TemplateView, ABSENT),
            Route("DELETE", one, self.delete, "delete_template", None, Success, ABSENT),
            Route("POST", f"{one}/review", self.order, "review_template", ReviewOrder, TemplateView, ABSENT),
            Route("GET", f"{one}/held", self.held, "held", None, HeldList, ABSENT),
            Route("POST", f"{one}/held/release", self.release, "release_held", None, Decided, ABSENT),
            Route("POST", f"{one}/held/drop", self.drop, "drop_held", None, Decided, ABSENT),
            Route("PATCH", one, self.patch, "change_template", TemplateUpdate, TemplateView, ABSENT),
        ]

    async def list(self, request: Request) -> Response:
        """List the message templates of every account."""
        _ = request
        if self.pacing.is_on:  # other processes count too
            await self.pacing.load()
        accounts = {number.waba_id for number in self.directory.numbers()}
        found = [template for account in sorted(accounts) for template in self.directory.templates(account)]
        return answer(TemplateList([self._view(template) for template in found]))

    async def create(self, request: Request) -> Response:
        """Create a template in an account, as its owner; its review begins."""
        wish = await body_of(request, TemplateWish)
        number = self._number(wish.waba_id)
        return answer(self._view(await self.owner.create(number, wish, links_allowed=True)))

    async def edit(self, request: Request) -> Response:
        """Change a template, as its owner: with other components it is reviewed again."""
        template, change = self._template(request), await body_of(request, TemplateEdit)
        number = self._number(str(template.waba_id))
        return answer(self._view(await self.owner.edit(number, template, change, links_allowed=True)))

    async def delete(self, request: Request) -> Response:
        """Delete a template in one language, as its owner; an approved one cannot be made again for 30 days."""
        template = self._template(request)
        await self.owner.delete_ids(template.waba_id, [template.id])
        return answer(Success())

    async def order(self, request: Request) -> Response:
        """Let something happen to a template: its subscribers are told, as the platform would tell them."""
        wish = await body_of(request, ReviewOrder)
        reason = wish.reason or ("INVALID_FORMAT" if wish.event == "REJECTED" else "NONE")
        rejection = {"reason": wish.explanation, "recommendation": wish.recommendation}
        info = {"rejection_info": rejection} if wish.explanation else {}
        order = Order(wish.event, reason, info)
        return answer(self._view(await self.review.order(self._template(request), order)))

    async def patch(self, request: Request) -> Response:
        """Give a template another quality, category or pace; its subscribers are told of the first two."""
        template, wish = self._template(request), await body_of(request, TemplateUpdate)
        if wish.quality is not UNSET:
            template = await self.review.rate(template, wish.quality)
        if wish.category is not UNSET:
            template = await self.review.file_under(template, wish.category)
        if wish.pacing is None:
            await self.pacing.end(template.id)
        elif wish.pacing is not UNSET:
            await self.pacing.begin(template.id, wish.pacing)
        return answer(self._view(template))

    async def held(self, request: Request) -> Response:
        """List the messages that a template's pacing holds back, the oldest first; `limit` says how many."""
        found = await self.pacing.held(self._template(request).id, limit_of(request))
        return answer(HeldList([_held(message) for message in found]))

    async def release(self, request: Request) -> Response:
        """Let go of what a template's pacing holds back, and of the pacing: the messages are delivered."""
        return answer(Decided(await self.pacing.end(self._template(request).id)))

    async def drop(self, request: Request) -> Response:
        """Drop what a template's pacing holds back: each message fails with 132015, and the pacing goes on."""
        return answer(Decided(await self.pacing.drop(self._template(request))))

    def _number(self, waba_id: str | None) -> Number:
        """Return a number of the account; without an account, of the only one there is. Raises Refusal."""
        numbers = self.directory.numbers()
        if waba_id is None and len({number.waba_id for number in numbers}) != 1:
            raise Refusal(MISSING_PARAMETER, "waba_id: there are several accounts, or none; name the template's.")
        found = next((number for number in numbers if waba_id in (None, str(number.waba_id))), None)
        if found is None:
            raise unknown("account", str(waba_id))
        return found

    def _template(self, request: Request) -> Template:
        template_id = request.params["template_id"]
        found = self.directory.template_named(template_id)
        if found is None:
            raise unknown("template", template_id)
        return found

    def _view(self, template: Template) -> TemplateView:
        t = template
        return TemplateView(
            id=str(t.id),
            waba_id=str(t.waba_id),
            name=t.name,
            language=t.language,
            category=t.category,
            status=t.status,
            components=Raw(t.components),
            parameter_format="NAMED" if t.named else "POSITIONAL",
            quality=t.quality,
            rejected_reason=t.rejected_reason,
            previous_category=t.previous_category,
            pacing=self.pacing.left(t.id),
        )


def _held(message: Outbound) -> HeldMessage:
    message_id, other_id = message_ids(message.key, message.tag, message.wa_id, received=False)
    return HeldMessage(
        id=message_id,
        onprem_id=other_id,
        phone_number_id=str(message.number_id),
        wa_id=message.wa_id,
        at=at(message.accepted_ms),
    )
