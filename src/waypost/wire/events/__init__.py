"""The webhook events: one file per webhook field."""
