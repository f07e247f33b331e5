"""The cost model of docs/explanation/scale.md: what a message costs, and what a rate needs.

Every figure it starts from is in `FIGURES` with where it comes from. Measured ones are read from `bench/results/`,
so that a new measurement changes the plan. Everything else follows by arithmetic, in functions of one line or few.
"""

import math
from collections.abc import Mapping
from enum import Enum

import msgspec
from bench.results import FOLDER, Result

DAY_SECONDS = 86_400
_MICRO = 1e-6
_ROWS_TO_DELETE = 9  # message, content, job, three events, three deliveries


class Kind(Enum):
    """How far a figure can be trusted."""

    MEASURED = "measured here"
    BUILT = "as built"
    ELSEWHERE = "measured where the goals were set"
    GOAL = "a goal, not measured"
    PUBLISHED = "published"
    ASSUMED = "assumed"


class Figure(msgspec.Struct, frozen=True):
    """One number that the plan starts from."""

    value: float
    unit: str
    kind: Kind
    source: str


class Costs(msgspec.Struct, frozen=True):
    """What the plan is made with; each is explained by the figure of the same name."""

    message_us: float
    accept_us: float
    paced_us: float
    request_us: float
    post_us: float
    sessions_each: float
    database_us: float
    stored_bytes: float
    stored_factor: float
    wal_factor: float
    busy: float
    primary_cores: float
    wal_mb_s: float
    spread: float
    delete_us: float
    small_file_ms: float
    large_file_ms: float
    download_s_gb: float
    webhook_seconds: float
    webhooks: float
    put_s: float
    number_limit: float
    mean_share: float
    media_share: float
    media_mb: float
    core_month: float
    tb_month: float


class Fleet(msgspec.Struct, frozen=True):
    """What a rate needs, before any reserve for failures."""

    rate: float
    api_processes: int
    workers: int
    primaries: int
    database_cores: float
    wal_mb_s: float
    """Of all primaries together."""
    webhooks_s: float
    connections: float
    """Webhook requests under way at once."""
    sessions: int
    """Of each database, if every process uses every database."""
    month: float
    """Price of the cores, those of one replica for each primary included; disks come on top."""


def figures(read: Mapping[str, Result]) -> dict[str, Figure]:
    """Return every figure by its name, the measured ones from the results given by goal."""
    return _measured(read) | _elsewhere() | _published() | _assumed()


def results() -> dict[str, Result]:
    """Read the last results, by goal."""
    read = (msgspec.json.decode(path.read_bytes(), type=Result) for path in FOLDER.glob("*.json"))
    return {result.goal: result for result in read}


def costs(given: Mapping[str, Figure]) -> Costs:
    """Take the plan's values from the figures."""
    return Costs(**{name: given[name].value for name in Costs.__struct_fields__})


def process_rate(cpu_us: float, busy: float = 1.0) -> float:
    """Return the messages a second of one process, which has one core, kept busy to this share."""
    return busy / (cpu_us * _MICRO)


def worker_rate(costs: Costs) -> float:
    """Return what one worker does at its limit: everything of a message but its acceptance."""
    return process_rate(costs.message_us - costs.accept_us)


def primary_rates(costs: Costs) -> dict[str, float]:
    """Return how many messages a second one primary takes, by what would end first."""
    wal_bytes = costs.stored_bytes * costs.wal_factor
    return {
        "cores": costs.primary_cores * process_rate(costs.database_us, costs.busy),
        "write-ahead log": costs.wal_mb_s * 1e6 * costs.busy / wal_bytes,
    }


def primary_rate(costs: Costs) -> float:
    """Return the lesser of them."""
    return min(primary_rates(costs).values())


def upstream_us(costs: Costs) -> float:
    """Return what a real upstream adds at least: one POST to it, and a bare request for each status from it."""
    return costs.post_us + costs.webhooks * costs.request_us


def fleet(rate: float, costs: Costs) -> Fleet:
    """Say what a rate needs; each primary is given `spread` less than it takes, as numbers never split evenly."""
    api = math.ceil(rate / process_rate(costs.accept_us, costs.busy))
    workers = math.ceil(rate / (worker_rate(costs) * costs.busy))
    database_cores = rate / process_rate(costs.database_us, costs.busy)
    return Fleet(
        rate=rate,
        api_processes=api,
        workers=workers,
        primaries=math.ceil(rate * costs.spread / primary_rate(costs)) if rate > primary_rate(costs) else 1,
        database_cores=database_cores,
        wal_mb_s=rate * costs.stored_bytes * costs.wal_factor / 1e6,
        webhooks_s=rate * costs.webhooks,
        connections=rate * costs.webhooks * costs.webhook_seconds,
        sessions=round((api + workers) * costs.sessions_each),
        month=(api + workers + 2 * database_cores) * costs.core_month,
    )


