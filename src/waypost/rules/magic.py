"""Magic phone numbers: recipients that stand for an error or for a behaviour, as test cards do; nothing is set up.

`15550` and six digits: a Cloud code of that length, or one of `MANNERS`. Shorter codes have no number: 15550000100 is
what people and load generators make up when they need any number.
"""

from collections.abc import Mapping

from msgspec import Struct, structs

from waypost.errors import Cause, Fault, Problem, by_code
from waypost.errors.outcomes import UNDELIVERABLE, UNDELIVERABLE_TEMPLATE

PREFIX = "15550"
_DIGITS = 6
_FIRST_CODE = 100_000


class Manner(Struct, frozen=True):
    """How the phone of a magic number behaves until somebody changes it."""

    meaning: str = ""
    """For the documentation."""
    online: bool = True
    reads: bool = True
    read_after_ms: int = 0
    """How long a delivered message lies there before it is read."""


MANNERS: Mapping[str, Manner] = {
    PREFIX + "990001": Manner("is offline: a message is `sent` and never delivered", online=False),
    PREFIX + "990002": Manner("never reads: a message is `delivered` and no more", reads=False),
    PREFIX + "990003": Manner("reads ten seconds of platform time after delivery", read_after_ms=10_000),
}
_ORDINARY = Manner()


def magic_errors() -> dict[str, Problem]:
    """Return what each magic number that stands for an error stands for, by code."""
    found = by_code().items()
    return {f"{PREFIX}{code}": problem for code, problem in found if _FIRST_CODE <= code < 10**_DIGITS}


_ERRORS = magic_errors()


class Magic:
    """Looks recipients up, unless magic numbers are switched off; it is asked several times for every message."""

    def __init__(self, *, is_on: bool = True) -> None:
        self._errors = _ERRORS if is_on else {}
        self._manners = MANNERS if is_on else {}

    def knows(self, wa_id: str) -> bool:
        """Return whether a recipient is magic; such a user can be written to as if they had just written."""
        return wa_id in self._errors or wa_id in self._manners

    def refusal(self, wa_id: str) -> Fault | None:
        """Return the error that a request to this recipient is answered with."""
        problem = self._errors.get(wa_id)
        return None if problem is None or problem.when == "webhook" else _demanded(problem)

    def failure(self, wa_id: str, kind: str) -> Fault | None:
        """Return the error that an accepted message of this kind to this recipient fails with."""
        problem = self._errors.get(wa_id)
        if problem is None or problem.when != "webhook":
            return None
        fault = _demanded(UNDELIVERABLE_TEMPLATE if problem is UNDELIVERABLE and kind == "template" else problem)
        cause = Cause(
            "rule", f"{wa_id} is a magic number: whatever is sent to it fails with {problem.code}.", {"magic": wa_id}
        )
        return structs.replace(fault, cause=cause)

    def manner(self, wa_id: str) -> Manner:
        """Return how the phone of a number behaves at first."""
        return self._manners.get(wa_id, _ORDINARY)


def _demanded(problem: Problem) -> Fault:
    return Fault.demanded(problem, "the magic number")
