"""What the control API tells of why things are as they are: errors, findings with their facts, the exchange itself."""

import base64
from datetime import datetime
from typing import Literal

from msgspec import Struct

from waypost.errors import Fact, Problem, Subject, problem_named
from waypost.wire.control.base import MessageId

_ERROR_PAGE = "/_waypost#/errors/"

Verdict = Literal["passed", "failed", "waited"]


class Payload(Struct):
    """Bytes: as text if they are UTF-8, else in base64."""

    text: str
    encoding: Literal["utf-8", "base64"] = "utf-8"


class WhyView(Struct):
    """Why something failed, in one sentence with the facts it used, and what to do.

    `code` is the Cloud's, `onprem_code` that of On-Premises in a callback; both are null of a webhook that nobody
    took, for which `name` is `webhook`. `page` is a path of this server.
    """

    sentence: str
    fix: str
    code: int | None
    onprem_code: int | None
    name: str
    page: str | None


class HopView(Struct):
    """One request on the way of a link: what was asked, and the head of the answer.

    Without a `status` there was no answer, or none was asked for; `note` says why, or what was wrong with the answer.
    """

    url: str
    status: int | None
    headers: dict[str, str]
    note: str | None = None


class FindingView(Struct):
    """What a rule decided about a message, with the facts it used.

    `recorded`: kept when it happened; otherwise it is worked out now from what is stored.
    """

    at: datetime
    subject: Subject
    verdict: Verdict
    sentence: str
    facts: dict[str, Fact]
    hops: list[HopView]
    recorded: bool


class VerifyView(Struct):
    """How a receiver checks one of the signatures of a webhook.

    `value`: the header as it was, or would be, sent at the last attempt; `secret`: which secret is the key; `signed`:
    what is signed; `command`: prints the value in a shell, with the exact body in the file `body` and the secret in
    `$SECRET`.
    """

    header: str
    value: str
    secret: str
    signed: str
    command: str


class AnswerView(Struct):
    """An answer over HTTP."""

    status: int
    headers: dict[str, str]
    body: Payload


class ExchangeView(Struct):
    """A request as it came and the answer as it was given, in the dialect it came in; the token is `<token>`.

    The body is what came, byte for byte; the rest is rebuilt. `assumed` names what is not stored and may have been
    different: the `path` where a dialect has several, `headers` beside the two that are needed.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: Payload
    answer: AnswerView
    assumed: list[str]


class Resent(MessageId):
    """The new message that the same request has become; `resend_of` is the first one."""

    phone_number_id: str
    resend_of: str


class ErrorView(Struct):
    """One error: its codes and titles in both dialects, when it happens, and what to do about it.

    `onprem_code` is the code in a callback, `onprem_answer_code` the one in an answer. `when`: the request is refused
    with it (`answer`), an accepted message fails with it (`webhook`), or both. `trigger`: how to get it here; empty if
    only a fault rule or a magic number brings it about. `magic_number`: the recipient that stands for it, if one does.
    """

    name: str
    code: int
    subcode: int | None
    http: int
    title: str
    onprem_code: int
    onprem_answer_code: int
    onprem_http: int
    onprem_title: str
    meaning: str
    fix: str
    trigger: str
    when: Literal["answer", "webhook", "both"]
    retryable: bool
    borrowed: bool
    magic_number: str | None
    page: str


class ErrorList(Struct):
    """Every error, by topic."""

    errors: list[ErrorView]


def payload(data: bytes) -> Payload:
    """Return bytes as text where they are UTF-8, else in base64."""
    try:
        return Payload(data.decode("utf-8"))
    except UnicodeDecodeError:
        return Payload(base64.b64encode(data).decode("ascii"), "base64")


def why_view(name: str, sentence: str) -> WhyView:
    """Return why something failed, by the name of its problem."""
    problem = problem_named(name)
    return WhyView(sentence, problem.fix, problem.code, problem.callback[0], problem.name, page_of(problem))


def error_view(problem: Problem, magic_number: str | None) -> ErrorView:
    """Return everything there is to tell of an error."""
    code, title = problem.callback
    return ErrorView(
        name=problem.name,
        code=problem.code,
        subcode=problem.subcode,
        http=problem.http,
        title=problem.title,
        onprem_code=code,
        onprem_answer_code=problem.onprem_code,
        onprem_http=problem.onprem_http,
        onprem_title=title,
        meaning=problem.rule,
        fix=problem.fix,
        trigger=problem.trigger,
        when=problem.when,
        retryable=problem.retryable,
        borrowed=problem.borrowed,
        magic_number=magic_number,
        page=page_of(problem),
    )


def page_of(problem: Problem) -> str:
    """Return where the console shows an error."""
    return f"{_ERROR_PAGE}{problem.name}"
