"""A process that has no descriptors or memory left says so, and that a request may be repeated."""

import errno

import pytest

from waypost.api.faults import fault_of


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (OSError(errno.EMFILE, "Too many open files", "/data/media/tmp/x"), "descriptors"),
        (OSError(errno.ENFILE, "Too many open files in system"), "descriptors"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "memory"),
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "processes"),
        (MemoryError(), "memory"),
        (RuntimeError("can't start new thread"), "threads"),
    ],
)
def test_what_is_used_up_is_told_and_may_be_tried_again(error: Exception, what: str) -> None:
    fault = fault_of(error)

    assert (fault.problem.http, fault.retry_after_seconds) == (503, 5)
    assert fault.details == f"Waypost has no {what} left; repeat the request."


def test_another_error_of_the_system_is_one_of_waypost_itself() -> None:
    assert fault_of(OSError(errno.EBADF, "Bad file descriptor")).problem.http == 500
