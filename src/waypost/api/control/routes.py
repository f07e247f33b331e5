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
from waypost.wire import (
    control,
    control_chat,
    control_endpoints,
    control_evidence,
    control_feed,
    control_lists,
    control_refusals,
    control_rules,
    control_settings,
    control_signature,
    inbound,
    management,
    snapshot,
    taps,
)

V1 = "/_waypost/v1"
WATCHERS = frozenset({"/health", "/health/", "/ready", "/ready/", "/metrics", "/metrics/"})
"""What monitors ask, at any time; a slash at the end makes no difference."""
_OPEN = WATCHERS | {"/", "/_waypost"}
_REFUSED = (400, 401, 403)
_OF_THE_NETWORK = frozenset(
    {
        "change_phone", "write", "tap", "open_chat", "played", "move_phone", "choose", "read", "change_network",
        "move_clock", "add_rule", "delete_rules", "delete_rule", "reset", "restore",
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
        Route("GET", "/health", c.health.live, "open.health", None, control.HealthView),
        Route("GET", "/ready", c.health.ready, "open.ready", None, control.HealthView),
        Route("GET", "/metrics", c.health.metrics, "open.metrics"),
        Route("GET", "/_waypost", console.index, "open.home"),
        Route("GET", "/_waypost/assets/{name}", console.asset, "open.asset"),
        Route("GET", "/_waypost/pages.css", page_handler("pages.css", "Return the pages' style."), "open.pages_css"),
        Route("GET", "/_waypost/docs", page_handler("docs.html", "Show this document to people."), "open.docs"),
        Route("GET", "/_waypost/docs.js", page_handler("docs.js", "Return the page's script."), "open.docs_js"),
        Route("GET", "/_waypost/openapi.json", document, "open.openapi"),
        Route("GET", "/_waypost/login", c.door.login, "open.login"),
        Route("POST", f"{V1}/session", c.door.open, "open.sign_in", management.SignIn, control.Success, sign_in),
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
    shown = control_settings.SettingsView
    routes.append(Route("GET", f"{V1}/settings", c.settings.get, "settings", None, shown, _REFUSED))
    routes.append(Route("DELETE", f"{V1}/session", c.door.close, "sign_out", None, control.Success, _REFUSED))
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
    told, refused = control_feed.FeedChanges, (*_REFUSED, 429)
    return Route("GET", f"{V1}/feed", feed.get, "feed", None, told, refused, seen, content_type=CONTENT_TYPE)


def _refusal_routes(refusals: Refusals) -> list[Route]:
    place, listed, query = f"{V1}/refusals", control_refusals.RefusalList, filters.OF_REFUSALS
    one = f"{place}/{{refusal_id}}"
    return [
        Route("GET", place, refusals.list, "refusals", response=listed, errors=_REFUSED, query=query),
        Route("GET", one, refusals.get, "refusal", None, control_refusals.RefusalView, _ABSENT),
        Route("DELETE", place, refusals.clear, "clear_refusals", None, control.Success, _REFUSED),
    ]


def _phone_routes(phones: Phones) -> list[Route]:
    phone = f"{V1}/phones/{{wa_id}}"
    return [
        Route("GET", f"{V1}/phones", phones.list, "phones", None, control.PhoneList, _REFUSED),
        Route("GET", phone, phones.get, "phone", None, control.PhoneView, _REFUSED),
        Route("PATCH", phone, phones.patch, "change_phone", control.PhoneChange, control.PhoneView, _REFUSED),
        Route("POST", f"{phone}/messages", phones.write, "write", inbound.PhoneMessage, control.Written, _REFUSED),
        Route(
            "GET",
            f"{phone}/messages",
            phones.received,
            "received",
            response=control_chat.ReceivedList,
            errors=_REFUSED,
            query=filters.OF_CHATS,
        ),
        Route("POST", f"{phone}/taps", phones.tap, "tap", taps.Tap, control.Written, _REFUSED),
        Route("POST", f"{phone}/open", phones.open, "open_chat", control.OpenChat, control.Opened, _REFUSED),
        Route("POST", f"{phone}/played", phones.listen, "played", control.Listen, control.Listened, _REFUSED),
        Route("POST", f"{phone}/move", phones.move, "move_phone", control.NextNumber, control.Moved, _REFUSED),
        Route("POST", f"{phone}/preferences", phones.choose, "choose", control.Choice, control.Chosen, _REFUSED),
        Route("POST", f"{phone}/read", phones.read, "read", control.ReadUpTo, control.ReadCount, _REFUSED),
        Route("GET", f"{V1}/media/{{media_id}}", phones.media, "media", None, None, _ABSENT),
    ]


def _message_routes(c: Control) -> list[Route]:
    messages, deliveries, lists, evidence = c.messages, c.deliveries, control_lists, control_evidence
    sign = control_signature
    message = f"{V1}/messages/{{message_id}}"
    delivery = f"{V1}/webhooks/deliveries/{{delivery_id}}"
    return [
        Route(
            "GET", f"{V1}/messages", messages.list, "messages",
            response=lists.MessageList, errors=_REFUSED, query=filters.OF_MESSAGES,
        ),
        Route(
            "GET", f"{V1}/webhooks/deliveries", deliveries.list, "deliveries",
            response=lists.DeliveryList, errors=_REFUSED, query=filters.OF_DELIVERIES,
        ),
        Route(
            "GET", f"{V1}/media", c.gallery.list, "gallery",
            response=lists.MediaList, errors=_REFUSED, query=filters.OF_MEDIA,
        ),
        Route(
            "GET", f"{V1}/media/{{media_id}}/messages", c.gallery.carriers, "carriers",
            response=lists.Carriers, errors=_ABSENT, query=filters.OF_CARRIERS,
        ),
        Route("GET", message, messages.get, "message", None, control.MessageDetail, _ABSENT),
        Route("POST", f"{message}/resend", messages.resend, "resend", None, evidence.Resent, _ABSENT),
        Route("GET", f"{V1}/errors", c.errors.list, "errors", None, evidence.ErrorList, _REFUSED),
        Route("GET", f"{V1}/errors/{{error}}", c.errors.get, "error", None, evidence.ErrorView, _ABSENT),
        Route(
            "POST", f"{V1}/webhooks/signature", c.signatures.explain, "explain_signature",
            sign.SignatureCheck, sign.SignatureVerdict, _ABSENT,
        ),
        Route("GET", delivery, deliveries.get, "delivery", None, control.DeliveryDetail, _ABSENT),
        Route(
            "POST", f"{V1}/webhooks/deliveries/redeliver", deliveries.redeliver_all, "redeliver_all",
            lists.RedeliverWish, lists.Redelivered, _REFUSED,
        ),
        Route(
            "POST", f"{delivery}/redeliver", deliveries.redeliver, "redeliver", None, control.DeliveryDetail, _ABSENT
        ),
    ]  # fmt: skip


def _world_routes(world: World) -> list[Route]:
    rule, shown, change = control_rules.RuleRequest, control_rules.NetworkView, control_rules.NetworkChange
    place = f"{V1}/network"
    return [
        Route("GET", place, world.get_network, "network", None, shown, _REFUSED),
        Route("PATCH", place, world.change_network, "change_network", change, shown, _REFUSED),
        Route("GET", f"{V1}/clock", world.get_clock, "clock", None, control.ClockView, _REFUSED),
        Route("PUT", f"{V1}/clock", world.put_clock, "move_clock", control.ClockChange, control.ClockView, _REFUSED),
        Route("GET", f"{V1}/rules", world.list_rules, "rules", None, control_rules.RuleList, _REFUSED),
        Route("POST", f"{V1}/rules", world.add_rule, "add_rule", rule, control_rules.RuleView, _REFUSED),
        Route("DELETE", f"{V1}/rules", world.delete_rules, "delete_rules", None, control.Success, _REFUSED),
        Route("DELETE", f"{V1}/rules/{{rule_id}}", world.delete_rule, "delete_rule", None, control.Success, _ABSENT),
        Route("POST", f"{V1}/reset", world.reset, "reset", None, control.Success, _REFUSED),
    ]


def _number_routes(c: Control) -> list[Route]:
    numbers, endpoints, e = c.numbers, c.endpoints, control_endpoints
    hooks, hook = (
        f"{V1}/numbers/{{phone_number_id}}/webhooks",
        f"{V1}/numbers/{{phone_number_id}}/webhooks/{{webhook_id}}",
    )
    number = f"{V1}/numbers/{{phone_number_id}}"
    m = management
    return [
        Route("GET", f"{V1}/numbers", numbers.list, "numbers", None, m.NumberList, _REFUSED),
        Route("POST", f"{V1}/numbers", numbers.add, "add_number", m.NewNumber, m.AddedNumber, _REFUSED),
        Route("PUT", number, numbers.put, "change_number", m.NumberChange, m.NumberView, _ABSENT),
        Route("GET", number, numbers.get, "number", None, m.NumberDetail, _ABSENT),
        Route("PATCH", number, numbers.patch, "patch_number", m.NumberPatch, m.PatchedNumber, _ABSENT),
        Route("DELETE", f"{number}/webhook", numbers.remove_webhook, "remove_webhook", None, control.Success, _ABSENT),
        Route("GET", hooks, endpoints.list, "webhooks", None, e.EndpointList, _ABSENT),
        Route("POST", hooks, endpoints.add, "add_webhook", e.EndpointWish, e.EndpointView, _ABSENT),
        Route("PATCH", hook, endpoints.change, "change_webhook", e.EndpointChange, e.EndpointView, _ABSENT),
        Route("DELETE", hook, endpoints.remove, "delete_webhook", None, control.Success, _ABSENT),
        Route("POST", f"{number}/messages", c.messages.send, "send", control.BusinessMessage, control.Sent, _ABSENT),
        Route("POST", f"{number}/notices", c.notices.add, "notice", e.NoticeWish, control.Success, _ABSENT),
        Route("GET", f"{V1}/tokens", numbers.list_tokens, "tokens", None, m.TokenList, _REFUSED),
        Route("POST", f"{V1}/tokens", numbers.add_token, "add_token", m.TokenRequest, m.NewToken, _ABSENT),
        Route(
            "DELETE", f"{V1}/tokens/{{token_id}}", numbers.remove_token, "remove_token", None, control.Success, _ABSENT
        ),
    ]


def _template_routes(templates: Templates) -> list[Route]:
    one = f"{V1}/templates/{{template_id}}"
    m = management
    return [
        Route("GET", f"{V1}/templates", templates.list, "templates", None, m.TemplateList, _REFUSED),
        Route("POST", f"{V1}/templates", templates.create, "create_template", m.TemplateWish, m.TemplateView, _ABSENT),
        Route("PUT", one, templates.edit, "edit_template", m.TemplateEdit, m.TemplateView, _ABSENT),
        Route("DELETE", one, templates.delete, "delete_template", None, control.Success, _ABSENT),
        Route("POST", f"{one}/review", templates.order, "review_template", m.ReviewOrder, m.TemplateView, _ABSENT),
        Route("GET", f"{one}/held", templates.held, "held", None, m.HeldList, _ABSENT),
        Route("POST", f"{one}/held/release", templates.release, "release_held", None, m.Decided, _ABSENT),
        Route("POST", f"{one}/held/drop", templates.drop, "drop_held", None, m.Decided, _ABSENT),
        Route("PATCH", one, templates.patch, "change_template", m.TemplateUpdate, m.TemplateView, _ABSENT),
    ]


def _account_routes(accounts: AccountControl) -> list[Route]:
    account, m = f"{V1}/accounts/{{waba_id}}", management
    return [
        Route("GET", f"{V1}/accounts", accounts.list, "accounts", None, m.AccountList, _REFUSED),
        Route("PATCH", account, accounts.patch, "change_account", m.AccountChange, m.AccountView, _ABSENT),
    ]


def _snapshot_routes(snapshots: SnapshotControl) -> list[Route]:
    place, refused = f"{V1}/snapshot", (*_REFUSED, 413)
    return [
        Route("GET", place, snapshots.get, "snapshot", None, snapshot.Snapshot, _REFUSED),
        Route("PUT", place, snapshots.put, "restore", snapshot.Snapshot, snapshot.Restored, refused),
    ]


def _provider_routes(providers: ProviderControl) -> list[Route]:
    place, m = f"{V1}/providers", management
    return [
        Route("GET", place, providers.list, "providers", None, m.ProviderList, _REFUSED),
        Route("POST", place, providers.add, "add_provider", m.ProviderRequest, m.ProviderView, _REFUSED),
        Route("DELETE", f"{place}/{{provider}}", providers.remove, "remove_provider", None, control.Success, _ABSENT),
    ]
