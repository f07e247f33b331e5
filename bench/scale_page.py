"""Writes the tables of docs/explanation/scale.md from the cost model and the simulation."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from bench.scale_cost import (
    DAY_SECONDS,
    Costs,
    Figure,
    Fleet,
    costs,
    crowded_shards,
    delete_hours,
    figures,
    fleet,
    primary_rate,
    primary_rates,
    process_rate,
    results,
    stored_tb,
    upload_ms,
    upstream_us,
    worker_rate,
)
from bench.scale_load import Act, Setting
from bench.scale_sim import Outcome, run
from bench.stand import ROOT

PAGE = ROOT / "docs" / "explanation" / "scale.md"
CELL_RATE = 25_000.0
SEEDS = (1, 2, 3)
RATES = (1_000.0, 10_000.0, CELL_RATE, 100_000.0)
_PLACE = re.compile(r"(<!-- table: (\w+) -->\n).*?(?=<!-- end -->)", re.DOTALL)
_GOAL_US = {"message_us": 350.0, "accept_us": 45.0}

Row = Sequence[str]


def filled(text: str) -> str:
    """Return the page with every table made anew."""
    given = figures(results())
    made = tables(given, costs(given))
    return _PLACE.sub(lambda place: place[1] + made[place[2]], text)


def tables(given: Mapping[str, Figure], plan: Costs) -> dict[str, str]:
    """Return every table by its name."""
    makers: dict[str, Callable[[Costs], str]] = {
        "steps": _steps,
        "primary": _primary,
        "fleet": _fleet,
        "numbers": _numbers,
        "media": _media,
        "storage": _storage,
        "failures": _failures,
        "hot": _hot,
    }
    return {"figures": _figures(given)} | {name: make(plan) for name, make in makers.items()}


def main() -> None:
    """Write the page."""
    PAGE.write_text(filled(PAGE.read_text("utf-8")), encoding="utf-8")
    print(PAGE.relative_to(ROOT))


# -- On paper


def _figures(given: Mapping[str, Figure]) -> str:
    head = ("figure", "value", "is", "from")
    rows = [
        (f"`{name}`", f"{_short(figure.value)} {figure.unit}".strip(), figure.kind.value, figure.source)
        for name, figure in given.items()
    ]
    return _table(head, rows)


def _steps(plan: Costs) -> str:
    head = ("step", "up to", "what it takes", "cores, price a month", "what ends first", "what to do then")
    return _table(head, [_one_process(plan), _one_primary(plan), _many_primaries(plan), _cells(plan)])


def _one_process(plan: Costs) -> Row:
    return (
        "1. one process, SQLite",
        f"{_round(process_rate(plan.message_us, plan.busy))}/s",
        "2 cores, one disk",
        _round(2 * plan.core_month),
        "the event loop: one process has one core",
        "PostgreSQL, `serve --role api` and `worker`",
    )


def _one_primary(plan: Costs) -> Row:
    need = fleet(primary_rate(plan), plan)
    return (
        "2. one PostgreSQL primary, N workers",
        f"{_round(need.rate)}/s",
        _processes(need),
        _round(need.month),
        f"the {min(primary_rates(plan).items(), key=lambda item: item[1])[0]}; and it is one thing that can fail",
        "a faster disk or more cores, then split by number",
    )


def _many_primaries(plan: Costs) -> Row:
    need = fleet(RATES[-1], plan)
    return (
        "3. several databases by number",
        f"{_round(need.rate)}/s",
        _processes(need),
        _round(need.month),
        f"sessions ({need.sessions} at each database), releases that touch everything, one region",
        "tie workers to databases, then cells",
    )


def _cells(plan: Costs) -> Row:
    need, cells = fleet(CELL_RATE, plan), round(RATES[-1] / CELL_RATE) + 1
    return (
        f"4. {cells} cells, one of them spare",
        f"{_round(CELL_RATE)}/s each",
        f"{_processes(need)}, each",
        _round(cells * need.month),
        "a number that outgrows one worker; receivers",
        "one more cell",
    )


def _processes(need: Fleet) -> str:
    primaries = "1 primary" if need.primaries == 1 else f"{need.primaries} primaries"
    return f"{need.workers} workers, {need.api_processes} API processes, {primaries}"


def _primary(plan: Costs) -> str:
    rows = [(name, f"{_round(rate)}/s") for name, rate in primary_rates(plan).items()]
    return _table(("of one primary", "is used up at"), rows)


def _fleet(plan: Costs) -> str:
    head = (
        "messages/s", "API processes", "workers", "primaries", "database cores", "log MB/s", "webhooks/s",
        "webhooks at once", "sessions a database", "price a month",
    )  # fmt: skip
    most = RATES[-1]
    others = {
        "real upstream": msgspec.structs.replace(plan, message_us=plan.message_us + upstream_us(plan)),
        "goals met": msgspec.structs.replace(plan, **_GOAL_US),
    }
    rows = [_fleet_row(_round(rate), rate, plan) for rate in RATES]
    return _table(head, rows + [_fleet_row(f"{_round(most)}, {name}", most, other) for name, other in others.items()])


def _fleet_row(name: str, rate: float, plan: Costs) -> Row:
    need = fleet(rate, plan)
    processes = (need.api_processes, need.workers, need.primaries)
    others = (need.wal_mb_s, need.webhooks_s, need.connections, need.sessions, need.month)
    told = (*map(_round, processes), f"{need.database_cores:.1f}", *map(_round, others))
    return (name, *told)


def _numbers(plan: Costs) -> str:
    hot = round(RATES[-1] / plan.number_limit)
    rows = [(_round(shards), f"{crowded_shards(hot, shards):.0f} of {hot}") for shards in (64, 384, 1024, 4096)]
    worker = (f"{_round(worker_rate(plan))}/s", f"{_round(process_rate(plan.paced_us - plan.accept_us))}/s")
    return (
        _table(("a worker's limit, saturated", "and at the cost measured at 1,000/s"), [worker])
        + "\n"
        + _table(("shards in all", "hot numbers that share their shard with another"), rows)
    )


def _media(plan: Costs) -> str:
    head = ("messages/s", "files/s", "MB/s", "cores for uploads", "cores for downloads", "prefixes that writes need")
    return _table(head, [_media_row(rate, plan) for rate in RATES])


def _media_row(rate: float, plan: Costs) -> Row:
    files = rate * plan.media_share
    megabytes = files * plan.media_mb
    uploads = files * upload_ms(plan.media_mb, plan) / 1000 / plan.busy
    downloads = megabytes / 1000 * plan.download_s_gb / plan.busy
    values = (rate, files, megabytes)
    return (
        *(_round(value) for value in values),
        f"{uploads:.1f}",
        f"{downloads:.1f}",
        _round(files / plan.put_s + 0.5),
    )


def _storage(plan: Costs) -> str:
    head = ("peak/s", "messages a day", "TB a day", "30 days, TB", "disks a month", "a billion after", "deleting a day")
    billion = f"A billion messages are {stored_tb(1e9, plan):.1f} TB in one copy.\n"
    return _table(head, [_storage_row(rate, plan) for rate in RATES]) + "\n" + billion


def _storage_row(rate: float, plan: Costs) -> Row:
    daily = rate * plan.mean_share * DAY_SECONDS
    month_tb = stored_tb(30 * daily, plan)
    days = 1e9 / daily
    return (
        _round(rate),
        f"{daily / 1e6:,.0f} million",
        f"{stored_tb(daily, plan):.2f}",
        f"{month_tb:,.1f}",
        _round(2 * month_tb * plan.tb_month),
        f"{days:.1f} days" if days >= 1 else f"{days * 24:.1f} hours",
        f"{delete_hours(daily, plan):.1f} core hours",
    )


# -- By simulation


def cell(plan: Costs) -> Setting:
    """Return one cell of the plan: 64 shards in each of its databases."""
    need = fleet(CELL_RATE, plan)
    return Setting(
        rate=CELL_RATE,
        numbers=2_000,
        shards=64 * need.primaries,
        databases=need.primaries,
        workers=need.workers,
        worker_rate=worker_rate(plan),
        database_rate=primary_rate(plan),
        by_load=True,
    )


def _failures(plan: Costs) -> str:
    head = (
        "at 10 s", "all owned again", "worst lane age", "messages late by over 1 s", "lost capacity, messages",
        "waited, message-seconds", "imbalance", "shards moved",
    )  # fmt: skip
    return _table(head, [_failure_row(name, _played(setting)) for name, setting in _happenings(cell(plan))])


def _played(setting: Setting) -> list[Outcome]:
    return [run(msgspec.structs.replace(setting, seed=seed)) for seed in SEEDS]


def _happenings(usual: Setting) -> Iterable[tuple[str, Setting]]:
    def other(name: str, *acts: Act, **changes: object) -> tuple[str, Setting]:
        return name, msgspec.structs.replace(usual, acts=acts, **changes)

    down = Act(10, "database down"), Act(40, "database up")
    yield other("nothing")
    yield other("kill -9 of a worker", Act(10, "kill"))
    yield other("a worker is stopped for good", Act(10, "stop"))
    yield other("a worker is stopped for 20 s", Act(10, "stop"), Act(30, "resume"))
    yield other("a worker leaves, requests end within 10 s", Act(10, "leave"))
    yield other("a worker leaves, requests end within 0.25 s", Act(10, "leave"), drain=0.25)
    yield other("a worker joins, 10 s", Act(10, "join", usual.workers))
    yield other("a worker joins, 0.25 s", Act(10, "join", usual.workers), drain=0.25)
    yield other("a fifth of the workers is killed", *(Act(10, "kill", who) for who in range(usual.workers // 5)))
    yield other(f"one of {usual.databases} primaries is away for 30 s", *down, seconds=100.0)


def _failure_row(name: str, outcomes: Sequence[Outcome]) -> Row:
    """Tell the worst of several seeds, column by column."""
    again = [outcome.owned_again for outcome in outcomes if outcome.owned_again is not None]
    tallies = [outcome.tally for outcome in outcomes]
    return (
        name,
        f"{max(again):.1f} s" if len(again) == len(outcomes) else "not in time",
        f"{max(tally.worst_age for tally in tallies):.1f} s",
        _round(max(outcome.delayed for outcome in outcomes)),
        _round(max(tally.lost_capacity for tally in tallies)),
        _round(max(tally.waited for tally in tallies)),
        f"{max(outcome.imbalance for outcome in outcomes):.2f}",
        str(max(outcome.moved for outcome in outcomes)),
    )


def _hot(plan: Costs) -> str:
    head = ("hot numbers", "shards a database", "spread by", "imbalance", "worst lane age after 20 s", "late messages")
    rows = [_hot_row(hot, shards, plan) for hot in (1, 8) for shards in (64, 512)]
    return _table(head, [row for pair in rows for row in pair])


def _hot_row(hot: int, shards: int, plan: Costs) -> tuple[Row, Row]:
    usual = cell(plan)
    limits = [plan.number_limit] * hot
    by_load = msgspec.structs.replace(usual, hot=limits, shards=shards * usual.databases, seconds=20.0)
    by_count = msgspec.structs.replace(by_load, by_load=False)
    return _hot_cells(hot, shards, "count", run(by_count)), _hot_cells(hot, shards, "load", run(by_load))


def _hot_cells(hot: int, shards: int, by: str, outcome: Outcome) -> Row:
    age = f"{outcome.tally.worst_age:.1f} s"
    return (str(hot), _round(shards), by, f"{outcome.imbalance:.2f}", age, _round(outcome.delayed))


# -- How it looks


def _table(head: Row, rows: Iterable[Row]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _round(value: float) -> str:
    return f"{abs(round(value)):,}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
