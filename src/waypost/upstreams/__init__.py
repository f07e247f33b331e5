"""Networks that carry messages. A connector says what happened; it never writes to the store and never retries."""
