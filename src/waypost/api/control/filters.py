"""What lists are narrowed down by: the fields of a query, each read or refused."""

from collections.abc import Iterable
from typing import TypeVar, get_args

from waypost.api.control.answers import asked_digits, asked_number, limit_of, number_of
from waypost.api.recorder import FACES
from waypost.api.routing import Request
from waypost.errors import Problem, Refusal, all_problems
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.search import Wanted
from waypost.lib import ids
from waypost.lib.clock import milliseconds_of
from waypost.lib.cursors import parse_cursor
from waypost.model import MessageKey, Status
from waypost.ports import DeliverySearch, EndedSearch, MessageSearch
from waypost.ports.records import STATES
from waypost.wire.control.lists import MediumType, RedeliverWish
from waypost.wire.inbound import InboundType
from waypost.wire.messages import TYPES

_KINDS = frozenset({*TYPES, *get_args(InboundType)})
_STATUSES = {status.word: status for status in Status}
_DIRECTIONS = {"inbound": True, "outbound": False}
_MOST_IDS = 200
_MOST_TEXT = 500

PAGE = {
    "before": "The `next` of the page before.",
    "limit": "How many at most: 1 to 1000, 100 when it is not given.",
}
NUMBER = {"number": "A phone_number_id."}
OF_MESSAGES = {
    **NUMBER,
    "phone": "A user's phone number.",
    "type": "A message type.",
    "direction": "`inbound` or `outbound`.",
    "status": f"Of what a business sent: {', '.join(_STATUSES)}.",
    "error": "Why it failed: a code of either dialect, or a problem's name.",
    "text": "A part of what the message shows, in whatever case.",
    "ids": f"Ids of either dialect, with commas between them; at most {_MOST_IDS}, in 8 KiB.",
    **PAGE,
}
OF_DELIVERIES = {
    **NUMBER,
    "message": "Id of the message that was told of, in either dialect.",
    "state": f"One of {', '.join(STATES)}.",
    "kind": "`status`, `message`, or a webhook field.",
    **PAGE,
}
OF_REFUSALS = {
    **NUMBER,
    "code": "A code of either dialect, or a problem's name.",
    "face": f"One of {', '.join(FACES)}.",
    "text": "Words that all stand in the request's line, or in its status, code, name or sentence, in whatever case.",
    **PAGE,
}
OF_CHATS = {**NUMBER, **PAGE}
OF_CARRIERS = {"after": "The `next` of the answer before."}
OF_MEDIA = {**NUMBER, "type": f"One of {', '.join(get_args(MediumType))}.", **PAGE}

Choice = TypeVar("Choice")


def wanted_page(request: Request, kind: str) -> Wanted:
    """Return which part of a list of this kind is wanted. Raises Refusal."""
    text = request.query.get("before")
    before = None if text is None else parse_cursor(kind, text)
    if text is not None and before is None:
        raise Refusal(INVALID_VALUE, f"before: {text[:40]!r} is not the `next` of such a list.")
    return Wanted(before, limit_of(request))


def asked_start(request: Request, kind: str) -> int | None:
    """Return the key above which to go on; None if it is not given. Raises Refusal."""
    text = request.query.get("after")
    return None if text is None else _start(text, kind)


def message_search(request: Request) -> MessageSearch:
    """Return which messages are wanted. Raises Refusal."""
    direction = asked_choice(request, "direction", _DIRECTIONS)
    status = asked_choice(request, "status", _STATUSES)
    return MessageSearch(
        number_id=asked_number(request, "number"),
        wa_id=asked_digits(request, "phone"),
        kind=asked_choice(request, "type", _KINDS),
        received=None if direction is None else _DIRECTIONS[direction],
        status=None if status is None else _STATUSES[status],
        problems=asked_problems(request, "error"),
        keys=_asked_keys(request),
    )


def asked_text(request: Request) -> str | None:
    """Return the text that is looked for; None if none is. Raises Refusal."""
    text = request.query.get("text")
    if text is not None and len(text) > _MOST_TEXT:
        raise Refusal(INVALID_VALUE, f"text: {len(text)} characters are more than the {_MOST_TEXT} that can be found.")
    return text or None


