"""The embedded network: phones that receive, read, write, block and go offline."""
