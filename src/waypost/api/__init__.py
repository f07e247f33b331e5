"""The HTTP edge: it translates between the wire and the flows, and decides nothing."""