def delivery_search(request: Request) -> DeliverySearch | None:
    """Return which deliveries are wanted; None if they are of a message that cannot be. Raises Refusal."""
    message_id = request.query.get("message")
    ref = ids.parse_message_id(message_id) if message_id is not None else None
    search = DeliverySearch(
        number_id=asked_number(request, "number"),
        message_key=None if ref is None else MessageKey(ref.key),
        state=asked_choice(request, "state", STATES),
        kind=_asked_word(request, "kind"),
    )
    return search if message_id is None or ref is not None else None


def ended_search(wish: RedeliverWish) -> EndedSearch:
    """Return which deliveries are to be made again. Raises Refusal."""
    return EndedSearch(
        wish.state,
        number_id=None if wish.number is None else number_of("number", wish.number),
        kind=wish.kind,
        from_ms=None if wish.from_ is None else milliseconds_of(wish.from_),
        to_ms=None if wish.to is None else milliseconds_of(wish.to),
    )


def wished_message(wish: RedeliverWish) -> MessageKey | None:
    """Return the message whose deliveries are to be made again; None: of all. Raises Refusal."""
    if wish.message is None:
        return None
    ref = ids.parse_message_id(wish.message)
    if ref is None:
        raise Refusal(INVALID_VALUE, f"message: {wish.message[:200]!r} is not a message id.")
    return MessageKey(ref.key)


def wished_start(wish: RedeliverWish, kind: str) -> int:
    """Return the key above which to go on. Raises Refusal."""
    return 0 if wish.after is None else _start(wish.after, kind)


def asked_choice(request: Request, name: str, choices: Iterable[str]) -> str | None:
    """Return one of the words that a field may have; None if it is not given. Raises Refusal."""
    word = request.query.get(name)
    known = tuple(choices)
    if word is not None and word not in known:
        raise Refusal(INVALID_VALUE, f"{name}: {word[:40]!r} is none of {', '.join(known)}.")
    return word


def _start(text: str, kind: str) -> int:
    after = parse_cursor(kind, text)
    if after is None:
        raise Refusal(INVALID_VALUE, f"after: {text[:40]!r} is not the `next` of such an answer.")
    return after


def _asked_word(request: Request, name: str) -> str | None:
    word = request.query.get(name)
    if word is not None and not (word.isascii() and word.replace("_", "").isalnum() and len(word) <= 100):
        raise Refusal(INVALID_VALUE, f"{name}: {word[:40]!r} is no word.")
    return word


def asked_problems(request: Request, name: str) -> tuple[str, ...] | None:
    """Return the names of the problems that a code or a name stands for; None if not given. Raises Refusal."""
    wanted = request.query.get(name)
    if wanted is None:
        return None
    found = tuple(problem.name for problem in all_problems().values() if wanted in _names_of(problem))
    if not found:
        raise Refusal(INVALID_VALUE, f"{name}: {wanted[:40]!r} is neither a code nor a name of a problem.")
    return found


def _names_of(problem: Problem) -> set[str]:
    codes = (problem.code, problem.subcode, problem.onprem_code, problem.callback[0])
    return {problem.name, *(str(code) for code in codes if code is not None)}


def _asked_keys(request: Request) -> tuple[MessageKey, ...] | None:
    text = request.query.get("ids")
    if text is None:
        return None
    given = [each for each in text.split(",") if each]
    if len(given) > _MOST_IDS:
        raise Refusal(INVALID_VALUE, f"ids: {len(given)} are more than the {_MOST_IDS} that can be asked for at once.")
    refs = [(each, ids.parse_message_id(each)) for each in given]
    wrong = next((each for each, ref in refs if ref is None), None)
    if wrong is not None:
        raise Refusal(INVALID_VALUE, f"ids: {wrong[:200]!r} is not a message id.")
    return tuple(MessageKey(ref.key) for _, ref in refs if ref is not None)
