"""The Store port, by hand for each database."""
