"""The plan for more than one primary: its arithmetic, its simulation, and the page made from both."""

from collections.abc import Sequence

import msgspec
import pytest
from bench.scale_cost import (
    Costs,
    costs,
    crowded_shards,
    delete_hours,
    figures,
    fleet,
    primary_rates,
    process_rate,
    results,
    stored_tb,
    upload_ms,
    upstream_us,
    worker_rate,
)
from bench.scale_load import Act, Kind, Planted, Setting, loads
from bench.scale_page import PAGE, filled
from bench.scale_plan import fair, plan
from bench.scale_sim import run
from hypothesis import given, settings
from hypothesis import strategies as st

USUAL = Setting(rate=4_000, worker_rate=1_600, database_rate=10_000, numbers=400, workers=4, seconds=40)
AMPLE = {"worker_rate": 1e6, "database_rate": 1e6}
STOPPED_AND_BACK = (Act(10, "stop"), Act(18, "resume"))

ONE_OF_EACH: Sequence[Kind] = ("kill", "stop", "leave")


def usual_costs(**changes: float) -> Costs:
    return msgspec.structs.replace(costs(figures(results())), **changes)


def varied(**changes: object) -> Setting:
    return msgspec.structs.replace(USUAL, **changes)


# -- The cost model


def test_the_page_says_what_the_model_and_the_simulation_say() -> None:
    written = PAGE.read_text("utf-8")

    assert written == filled(written), "run `python -m bench scale` and commit what it changes"


def test_a_process_does_as_many_messages_as_their_cost_leaves_in_a_second() -> None:
    assert process_rate(500.0) == pytest.approx(2_000)
    assert process_rate(500.0, busy=0.7) == pytest.approx(1_400)


def test_a_worker_has_no_part_in_the_acceptance() -> None:
    assert worker_rate(usual_costs(message_us=700, accept_us=200)) == pytest.approx(2_000)


def test_a_real_upstream_adds_one_request_out_and_one_in_for_each_status() -> None:
    assert upstream_us(usual_costs(post_us=25, webhooks=3, request_us=30)) == 115


def test_a_primary_ends_at_its_cores_and_at_its_log() -> None:
    plan = usual_costs(primary_cores=10, database_us=500, busy=0.5, wal_mb_s=100, stored_bytes=2_000, wal_factor=2)

    assert primary_rates(plan) == pytest.approx({"cores": 10_000, "write-ahead log": 12_500})


def test_a_fleet_has_whole_processes_and_a_primary_for_each_part_of_the_load() -> None:
    plan = usual_costs(
        message_us=600, accept_us=100, busy=0.5, primary_cores=10, database_us=500, wal_mb_s=1_000, sessions_each=6
    )

    need = fleet(20_001, plan)

    assert (need.api_processes, need.workers, need.primaries) == (5, 21, 3)
    assert (need.webhooks_s, need.sessions) == (60_003, 156)


def test_a_rate_that_one_primary_takes_has_one() -> None:
    plan = usual_costs(primary_cores=10, database_us=500, busy=0.5, wal_mb_s=1_000, spread=1.2)

    assert fleet(10_000, plan).primaries == 1


def test_a_billion_messages_are_as_many_bytes_as_one_times_a_billion() -> None:
    assert stored_tb(1e9, usual_costs(stored_bytes=2_000, stored_factor=1.5)) == pytest.approx(3.0)


def test_a_million_messages_are_nine_million_rows_to_delete() -> None:
    assert delete_hours(1e6, usual_costs(delete_us=4)) == pytest.approx(0.01)


def test_the_cost_of_an_upload_goes_through_both_measured_sizes() -> None:
    plan = usual_costs(small_file_ms=2, large_file_ms=30)

    assert [upload_ms(0.1, plan), upload_ms(5.0, plan)] == pytest.approx([2, 30])


def test_hot_numbers_share_shards_as_birthdays_do() -> None:
    assert crowded_shards(2, 64) == pytest.approx(2 / 64)
    assert crowded_shards(1, 64) == 0


# -- Who should own what


def test_shards_without_an_owner_are_spread_evenly() -> None:
    agreed = plan([None] * 6, [1, 2, 3], [1.0] * 6, 0.0)

    assert agreed.takes == {0: 1, 1: 2, 2: 3, 3: 1, 4: 2, 5: 3}
    assert agreed.gives == {}


def test_a_worker_that_joins_gets_its_share_and_nothing_else_moves() -> None:
    owners = [worker for worker in range(4) for _ in range(16)]

    agreed = plan(owners, [0, 1, 2, 3, 4], [1.0] * 64, 0.0)

    assert sorted(agreed.gives.values()) == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_a_heavy_shard_stays_and_light_ones_move_away_from_it() -> None:
    agreed = plan([0, 0, 0, 1], [0, 1], [8.0, 1.0, 1.0, 4.0], 0.1)

    assert agreed.gives == {1: 0, 2: 0}


def test_a_worker_that_is_within_the_slack_keeps_what_it_has() -> None:
    agreed = plan([0, 0, 1, 1], [0, 1], [10.0, 11.0, 10.0, 9.0], 0.1)

    assert agreed.gives == {}


