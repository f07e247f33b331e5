"""Statements about the whole database, in SQL that SQLite and PostgreSQL both understand."""

# Find the highest key.
HIGHEST_KEY = (
    "SELECT max(key) FROM (SELECT max(key) AS key FROM messages UNION ALL SELECT max(key) FROM events"
    " UNION ALL SELECT max(key) FROM deliveries UNION ALL SELECT max(key) FROM media"
    " UNION ALL SELECT max(token) FROM carried UNION ALL SELECT max(key) FROM orphans"
    " UNION ALL SELECT max(id) FROM templates) AS highest"
)
# Count what waits, for the upstream and for subscribers, with the time of the oldest, and what was given up.
BACKLOG = (
    "SELECT (SELECT count(*) FROM outbox), (SELECT at_ms FROM messages WHERE key = (SELECT min(key) FROM outbox)),"
    " (SELECT count(*) FROM deliveries WHERE state = 0),"
    " (SELECT first_ms FROM deliveries WHERE state = 0 ORDER BY key LIMIT 1),"
    " (SELECT count(*) FROM deliveries WHERE state = 2)"
)
# Go back to the start: numbers, their tokens and the state of the server stay.
RESET = ";".join(
    f"DELETE FROM {table}"  # noqa: S608 - constants
    for table in (
        "messages", "contents", "outbox", "held", "idempotency", "sends", "evidence", "events", "deliveries",
        "attempts", "orphans", "windows", "read_marks", "media", "providers", "templates", "documents", "phones",
        "carried", "acquaintances",
    )
)  # fmt: skip
