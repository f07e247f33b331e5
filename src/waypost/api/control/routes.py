"""The paths of Waypost's own face."""

from msgspec import Struct
from msgspec.structs import replace

from waypost.api.control import filters
from waypost.api.control.accounts import AccountControl
from waypost.api.control.endpoints import Endpoints
from waypost.api.control.errors import Errors
from waypost.api.control.feed import CONTENT_TYPE, FeedControl
from waypost.api.control.gate import Gate
from waypost.api.control.health import Health
from waypost.api.control.messages import Deliveries, Gallery, Messages
from waypost.api.control.notices import Notices
from waypost.api.control.numbers import Numbers
from waypost.api.control.pages import Console, page_handler, root
from waypost.api.control.phones import Phones
from waypost.api.control.providers import ProviderControl
from waypost.api.control.refusals import Refusals
from waypost.api.control.settings import SettingsControl
from waypost.api.control.sign_in import Door
from waypost.api.control.signature import Signatures
from waypost.api.control.snapshots import SnapshotControl
from waypost.api.control.templates import Templates
from waypost.api.control.world import World
from waypost.api.routing import Handler, Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import NOT_IN_THIS_PROCESS
from waypost.wire.control.accounts import AccountChange, AccountList, AccountView
from waypost.wire.control.base import HealthView, Success
from waypost.wire.control.chats import ReceivedList
from waypost.wire.control.clock import ClockChange, ClockView
from waypost.wire.control.deliveries import DeliveryDetail
from waypost.wire.control.endpoints import EndpointChange, EndpointList, EndpointView, EndpointWish, NoticeWish
from waypost.wire.control.evidence import ErrorList, ErrorView, Resent
from waypost.wire.control.feed import FeedChanges
from waypost.wire.control.lists import Carriers, DeliveryList, MediaList, MessageList, Redelivered, RedeliverWish
from waypost.wire.control.messages import BusinessMessage, MessageDetail, Sent
from waypost.wire.control.numbers import (
    AddedNumber,
    NewNumber,
    NumberChange,
    NumberDetail,
    NumberList,
    NumberPatch,
    NumberView,
    PatchedNumber,
)
from waypost.wire.control.phones import (
    Choice,
    Chosen,
    Listen,
    Listened,
    Moved,
    NextNumber,
    OpenChat,
    Opened,
    PhoneChange,
    PhoneList,
    PhoneView,
    ReadCount,
    ReadUpTo,
    Written,
)
from waypost.wire.control.providers import ProviderList, ProviderRequest, ProviderView
from waypost.wire.control.refusals import RefusalList, RefusalView
from waypost.wire.control.rules import NetworkChange, NetworkView, RuleList, RuleRequest, RuleView
from waypost.wire.control.settings import SettingsView
from waypost.wire.control.signature import SignatureCheck, SignatureVerdict
from waypost.wire.control.snapshot import Restored, Snapshot
from waypost.wire.control.templates import (
    Decided,
    HeldList,
    ReviewOrder,
    TemplateEdit,
    TemplateList,
    TemplateUpdate,
    TemplateView,
    TemplateWish,
)
from waypost.wire.control.tokens import NewToken, SignIn, TokenList, TokenRequest
from waypost.wire.inbound import PhoneMessage
from waypost.wire.taps import Tap

V1 = "/_waypost/v1"
WATCHERS = frozenset({"/health", "/health/", "/ready", "/ready/", "/metrics", "/metrics/"})
"""What monitors ask, at any time; a slash at the end makes no difference."""
_OPEN = WATCHERS | {"/", "/_waypost"}
_REFUSED = (400, 401, 403)
_OF_THE_NETWORK = frozenset(
    {
        "change_phone", "write", "tap", "open_chat", "played", "move_phone", "choose", "read", "change_network",
        "move_clock", "add_rule", "delete_rules", "delete_rule", "reset", "restore",
        "erase",
    }
)  # fmt: skip
"""What only a process can do that has the embedded network in it."""
_ABSENT = (*_REFUSED, 404)


class Control(Struct, frozen=True):
    """The handlers of the face."""

    gate: Gate
    door: Door
    phones: Phones
    messages: Messages
    errors: Errors
    deliveries: Deliveries
    gallery: Gallery
    world: World
    numbers: Numbers
    templates: Templates
    endpoints: Endpoints
    accounts: AccountControl
    snapshots: SnapshotControl
    providers: ProviderControl
    notices: Notices
    health: Health
    feed: FeedControl
    signatures: Signatures
    settings: SettingsControl
    refusals: Refusals
    has_network: bool


