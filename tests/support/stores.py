"""Which store the servers of a scope have, as the options of pytest say."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.support.server import PLACES, in_postgresql


@contextmanager
def store_of_servers(request: pytest.FixtureRequest) -> Iterator[str]:
    """Have every whole server keep its things in SQLite, unless `--store` says otherwise; return the store's name."""
    split: bool = request.config.getoption("--split")
    scheme = "postgresql" if split or request.config.getoption("--store") == "postgresql" else "sqlite"
    lend = None
    if scheme == "postgresql":
        lend = in_postgresql(request.getfixturevalue("postgres_server"), split=split)
    with PLACES.lent_by(lend):
        yield scheme
