"""Every journey runs over both pairs of stores: where its samples take turns, none of its faces misses one."""

from collections import defaultdict

import pytest
from tests.journeys.turns import PAIRS, face_of, pair_of, says_its_own_stores


def test_every_journey_meets_both_pairs_on_every_face(request: pytest.FixtureRequest) -> None:
    config = request.config
    if config.args_source is not config.ArgsSource.TESTPATHS or config.option.keyword or config.option.markexpr:
        pytest.skip("only a run of all tests has every journey")
    met: dict[tuple[str, str], set[str]] = defaultdict(set)
    for item in request.session.items:
        if (pair := pair_of(item)) and not says_its_own_stores(item):
            met[item.nodeid.partition("[")[0], face_of(item)].add(pair)

    asked = config.getoption("--store")
    every = {asked} if asked in PAIRS else set(PAIRS)

    assert met
    assert {journey: pairs for journey, pairs in met.items() if pairs != every} == {}
