"""What the embedded store does a little at a time takes as long however full the tables are."""

import apsw
import apsw.ext
import pytest

from waypost.storage.migration_scripts import read_migrations
from waypost.storage.sqlite import documents, lists, records, store, sweeps
from waypost.storage.sqlite.engine import Rows

STEPS = [
    sweeps.OLD_MESSAGES, sweeps.OLD_NOTICES, store.QUEUED_MESSAGES, store.WAITING_MESSAGES,
    store.QUEUED_DELIVERIES, store.WAITING_DELIVERIES,
    lists.END_OF_MESSAGES, lists.END_OF_MEDIA, *lists.END_OF_DELIVERIES.values(),
    lists.MESSAGES, lists.MESSAGES_OF_KEYS, *lists.DELIVERIES.values(), lists.DELIVERIES_OF, lists.MEDIA,
    lists.END_OF_CARRIERS, lists.CARRIERS,
    *(text for texts in lists.ENDED.values() for text in texts), store.KEEP_ALL_DONE, store.REDELIVER_ALL,
    documents.OF_OWNERS, lists.NAMES, records.TOLD, lists.MESSAGE_KEYS, lists.EVENT_KEYS,
]  # fmt: skip
BY_KEYS: list[Rows] = [
    sweeps.EVENTS_OF, sweeps.FURTHER_OF, *sweeps.MESSAGE_ROWS, *sweeps.DELIVERY_ROWS,
    sweeps.EVENT_ROWS,
]  # fmt: skip
GIVEN = ("VALUES CLAUSE", "CONSTANT ROW", "VIRTUAL TABLE INDEX 1:")
"""How SQLite calls the rows that it was handed."""


@pytest.mark.parametrize("statement", [*STEPS, *(text for rows in BY_KEYS for text in rows.texts)])
def test_no_step_reads_a_table_or_an_index_through(statement: str) -> None:
    connection = apsw.Connection(":memory:")
    connection.execute("".join(read_migrations("sqlite")))
    nothing = (0,) * apsw.ext.query_info(connection, statement).bindings_count

    plan = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", nothing)]

    assert [line for line in plan if line.startswith("SCAN") and not line.endswith(GIVEN)] == []
    assert [line for line in plan if "AUTOMATIC" in line or "TEMP B-TREE" in line] == []
