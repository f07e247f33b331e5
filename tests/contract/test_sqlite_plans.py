"""What the embedded store does a little at a time takes as long however full the tables are."""

import apsw
import apsw.ext
import pytest

from waypost.storage.lists import (
    END_OF_CARRIERS,
    END_OF_DELIVERIES,
    END_OF_ENDED,
    END_OF_MEDIA,
    END_OF_MESSAGES,
    EVENT_KEYS,
    MESSAGE_KEYS,
)
from waypost.storage.migration_scripts import read_migrations
from waypost.storage.sqlite import documents, records, store, sweeps
from waypost.storage.sqlite.engine import Rows
from waypost.storage.sqlite.lists import DELIVERIES_OF, STATEMENTS

STEPS = [
    sweeps.OLD_MESSAGES, sweeps.OLD_NOTICES, store.QUEUED_MESSAGES, store.WAITING_MESSAGES,
    store.QUEUED_DELIVERIES, store.WAITING_DELIVERIES,
    END_OF_MESSAGES, END_OF_MEDIA, *END_OF_DELIVERIES.values(),
    STATEMENTS.messages, STATEMENTS.messages_of_keys, *STATEMENTS.deliveries.values(), DELIVERIES_OF, STATEMENTS.media,
    END_OF_CARRIERS, STATEMENTS.carriers, *END_OF_ENDED.values(), *STATEMENTS.ended.values(),
    store.KEEP_ALL_DONE, store.REDELIVER_ALL,
    documents.OF_OWNERS, STATEMENTS.envelopes, records.TOLD, MESSAGE_KEYS, EVENT_KEYS,
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
