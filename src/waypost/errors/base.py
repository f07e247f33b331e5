"""What an error is: an entry of the list, one that happened, and one on its way to the caller."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Fact = str | int | float | bool | None
Subject = Literal["window", "template", "media", "link", "rate", "recipient", "limits", "rule"]
"""What a decision about a message was about; `rule` is every other one, those of a test among them."""

_GENERIC = 1000
_GENERIC_IN_CALLBACKS = 500
_GENERAL = frozenset({1, 2, 131000, 135000})
"""Cloud codes that say no more than the general code of On-Premises.

# spec: migration.md#8.3
"""


class Problem(Struct, frozen=True, kw_only=True):
    """One kind of error, in both dialects."""

    name: str
    """Our own stable name; stored with a failed message."""
    code: int
    """Cloud code."""
    http: int
    """HTTP status of the Cloud faces."""
    title: str
    """Cloud title, without the `(#code)` prefix."""
    onprem_code: int
    onprem_http: int
    onprem_title: str
    onprem_callback_code: int | None = None
    """On-Premises code when the error comes as a callback, where it differs from the one in an answer."""
    onprem_callback_title: str | None = None
    """On-Premises title in a callback, where it differs from the one in an answer."""
    borrowed: bool = False
    """Whether the platform has no such error: Waypost's own, under the codes that come nearest."""
    kind: str = "OAuthException"
    """`error.type` of the Cloud faces."""
    subcode: int | None = None
    user_title: str | None = None
    """`error_user_title` of management calls; the details become `error_user_msg`."""
    blame: str | None = None
    """The parameter that `error_data` blames, where it is always the same; see `Fault.blame`."""
    prefixed: bool = True
    """Whether the Cloud message begins with `(#code)`."""
    worded: bool = False
    """Whether the details are the whole Cloud message, as where the graph names a field."""
    proxy_message: str | None = None
    """`developer_message` when 360dialog's proxy refuses this by itself, in its own body."""
    onprem_proxy_message: str | None = None
    """The same on 360dialog's On-Premises host, where it differs; `***` stands for the path."""
    proxy_http: int | None = None
    retryable: bool = False
    fix: str
    """What to do about it, for the documentation."""
    rule: str = ""
    """One sentence for the documentation: when it happens."""
    trigger: str = ""
    """How to get it here, in a sentence; empty if only a fault rule or a magic number brings it about."""
    when: Literal["answer", "webhook", "both"] = "answer"
    """Whether the request is refused with it, or an accepted message fails with it."""

    @property
    def callback(self) -> tuple[int, str]:
        """On-Premises code and title in a callback."""
        usual = _GENERIC_IN_CALLBACKS if self.onprem_code == _GENERIC else self.onprem_code
        return self.onprem_callback_code or usual, self.onprem_callback_title or self.onprem_title

    @property
    def cloud_only(self) -> bool:
        """Whether On-Premises has no word for it: its general code, with the Cloud code in the details."""
        return self.onprem_code == _GENERIC and self.code not in _GENERAL

    def onprem_details(self, details: str) -> str:
        """Return the details as On-Premises says them.

        # spec: migration.md#8.3
        """
        return f"cloud {self.code}: {details}" if self.cloud_only else details


class Cause(Struct, frozen=True):
    """What a fault follows from: one sentence in plain words, for people, and the facts that it uses."""

    subject: Subject
    sentence: str
    facts: Mapping[str, Fact] = {}


class Fault(Struct, frozen=True):
    """A problem that happened: `details` says what was wrong, with the value, and what to do."""

    problem: Problem
    details: str
    retry_after_seconds: int | None = None
    blame: str | None = None
    """The parameter at fault, where the problem is not about one and the same."""
    cause: Cause | None = None
    """Why it happened, where that is more than `details` may say to the platform's clients."""

    @property
    def blamed(self) -> str | None:
        """The parameter of a management call that `error_data` blames; None for a fault of no parameter."""
        return self.blame or self.problem.blame

    @classmethod
    def demanded(cls, problem: Problem, by: str) -> "Fault":
        """Return a fault that happens because a test wants it to; `by` names what demands it."""
        return cls(problem, f"Raised on purpose by {by}{': ' + problem.rule if problem.rule else '.'}")


class Refusal(Exception):  # noqa: N818 - it is an answer, not an accident
    """Carries a fault from where it was found to the edge that answers it."""

    def __init__(
        self, problem: Problem, details: str, *, retry_after_seconds: int | None = None, blame: str | None = None
    ) -> None:
        super().__init__(f"{problem.name}: {details}")
        self.fault = Fault(problem, details, retry_after_seconds, blame)

    @classmethod
    def of(cls, fault: Fault) -> "Refusal":
        """Return what carries a fault that was found already."""
        return cls(fault.problem, fault.details, retry_after_seconds=fault.retry_after_seconds, blame=fault.blame)
