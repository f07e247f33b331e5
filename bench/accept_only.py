"""Starts Waypost with its lanes shut: messages are accepted, stored and answered, and no job is ever begun.

There is no setting for that, because no user would want it. Everything before the answer is the product's own code.
"""

from waypost.__main__ import main
from waypost.workers.lanes import Lanes


def shut_lanes() -> None:
    """Leave every job in the database."""
    Lanes.offer = _leave  # type: ignore[method-assign,assignment]  # for this process, before anything starts


def _leave(*_: object) -> None:
    return


if __name__ == "__main__":
    shut_lanes()
    main()
