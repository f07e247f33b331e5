"""The stores: each port implemented by hand for SQLite and for PostgreSQL, and here what the two share."""
