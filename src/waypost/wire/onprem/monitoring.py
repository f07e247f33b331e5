"""Health and figures, as the client's nodes and monitors wrote them.

# spec: on-premises-api.md#9
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

_JSON = dict[str, Any]  # Any: a JSON object
_NODE = "{:012x}"


class Sample(Struct, frozen=True):
    """One value of a metric."""

    value: int
    labels: dict[str, str] = {}


class Metric(Struct, frozen=True):
    """A metric with its values; `type` is `gauge` or `counter`."""

    name: str
    help: str
    type: str
    data: list[Sample]


def health(status: str, *, shards: int, seed: int) -> _JSON:
    """Return the health of one instance, or of each node if there are several shards.

    # spec: samples/onprem/057-health-single.json, samples/onprem/058-health-multiconnect.json
    """
    if shards == 1:
        return {"gateway_status": status}
    nodes = {f"wamaster1:{_NODE.format(seed)}": {"gateway_status": status, "role": "primary_master"}}
    for node in filter(None, coreapps(shards=shards, seed=seed)):
        nodes[node] = {"gateway_status": status, "role": "coreapp"}
    return nodes


def coreapps(*, shards: int, seed: int) -> list[str | None]:
    """Return the names of the nodes that hold messages; a single instance has none.

    # spec: on-premises-api.md#9.6
    """
    if shards == 1:
        return [None]
    return [f"wacore{shard}:{_NODE.format(seed + shard)}" for shard in range(1, shards + 1)]


def as_json(metrics: Iterable[Metric]) -> _JSON:
    """Return metrics by their names.

    # spec: on-premises-api.md#9.2
    """
    return {
        each.name: {
            "data": [{"labels": sample.labels, "value": sample.value} for sample in each.data],
            "help": each.help,
            "type": each.type,
        }
        for each in metrics
    }


def as_text(metrics: Iterable[Metric]) -> bytes:
    """Return metrics as Prometheus reads them."""
    lines: list[str] = []
    for metric in metrics:
        lines += [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.type}"]
        lines += [f"{metric.name}{_labels(sample.labels)} {sample.value}" for sample in metric.data]
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _labels(labels: dict[str, str]) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}" if labels else ""
