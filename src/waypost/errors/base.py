"""What an error is: an entry of the list, one that happened, and one on its way to the caller."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
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
    kind: str = "OAuthException"
    """`error.type` of the Cloud faces."""
    subcode: int | None = None
    user_title: str | None = None
    """`error_user_title` of management calls; the details become `error_user_msg`."""
    blame: str | None = None
    """The field that `error_data` blames."""
    prefixed: bool = True
    """Whether the Cloud message begins with `(#code)`."""
    worded: bool = False
    """Whether the details are the whole Cloud message, as where the graph names a field."""
    proxy_message: str | None = None
    """`developer_message` when 360dialog's proxy refuses this by itself, in its own body."""
    proxy_http: int | None = None
    retryable: bool = False
    fix: str
    """What to do about it, for the documentation."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem that happened: `details` says what was wrong, with the value, and what to do."""

    problem: Problem
    details: str
    retry_after_seconds: int | None = None


class Refusal(Exception):  # noqa: N818 - it is an answer, not an accident
    """Carries a fault from where it was found to the edge that answers it."""

    def __init__(self, problem: Problem, details: str, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(f"{problem.name}: {details}")
        self.fault = Fault(problem, details, retry_after_seconds)
