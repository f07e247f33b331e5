"""Which case of a journey runs on which pair of stores, where all on both would take too long.

Every journey runs on both pairs, on every face. A case is a journey on one face with one sample:

- Where a journey has one case on a face, that runs on both pairs.
- Where it has several on a face, they take turns: the first on SQLite and files, the second on PostgreSQL and S3, and
  so on. On the next face the other pair begins, so that a sample that is told on several faces meets both.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pytest

PAIRS = ["sqlite", "postgresql"]


def out_of_turn(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """Return the journeys that another case on the other pair stands for.

    Of a case that is here for one pair only nothing is left out: it was asked for.
    """
    left_out: set[pytest.Item] = set()
    for faces in _journeys(items).values():
        for begins, cases in enumerate(faces.values()):
            if len(cases) > 1:
                for place, pairs in enumerate(cases.values(), start=begins):
                    stays = PAIRS[place % 2]
                    left_out |= {item for pair, item in pairs.items() if pair != stays and stays in pairs}
    return left_out


def says_its_own_stores(test: pytest.Item) -> bool:
    """Say whether a test is marked with the stores that it runs on, and so runs on those."""
    return any("server_store" in str(mark.args[0]) for mark in test.iter_markers("parametrize"))


def pair_of(item: pytest.Item) -> str | None:
    """Return the pair of stores that a journey runs on; None for any other test."""
    pair = _parameters(item).get("server_store")
    return pair if pair in PAIRS else None


def face_of(item: pytest.Item) -> str:
    """Return the face that a journey runs on; empty if it says none."""
    parameters = _parameters(item)
    return str(parameters.get("face", parameters.get("shared", "")))


def _parameters(item: pytest.Item) -> dict[str, Any]:  # Any: parameters of all kinds
    callspec = getattr(item, "callspec", None)
    return dict(callspec.params) if callspec else {}


_Cases = dict[str, dict[str, pytest.Item]]


def _journeys(items: Iterable[pytest.Item]) -> dict[str, dict[str, _Cases]]:
    """Return journeys by their faces by their cases by the pair of stores, in the order of the items."""
    found: dict[str, dict[str, _Cases]] = defaultdict(lambda: defaultdict(lambda: defaultdict(dict)))
    for item in items:
        if pair := pair_of(item):
            journey, case = item.nodeid.partition("[")[0], item.name.replace(pair, "*")
            found[journey][face_of(item)][case][pair] = item
    return found
