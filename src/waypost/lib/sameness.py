"""Whether a secret that somebody gave is the right one, in a time that does not tell how much of it was right."""

import hmac


def is_same_secret(given: str, right: str) -> bool:
    """Return whether two texts are the same; only their lengths can be told from how long it takes."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))
