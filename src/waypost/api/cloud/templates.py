"""Templates: list, create, change and delete them, in Meta's form and in 360dialog's.

# spec: cloud-api.md#13.1, cloud-api.md#13.2
"""

import msgspec
from msgspec import Struct

from waypost.api.cloud.callers import Callers
from waypost.api.cloud.errors import kept_by_proxy, unknown_object, wrapped_by_proxy
from waypost.api.cloud.paging import paged
from waypost.api.cloud.parameters import parameters
from waypost.api.cloud.topics import Node, Topic
from waypost.api.routing import Request, Response
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_PARAMETER, MISSING_PARAMETER
from waypost.flows.accounts import BusinessAccounts
from waypost.flows.directory import MOST_TEMPLATE_DIGITS
from waypost.flows.templates import Templates as TemplatesFlow
from waypost.lib.ids import new_trace_id, parse_digits
from waypost.model import Number, Template
from waypost.rules.template_limits import MAX_TEMPLATES
from waypost.wire import cloud
from waypost.wire.cloud import templates as wire
from waypost.wire.complaints import mandatory
from waypost.wire.definitions import NewTemplate, TemplateChange, TemplateSet
from waypost.wire.fields import asked_fields

_EDGE = "/message_templates"
_CONFIGS = "/v1/configs/templates"