def stored_tb(messages: float, costs: Costs) -> float:
    """Return the terabytes of so many messages with their events, in one copy."""
    return messages * costs.stored_bytes * costs.stored_factor / 1e12


def delete_hours(messages: float, costs: Costs) -> float:
    """Return the hours of one database core that deleting so many messages row by row takes."""
    return messages * _ROWS_TO_DELETE * costs.delete_us * _MICRO / 3600


def upload_ms(size_mb: float, costs: Costs) -> float:
    """Return the CPU of one upload: the line through the two sizes measured, 0.1 and 5 MB."""
    slope = (costs.large_file_ms - costs.small_file_ms) / (5.0 - 0.1)
    return costs.small_file_ms + (size_mb - 0.1) * slope


def crowded_shards(hot: int, shards: int) -> float:
    """Return how many of so many hot numbers share their shard with another one, on average."""
    return hot * (1.0 - (1.0 - 1.0 / shards) ** (hot - 1))


def _measured(read: Mapping[str, Result]) -> dict[str, Figure]:
    return {
        "message_us": _figure(read, "p3", "CPU a message, saturated"),
        "accept_us": _figure(read, "p1", "CPU a message, accept alone"),
        "paced_us": _figure(read, "p3", "CPU a message at 1,000/s"),
        "request_us": _figure(read, "p1", "CPU a message, uvicorn"),
        "post_us": Figure(27.1, "µs", Kind.MEASURED, "decision 16: a POST of 600 bytes, beside other work"),
        "one_number": _figure(read, "p5", "messages a second end to end"),
        "small_file_ms": _figure(read, "p7", "CPU a file of 100 KB"),
        "large_file_ms": _figure(read, "p7", "CPU a file of 5 MB"),
        "download_s_gb": _figure(read, "p8", "CPU"),
        "sessions_each": Figure(6, "", Kind.BUILT, "connections of a server: docs/how-to/run-on-postgresql.md"),
        "stored_bytes": Figure(
            2_027, "bytes", Kind.MEASURED,
            "SQLite file of a run of P1: 63,742 texts (bodies of 186 bytes), three events each, no webhooks",
        ),
    }  # fmt: skip


def _elsewhere() -> dict[str, Figure]:
    where = "prototype, with PostgreSQL and asyncpg"
    return {
        "database_accept_us": Figure(17, "µs", Kind.ELSEWHERE, f"{where}: a durable accept, the database's part"),
        "delete_us": Figure(4, "µs", Kind.ELSEWHERE, f"{where}: a job deleted, in batches"),
        "database_us": Figure(300, "µs", Kind.GOAL, "goal P6: the database's part of a message end to end"),
    }


def _published() -> dict[str, Figure]:
    return {
        "default_limit": Figure(80, "/s", Kind.PUBLISHED, "a number, by default [1]"),
        "number_limit": Figure(1000, "/s", Kind.PUBLISHED, "a number, at most [1]"),
        "webhooks": Figure(3, "", Kind.PUBLISHED, "webhooks of a message: sent, delivered, read [2]"),
        "put_s": Figure(3500, "/s", Kind.PUBLISHED, "writes of one prefix of S3; 5,500 reads [3]"),
        "wal_mb_s": Figure(131, "MB/s", Kind.PUBLISHED, "a gp3 volume that nothing was paid extra for: 125 MiB/s [4]"),
    }


def _assumed() -> dict[str, Figure]:
    rows = {
        "stored_factor": (1.5, "", "PostgreSQL's row headers and indexes, over SQLite's file"),
        "wal_factor": (2.0, "", "bytes of write-ahead log for each byte stored: updates, page images, deletions"),
        "busy": (0.7, "", "share of a core or a disk that a plan may use"),
        "primary_cores": (16, "cores", "of one primary"),
        "spread": (1.2, "", "the fullest database over the mean"),
        "mean_share": (0.3, "", "mean of a day over its peak"),
        "media_share": (0.1, "", "messages with a file of their own"),
        "media_mb": (0.2, "MB", "of such a file"),
        "webhook_seconds": (0.25, "s", "that a receiver takes to answer"),
        "core_month": (25, "", "price of a core for a month; put in your own"),
        "tb_month": (80, "", "price of a terabyte of disk for a month; put in your own"),
    }
    return {name: Figure(value, unit, Kind.ASSUMED, why) for name, (value, unit, why) in rows.items()}


def _figure(read: Mapping[str, Result], goal: str, what: str) -> Figure:
    found = next(figure for figure in read[goal].figures if figure.what == what)
    return Figure(found.value, found.unit, Kind.MEASURED, f"bench/results/{goal}.json: {what}")
