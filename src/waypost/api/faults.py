"""Turns the exception that stopped a request into a fault of `errors/`, which each face writes in its own form."""

import errno

from waypost.api.routing import HTTPProblem
from waypost.errors import Fault, Refusal
from waypost.errors.outcomes import SOMETHING_WENT_WRONG
from waypost.errors.rates import NO_SPACE, OVERLOADED, UNAVAILABLE
from waypost.errors.requests import (
    BAD_REQUEST,
    METHOD_NOT_ALLOWED,
    TIMED_OUT,
    TOO_LARGE,
    UNKNOWN_PATH,
    UNSUPPORTED_CONTENT,
)
from waypost.ports import StoreBusy, StoreDown

_RETRY_SECONDS = 1
_BY_STATUS = {
    404: UNKNOWN_PATH,
    405: METHOD_NOT_ALLOWED,
    408: TIMED_OUT,
    413: TOO_LARGE,
    415: UNSUPPORTED_CONTENT,
}
"""What an HTTPProblem stands for; every other status stands for a bad request."""
_USED_UP = {
    errno.EMFILE: "descriptors",
    errno.ENFILE: "descriptors",
    errno.ENOMEM: "memory",
    errno.EAGAIN: "processes",  # what fork says at a limit
}


def fault_of(error: Exception) -> Fault:
    """Return the fault that an exception stands for; a bug is `something_went_wrong` and says no more."""
    match error:
        case Refusal():
            return error.fault
        case HTTPProblem():
            return Fault(_BY_STATUS.get(error.status, BAD_REQUEST), error.reason)
        case StoreBusy():
            return Fault(OVERLOADED, "Waypost's queue is full; repeat the request.", _RETRY_SECONDS)
        case StoreDown():
            return _down(error)
        case _ if what := used_up(error):
            return Fault(UNAVAILABLE, f"Waypost has no {what} left; repeat the request.", 5)
        case _:
            return Fault(SOMETHING_WENT_WRONG, "An error of Waypost itself; the log has it.")


def used_up(error: Exception) -> str | None:
    """Return what this process or machine has too little of, if that is the error: a condition that may pass."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        return "threads"
    return _USED_UP.get(error.errno or 0) if isinstance(error, OSError) else None


def _down(error: StoreDown) -> Fault:
    problem = NO_SPACE if error.no_space else UNAVAILABLE
    return Fault(problem, f"{error}", 5)