class Templates(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    templates: TemplatesFlow
    accounts: BusinessAccounts

    def meta(self) -> Topic:
        """Return what Meta's graph offers."""
        topic, path = self._topic("/{waba_id}" + _EDGE, "meta"), "/{waba_id}/upsert_message_templates"
        return Topic(
            [*topic.routes, self.callers.route("POST", path, self.upsert, "meta.upsert_templates")], topic.nodes
        )

    def proxy(self) -> Topic:
        """Return what 360dialog offers: its own paths, and Meta's."""
        route, meta = self.callers.route, self._topic(_EDGE, "proxy")
        own = [
            route("GET", _CONFIGS, kept_by_proxy(self.list_configs), "proxy.template_configs"),
            route("POST", _CONFIGS, wrapped_by_proxy(self.create_config), "proxy.create_template_config"),
            route(
                "DELETE", f"{_CONFIGS}/{{name}}", wrapped_by_proxy(self.delete_config), "proxy.delete_template_config"
            ),
        ]
        return Topic([*own, *meta.routes], meta.nodes)

    def is_template(self, request: Request) -> bool:
        """Return whether the path names a template of the caller's account."""
        return self._found(self.callers.number(request), request.params["id"]) is not None

    async def find(self, request: Request) -> Response:
        """List templates by `name`, `status`, `category`, `language`; page by page: `limit`, `after`, `before`."""
        number = self.callers.account(request)
        fields = asked_fields(request.query, wire.DEFAULT_FIELDS, wire.FIELDS)
        every = self._all(number)
        found = [each for each in every if wire.matches(each, request.query)]
        shown, paging = paged(request, [(_place(template), template) for template in found])
        asked = request.query.get("summary", "")
        summary = wire.summary(asked, found=len(found), there=len(every), limit=MAX_TEMPLATES)
        return Response(200, wire.list_answer(shown, fields, paging, summary))

    async def create(self, request: Request) -> Response:
        """Create a template; its review begins."""
        number = self.callers.account(request)
        wish = await parameters(request, NewTemplate)
        links_allowed = "waba_id" not in request.params
        return Response(
            200, wire.created_answer(await self.templates.create(number, wish, links_allowed=links_allowed))
        )

    async def upsert(self, request: Request) -> Response:
        """Create or change an authentication template in several languages."""
        number = self.callers.account(request)
        wish = await parameters(request, TemplateSet)
        return Response(200, wire.upserted_answer(await self.templates.upsert(number, wish)))

    async def delete(self, request: Request) -> Response:
        """Delete by `name` (all languages), by `hsm_id` and `name` (one), or by `hsm_ids` (up to 100, all or none)."""
        number, query = self.callers.account(request), request.query
        if "hsm_ids" in query:
            if "name" in query or "hsm_id" in query:
                raise Refusal(INVALID_PARAMETER, "hsm_ids goes without 'name' and 'hsm_id'.")
            await self.templates.delete_ids(number.waba_id, _ids(query["hsm_ids"]))
        elif "name" in query:
            one = _id("hsm_id", query["hsm_id"]) if "hsm_id" in query else None
            await self.templates.delete_name(number.waba_id, query["name"], one)
        else:
            raise Refusal(MISSING_PARAMETER, mandatory("name"))
        return Response(200, cloud.SUCCESS)

    async def get(self, request: Request) -> Response:
        """Return one template, or the `fields` of it that are asked for."""
        number, template = self.callers.number(request), self._template(request)
        fields = asked_fields(request.query, wire.DEFAULT_FIELDS, (*wire.FIELDS, wire.HEALTH_FIELD))
        health = self.accounts.template_health(number, template) if wire.HEALTH_FIELD in fields else None
        return Response(200, wire.template_answer(template, fields, health))

    async def edit(self, request: Request) -> Response:
        """Change a template; components are replaced as a whole."""
        number, template = self.callers.number(request), self._template(request)
        change = await parameters(request, TemplateChange)
        return Response(200, wire.edited_answer(await self.templates.edit(number, template, change)))

    async def list_configs(self, request: Request) -> Response:
        """List templates as 360dialog does: `limit`, `offset`, `sort`, `filters`."""
        number = self.callers.number(request)
        return Response(200, wire.proxy_list(self._all(number), wire.proxy_wanted(request.query)))

    async def create_config(self, request: Request) -> Response:
        """Create a template; 360dialog answers with the whole of it."""
        number = self.callers.number(request)
        wish = await parameters(request, NewTemplate)
        template = await self.templates.create(number, wish, links_allowed=True)
        return Response(201, wire.proxy_template(template))

    async def delete_config(self, request: Request) -> Response:
        """Delete a template in all its languages."""
        number = self.callers.number(request)
        await self.templates.delete_name(number.waba_id, request.params["name"])
        return Response(200, wire.proxy_deleted(new_trace_id()))

    def _topic(self, path: str, face: str) -> Topic:
        route, counted = self.callers.route, self.callers.counted
        routes = [
            route("GET", path, self.find, f"{face}.templates"),
            route("POST", path, self.create, f"{face}.create_template"),
            route("DELETE", path, self.delete, f"{face}.delete_templates"),
        ]
        return Topic(routes, [Node(self.is_template, get=counted(self.get), post=counted(self.edit))])

    def _all(self, number: Number) -> list[Template]:
        return self.templates.directory.templates(number.waba_id)

    def _found(self, number: Number, text: str) -> Template | None:
        template = self.templates.directory.template_named(text)
        return template if template and template.waba_id == number.waba_id else None

    def _template(self, request: Request) -> Template:
        found = self._found(self.callers.number(request), request.params["id"])
        if found is None:
            raise unknown_object(request.params["id"])
        return found


def _place(template: Template) -> str:
    return str(template.id).zfill(MOST_TEMPLATE_DIGITS)


def _id(name: str, text: str) -> int:
    template_id = parse_digits(text, MOST_TEMPLATE_DIGITS)
    if template_id is None:
        raise Refusal(INVALID_PARAMETER, f"{name}: '{text[:60]}' is not the id of a template.")
    return template_id


def _ids(text: str) -> list[int]:
    """Return the ids of `[1,2]` or `["1","2"]`. Raises Refusal."""
    try:
        found = msgspec.json.decode(text, type=list[str | int])
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise Refusal(INVALID_PARAMETER, f"hsm_ids must be a JSON array of ids; it is '{text[:60]}'.") from None
    return [_id("hsm_ids", str(each)) for each in found]
