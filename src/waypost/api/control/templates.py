"""Templates, as the operator sees them and orders what becomes of them."""

from msgspec import UNSET, Raw, Struct

from waypost.api.control.answers import answer, body_of, unknown
from waypost.api.routing import Request, Response
from waypost.flows.directory import Directory
from waypost.flows.template_review import Order, Review
from waypost.model import Template
from waypost.wire.management import ReviewOrder, TemplateList, TemplateUpdate, TemplateView

_ID_DIGITS = 17


class Templates(Struct, frozen=True):
    """The handlers, with the flows they use."""

    directory: Directory
    review: Review

    async def list(self, request: Request) -> Response:
        """List the message templates of every account."""
        _ = request
        accounts = {number.waba_id for number in self.directory.numbers()}
        found = [template for account in sorted(accounts) for template in self.directory.templates(account)]
        return answer(TemplateList([_view(template) for template in found]))

    async def order(self, request: Request) -> Response:
        """Let something happen to a template: its subscribers are told, as the platform would tell them."""
        wish = await body_of(request, ReviewOrder)
        reason = wish.reason or ("INVALID_FORMAT" if wish.event == "REJECTED" else "NONE")
        rejection = {"reason": wish.explanation, "recommendation": wish.recommendation}
        info = {"rejection_info": rejection} if wish.explanation else {}
        order = Order(wish.event, reason, info)
        return answer(_view(await self.review.order(self._template(request), order)))

    async def patch(self, request: Request) -> Response:
        """Give a template another quality or category; its subscribers are told."""
        template, wish = self._template(request), await body_of(request, TemplateUpdate)
        if wish.quality is not UNSET:
            template = await self.review.rate(template, wish.quality)
        if wish.category is not UNSET:
            template = await self.review.file_under(template, wish.category)
        return answer(_view(template))

    def _template(self, request: Request) -> Template:
        text = request.params["template_id"]
        is_id = text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS
        found = self.directory.template_by_id(int(text)) if is_id else None
        if found is None:
            raise unknown("template", text)
        return found


def _view(template: Template) -> TemplateView:
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
    )