def is_own(request: Request) -> bool:
    """Return whether a request is for this face."""
    path = request.plain_path
    return path in _OPEN or path.startswith("/_waypost/")


def open_routes(c: Control, document: Handler) -> list[Route]:
    """Return the routes that anybody may ask: they show nothing of what is stored."""
    sign_in = (400, 401, 403, 429)
    console = Console()
    return [
        Route("GET", "/", root, "open.root"),
        Route("GET", "/health", c.health.live, "open.health", None, HealthView),
        Route("GET", "/ready", c.health.ready, "open.ready", None, HealthView),
        Route("GET", "/metrics", c.health.metrics, "open.metrics"),
        Route("GET", "/_waypost", console.index, "open.home"),
        Route("GET", "/_waypost/assets/{name}", console.asset, "open.asset"),
        Route("GET", "/_waypost/pages.css", page_handler("pages.css", "Return the pages' style."), "open.pages_css"),
        Route("GET", "/_waypost/docs", page_handler("docs.html", "Show this document to people."), "open.docs"),
        Route("GET", "/_waypost/docs.js", page_handler("docs.js", "Return the page's script."), "open.docs_js"),
        Route("GET", "/_waypost/openapi.json", document, "open.openapi"),
        Route("GET", "/_waypost/login", c.door.login, "open.login"),
        Route("POST", f"{V1}/session", c.door.open, "open.sign_in", SignIn, Success, sign_in),
    ]


def guarded_routes(c: Control) -> list[Route]:
    """Return the routes that only the operator may use; each is behind the gate."""
    routes = [*_phone_routes(c.phones), *_message_routes(c), *_world_routes(c.world), *_number_routes(c)]
    routes += _template_routes(c.templates)
    routes += _account_routes(c.accounts)
    routes += _snapshot_routes(c.snapshots)
    routes += _provider_routes(c.providers)
    routes.append(_feed_route(c.feed))
    routes += _refusal_routes(c.refusals)
    routes.append(Route("GET", f"{V1}/settings", c.settings.get, "settings", None, SettingsView, _REFUSED))
    routes.append(Route("DELETE", f"{V1}/session", c.door.close, "sign_out", None, Success, _REFUSED))
    if not c.has_network:
        routes = [replace(each, handler=_elsewhere) if each.name in _OF_THE_NETWORK else each for each in routes]
    return [replace(route, handler=c.gate.guard(route.handler), name=f"control.{route.name}") for route in routes]


async def _elsewhere(request: Request) -> Response:
    """Refuse what is to be done to a network that other processes have."""
    _ = request
    details = (
        "This process only accepts (--role api): phones, clock and rules of the embedded network are in no single "
        "process then. Run one `waypost serve` without a role to play with them."
    )
    raise Refusal(NOT_IN_THIS_PROCESS, details)


def _feed_route(feed: FeedControl) -> Route:
    seen = {"Last-Event-ID": "Id of the last event that was heard; browsers send it when they connect again."}
    refused = (*_REFUSED, 429)
    return Route("GET", f"{V1}/feed", feed.get, "feed", None, FeedChanges, refused, seen, content_type=CONTENT_TYPE)


def _refusal_routes(refusals: Refusals) -> list[Route]:
    place, query = f"{V1}/refusals", filters.OF_REFUSALS
    one = f"{place}/{{refusal_id}}"
    return [
        Route("GET", place, refusals.list, "refusals", response=RefusalList, errors=_REFUSED, query=query),
        Route("GET", one, refusals.get, "refusal", None, RefusalView, _ABSENT),
        Route("DELETE", place, refusals.clear, "clear_refusals", None, Success, _REFUSED),
    ]