def test_whoever_wants_little_gets_it_and_the_rest_is_shared_by_the_others() -> None:
    assert fair([1.0, 9.0, 5.0], 9.0) == [1.0, 4.0, 4.0]
    assert fair([1.0, 2.0], 9.0) == [1.0, 2.0]


# -- The load


def test_numbers_have_the_rate_that_was_asked_for_and_none_exceeds_its_limit() -> None:
    found = loads(varied(hot=(1_000.0,)))

    assert sum(found) == pytest.approx(4_000)
    assert found[-1] == 1_000.0
    assert max(found[:-1]) == 80.0


def test_a_load_that_the_numbers_may_not_make_is_refused() -> None:
    with pytest.raises(ValueError, match="10 numbers of at most 80"):
        loads(varied(numbers=10))


# -- The simulation


def test_nothing_waits_where_nothing_happens() -> None:
    outcome = run(USUAL)

    assert (outcome.tally.worst_age, outcome.moved, outcome.owned_again) == (0.0, 0, 0.0)
    assert outcome.tally.arrived == pytest.approx(4_000 * 40)


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 2**32),
    times=st.lists(st.floats(0, 40), min_size=3, max_size=3),
    kinds=st.permutations(ONE_OF_EACH),
    by_load=st.booleans(),
    databases=st.integers(1, 3),
)
def test_no_message_is_lost_and_no_shard_has_two_owners(
    seed: int, times: list[float], kinds: Sequence[Kind], by_load: bool, databases: int
) -> None:
    acts = [Act(at, kind, who) for who, (at, kind) in enumerate(zip(times, kinds, strict=True))]
    back = [Act(act.at + 5, "resume", act.who) for act in acts if act.kind == "stop"]
    away = [Act(12, "database down"), Act(20, "database up")]

    outcome = run(varied(seed=seed, by_load=by_load, databases=databases, acts=[*acts, *back, *away]))

    assert outcome.lost == pytest.approx(0, abs=1e-3)
    assert (outcome.two_owners, outcome.tally.sent_twice) == (0, 0)


@pytest.mark.parametrize("seed", range(3))
def test_a_worker_that_keeps_what_its_lock_no_longer_covers_is_found_out(seed: int) -> None:
    planted: Planted = "keeps-lost-shards"

    outcome = run(varied(seed=seed, acts=STOPPED_AND_BACK, planted=planted))

    assert outcome.two_owners > 0
    assert outcome.tally.sent_twice > 0


@pytest.mark.parametrize("seed", range(3))
def test_a_worker_that_forgets_what_waited_is_found_out(seed: int) -> None:
    planted: Planted = "forgets-what-waited"

    outcome = run(varied(seed=seed, acts=STOPPED_AND_BACK, planted=planted))

    assert outcome.lost > 1


@pytest.mark.parametrize(
    ("acts", "at_least", "at_most"),
    [
        ([Act(10, "kill")], 0.0, 2.0),  # the locks fall at once; the others look every 2 s
        ([Act(10, "stop")], 3.0, 5.0),  # after the idle time-out
        ([Act(10, "leave")], 0.0, 12.0),  # after the requests under way, 10 s at most
        ([Act(10, "database down"), Act(16, "database up")], 6.0, 8.0),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_every_shard_is_owned_again_as_soon_as_locks_and_looks_allow(
    seed: int, acts: Sequence[Act], at_least: float, at_most: float
) -> None:
    outcome = run(varied(seed=seed, acts=acts))

    assert outcome.owned_again is not None
    assert at_least < outcome.owned_again <= at_most


@pytest.mark.parametrize("seed", range(3))
def test_with_ample_workers_a_lane_waits_as_long_as_its_shard_has_none(seed: int) -> None:
    outcome = run(varied(seed=seed, acts=[Act(10, "stop")], **AMPLE))

    assert outcome.tally.worst_age == pytest.approx(outcome.owned_again, abs=0.01)


def test_a_stop_that_is_shorter_than_the_time_out_moves_nothing() -> None:
    outcome = run(varied(acts=[Act(10, "stop"), Act(12, "resume")], **AMPLE))

    assert outcome.moved == 0
    assert outcome.tally.worst_age == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_more_workers_never_let_a_lane_wait_longer(seed: int) -> None:
    ages = [run(varied(seed=seed, workers=workers)).tally.worst_age for workers in (1, 2, 4, 8, 16)]

    assert ages == sorted(ages, reverse=True)
    assert (ages[0] > 10, ages[-1]) == (True, 0.0)


@pytest.mark.parametrize("seed", range(3))
def test_a_hot_number_that_is_spread_by_load_delays_nobody(seed: int) -> None:
    by_count = run(varied(seed=seed, hot=(1_000.0,), workers=3))
    by_load = run(varied(seed=seed, hot=(1_000.0,), workers=3, by_load=True))

    assert by_load.tally.worst_age == 0.0
    assert by_load.imbalance < by_count.imbalance


def test_a_database_that_is_too_slow_makes_its_numbers_wait_and_loses_none() -> None:
    outcome = run(varied(database_rate=3_000.0))

    assert outcome.waiting == pytest.approx(1_000 * 40, rel=0.01)
    assert outcome.lost == pytest.approx(0, abs=1e-3)


def test_one_seed_gives_one_outcome() -> None:
    setting = varied(seed=7, acts=[Act(10, "kill"), Act(20, "join", 9)])

    assert run(setting) == run(setting)
