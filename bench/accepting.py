"""P1: what a durable accept costs, beside servers that only answer."""

from contextlib import ExitStack
from pathlib import Path

import msgspec
from bench import processes, stand
from bench.load import Plan
from bench.requests import Texts
from bench.results import UVICORN_US, Figure, Result, middle
from bench.stand import Server

_METHOD = """Text messages over 48 connections, closed loop, on the Cloud face; no webhook.
"Accept alone" is HTTP, credential, parsing, rules and the fsynced commit; the lanes are shut, so no delivery begins.
"Accept and take" adds the job's lane and the embedded network's durable take; its statuses are an hour away.
"With the embedded network" adds three statuses of each message, stored one after another.
Where the goals were set a request to bare uvicorn cost 19 µs; the goal in requests to it is made with that.
All servers run side by side and are loaded in turn; every figure is the median of its repetitions.
"""


class Run(msgspec.Struct):
    """One load of one server."""

    server: str
    rate: float
    cpu_us: float
    """Of the server's process tree, for each answer, until it has come to rest."""
    p99_ms: float
    refused: int


def measure(seconds: float, repetitions: int) -> Result:
    """Load every server in turn, several times."""
    with stand.folder() as data, ExitStack() as stack:
        servers = [*_waypost_servers(data, stack), *stack.enter_context(stand.references())]
        for server in servers:
            run(server, 1.0)  # warm
        runs = [run(server, seconds) for _ in range(repetitions) for server in servers]
    return Result("p1", "durable accept", _METHOD, _figures(runs), {"runs": runs})


def run(server: Server, seconds: float) -> Run:
    """Load one server, and wait until it rests."""
    before = processes.cpu_seconds(server.pid)
    outcome = stand.drive(Plan(server.port, Texts(stand.NUMBER, stand.TOKEN), seconds))
    processes.settle(server.pid)
    return Run(
        server=server.name,
        rate=round(outcome.rate, 1),
        cpu_us=round(stand.cpu_microseconds(server, before, outcome.ok), 2),
        p99_ms=outcome.latency.quantiles["p99"],
        refused=sum(outcome.refused.values()) + outcome.unanswered,
    )


def _waypost_servers(data: Path, stack: ExitStack) -> list[Server]:
    alone = stand.waypost(data / "alone", launcher=("bench.accept_only",), name="accept alone")
    take = stand.waypost(data / "take", "--status-delay", "3600", name="accept and take")
    network = stand.waypost(data / "network", name="with the embedded network")
    return [stack.enter_context(each) for each in (alone, take, network)]


def _figures(runs: list[Run]) -> list[Figure]:
    names = list(dict.fromkeys(run.server for run in runs))
    cpu = {name: middle(run.cpu_us for run in runs if run.server == name) for name in names}
    rate = {name: middle(run.rate for run in runs if run.server == name) for name in names}
    alone = "accept alone"
    figures = [Figure(f"CPU a message, {name}", cpu[name], "µs", 45 if name == alone else None) for name in names]
    figures += [Figure(f"answers a second, {name}", rate[name], "/s") for name in names]
    figures.append(
        Figure("CPU of accept alone, in requests to bare uvicorn", cpu[alone] / cpu["uvicorn"], "x", 45 / UVICORN_US)
    )
    if "node" in cpu:
        share = cpu["node"] / cpu[alone]
        figures.append(Figure("accepts for the CPU of one request to bare node:http", share, "x", 0.6, "more"))
    figures.append(Figure("requests refused or unanswered", sum(run.refused for run in runs), "", 0))
    return figures