def _phone_routes(phones: Phones) -> list[Route]:
    phone = f"{V1}/phones/{{wa_id}}"
    return [
        Route("GET", f"{V1}/phones", phones.list, "phones", None, PhoneList, _REFUSED),
        Route("GET", phone, phones.get, "phone", None, PhoneView, _REFUSED),
        Route("PATCH", phone, phones.patch, "change_phone", PhoneChange, PhoneView, _REFUSED),
        Route("DELETE", phone, phones.erase, "erase", None, Success, _REFUSED),
        Route("POST", f"{phone}/messages", phones.write, "write", PhoneMessage, Written, _REFUSED),
        Route(
            "GET",
            f"{phone}/messages",
            phones.received,
            "received",
            response=ReceivedList,
            errors=_REFUSED,
            query=filters.OF_CHATS,
        ),
        Route("POST", f"{phone}/taps", phones.tap, "tap", Tap, Written, _REFUSED),
        Route("POST", f"{phone}/open", phones.open, "open_chat", OpenChat, Opened, _REFUSED),
        Route("POST", f"{phone}/played", phones.listen, "played", Listen, Listened, _REFUSED),
        Route("POST", f"{phone}/move", phones.move, "move_phone", NextNumber, Moved, _REFUSED),
        Route("POST", f"{phone}/preferences", phones.choose, "choose", Choice, Chosen, _REFUSED),
        Route("POST", f"{phone}/read", phones.read, "read", ReadUpTo, ReadCount, _REFUSED),
        Route("GET", f"{V1}/media/{{media_id}}", phones.media, "media", None, None, _ABSENT),
    ]


def _message_routes(c: Control) -> list[Route]:
    messages, deliveries = c.messages, c.deliveries
    message = f"{V1}/messages/{{message_id}}"
    delivery = f"{V1}/webhooks/deliveries/{{delivery_id}}"
    return [
        Route(
            "GET", f"{V1}/messages", messages.list, "messages",
            response=MessageList, errors=_REFUSED, query=filters.OF_MESSAGES,
        ),
        Route(
            "GET", f"{V1}/webhooks/deliveries", deliveries.list, "deliveries",
            response=DeliveryList, errors=_REFUSED, query=filters.OF_DELIVERIES,
        ),
        Route(
            "GET", f"{V1}/media", c.gallery.list, "gallery",
            response=MediaList, errors=_REFUSED, query=filters.OF_MEDIA,
        ),
        Route(
            "GET", f"{V1}/media/{{media_id}}/messages", c.gallery.carriers, "carriers",
            response=Carriers, errors=_ABSENT, query=filters.OF_CARRIERS,
        ),
        Route("GET", message, messages.get, "message", None, MessageDetail, _ABSENT),
        Route("POST", f"{message}/resend", messages.resend, "resend", None, Resent, _ABSENT),
        Route("GET", f"{V1}/errors", c.errors.list, "errors", None, ErrorList, _REFUSED),
        Route("GET", f"{V1}/errors/{{error}}", c.errors.get, "error", None, ErrorView, _ABSENT),
        Route(
            "POST", f"{V1}/webhooks/signature", c.signatures.explain, "explain_signature",
            SignatureCheck, SignatureVerdict, _ABSENT,
        ),
        Route("GET", delivery, deliveries.get, "delivery", None, DeliveryDetail, _ABSENT),
        Route(
            "POST", f"{V1}/webhooks/deliveries/redeliver", deliveries.redeliver_all, "redeliver_all",
            RedeliverWish, Redelivered, _REFUSED,
        ),
        Route(
            "POST", f"{delivery}/redeliver", deliveries.redeliver, "redeliver", None, DeliveryDetail, _ABSENT
        ),
    ]  # fmt: skip


def _world_routes(world: World) -> list[Route]:
    place = f"{V1}/network"
    return [
        Route("GET", place, world.get_network, "network", None, NetworkView, _REFUSED),
        Route("PATCH", place, world.change_network, "change_network", NetworkChange, NetworkView, _REFUSED),
        Route("GET", f"{V1}/clock", world.get_clock, "clock", None, ClockView, _REFUSED),
        Route("PUT", f"{V1}/clock", world.put_clock, "move_clock", ClockChange, ClockView, _REFUSED),
        Route("GET", f"{V1}/rules", world.list_rules, "rules", None, RuleList, _REFUSED),
        Route("POST", f"{V1}/rules", world.add_rule, "add_rule", RuleRequest, RuleView, _REFUSED),
        Route("DELETE", f"{V1}/rules", world.delete_rules, "delete_rules", None, Success, _REFUSED),
        Route("DELETE", f"{V1}/rules/{{rule_id}}", world.delete_rule, "delete_rule", None, Success, _ABSENT),
        Route("POST", f"{V1}/reset", world.reset, "reset", None, Success, _REFUSED),
    ]


