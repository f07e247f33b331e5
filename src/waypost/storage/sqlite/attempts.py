"""Reading deliveries together with their attempts."""

import apsw

from waypost.ports import StoredDelivery
from waypost.storage import columns
from waypost.storage.columns import ATTEMPT_COLUMNS, FURTHER_KEY, Values

_ATTEMPTS = f"SELECT {ATTEMPT_COLUMNS} FROM attempts WHERE delivery_key = ? ORDER BY id"  # noqa: S608 - constants


def with_attempts(connection: apsw.Connection, row: Values) -> StoredDelivery:
    """Return the delivery of a row."""
    attempts = connection.execute(_ATTEMPTS, (row[FURTHER_KEY] or row[0],))
    return columns.delivery(row, tuple(columns.attempt(each) for each in attempts))