def _number_routes(c: Control) -> list[Route]:
    numbers, endpoints = c.numbers, c.endpoints
    number = f"{V1}/numbers/{{phone_number_id}}"
    hooks = f"{number}/webhooks"
    hook = f"{hooks}/{{webhook_id}}"
    return [
        Route("GET", f"{V1}/numbers", numbers.list, "numbers", None, NumberList, _REFUSED),
        Route("POST", f"{V1}/numbers", numbers.add, "add_number", NewNumber, AddedNumber, _REFUSED),
        Route("PUT", number, numbers.put, "change_number", NumberChange, NumberView, _ABSENT),
        Route("GET", number, numbers.get, "number", None, NumberDetail, _ABSENT),
        Route("PATCH", number, numbers.patch, "patch_number", NumberPatch, PatchedNumber, _ABSENT),
        Route("DELETE", f"{number}/webhook", numbers.remove_webhook, "remove_webhook", None, Success, _ABSENT),
        Route("GET", hooks, endpoints.list, "webhooks", None, EndpointList, _ABSENT),
        Route("POST", hooks, endpoints.add, "add_webhook", EndpointWish, EndpointView, _ABSENT),
        Route("PATCH", hook, endpoints.change, "change_webhook", EndpointChange, EndpointView, _ABSENT),
        Route("DELETE", hook, endpoints.remove, "delete_webhook", None, Success, _ABSENT),
        Route("POST", f"{number}/messages", c.messages.send, "send", BusinessMessage, Sent, _ABSENT),
        Route("POST", f"{number}/notices", c.notices.add, "notice", NoticeWish, Success, _ABSENT),
        Route("GET", f"{V1}/tokens", numbers.list_tokens, "tokens", None, TokenList, _REFUSED),
        Route("POST", f"{V1}/tokens", numbers.add_token, "add_token", TokenRequest, NewToken, _ABSENT),
        Route("DELETE", f"{V1}/tokens/{{token_id}}", numbers.remove_token, "remove_token", None, Success, _ABSENT),
    ]


def _template_routes(templates: Templates) -> list[Route]:
    one = f"{V1}/templates/{{template_id}}"
    return [
        Route("GET", f"{V1}/templates", templates.list, "templates", None, TemplateList, _REFUSED),
        Route("POST", f"{V1}/templates", templates.create, "create_template", TemplateWish, TemplateView, _ABSENT),
        Route("PUT", one, templates.edit, "edit_template", TemplateEdit, TemplateView, _ABSENT),
        Route("DELETE", one, templates.delete, "delete_template", None, Success, _ABSENT),
        Route("POST", f"{one}/review", templates.order, "review_template", ReviewOrder, TemplateView, _ABSENT),
        Route("GET", f"{one}/held", templates.held, "held", None, HeldList, _ABSENT),
        Route("POST", f"{one}/held/release", templates.release, "release_held", None, Decided, _ABSENT),
        Route("POST", f"{one}/held/drop", templates.drop, "drop_held", None, Decided, _ABSENT),
        Route("PATCH", one, templates.patch, "change_template", TemplateUpdate, TemplateView, _ABSENT),
    ]


def _account_routes(accounts: AccountControl) -> list[Route]:
    account = f"{V1}/accounts/{{waba_id}}"
    return [
        Route("GET", f"{V1}/accounts", accounts.list, "accounts", None, AccountList, _REFUSED),
        Route("PATCH", account, accounts.patch, "change_account", AccountChange, AccountView, _ABSENT),
    ]


def _snapshot_routes(snapshots: SnapshotControl) -> list[Route]:
    place, refused = f"{V1}/snapshot", (*_REFUSED, 413)
    return [
        Route("GET", place, snapshots.get, "snapshot", None, Snapshot, _REFUSED),
        Route("PUT", place, snapshots.put, "restore", Snapshot, Restored, refused),
    ]


def _provider_routes(providers: ProviderControl) -> list[Route]:
    place = f"{V1}/providers"
    return [
        Route("GET", place, providers.list, "providers", None, ProviderList, _REFUSED),
        Route("POST", place, providers.add, "add_provider", ProviderRequest, ProviderView, _REFUSED),
        Route("DELETE", f"{place}/{{provider}}", providers.remove, "remove_provider", None, Success, _ABSENT),
    ]
