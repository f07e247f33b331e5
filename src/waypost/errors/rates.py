"""Errors about rates and load: too much from the caller, or more than Waypost can take just now."""

from waypost.errors.base import Problem

THROUGHPUT = Problem(
    name="throughput", code=130429, http=400, title="Rate limit hit",
    onprem_code=1015, onprem_http=429, onprem_title="Too many requests", onprem_callback_code=429,
    onprem_callback_title="Rate limit hit", retryable=True,
    fix="Send fewer messages per second from this number.",
    rule="The number sends more messages per second than it may.",
    trigger="Send 81 messages at once to different users.",
    when="both",
)  # fmt: skip
PAIR_RATE = Problem(
    name="pair_rate", code=131056, http=400,
    title="(Business Account, Consumer Account) pair rate limit hit",
    onprem_code=1015, onprem_http=429, onprem_title="Too many requests", onprem_callback_code=429,
    onprem_callback_title="Rate limit hit", retryable=True,
    fix="Send to this user again after a pause: one message per 6 seconds, after a burst of up to 45.",
    rule="One user gets too many messages from one number.",
    trigger="Send 46 messages at once to one user.",
    when="both",
)  # fmt: skip
MAINTENANCE = Problem(
    name="maintenance", code=131057, http=500, title="Account in maintenance mode", retryable=True,
    onprem_code=1011, onprem_http=503, onprem_title="Service not ready",
    rule="The number is being moved to a higher throughput, which takes about a minute.",
    trigger="Raise the number's `throughput` with the control API, then send a message within a minute.",
    fix="Repeat the request after a minute or two.",
)  # fmt: skip
TOO_MANY_REQUESTS = Problem(
    name="too_many_requests", code=4, http=400, title="API Too Many Calls",
    onprem_code=1015, onprem_http=429, onprem_title="Too many requests",
    proxy_message="You have exceeded the endpoint rate limit.", proxy_http=400, retryable=True,
    fix="Call this endpoint less often.",
    rule="The endpoint was called more often than it may be.",
    trigger="Upload 26 files within a second.",
)  # fmt: skip
OVERLOADED = Problem(
    name="overloaded", code=130429, http=429, title="Rate limit hit",
    onprem_code=1016, onprem_http=503, onprem_title="System overloaded", retryable=True,
    fix="Waypost has more to do than it can hold; repeat the request after `Retry-After` seconds.",
    rule="A message would wait over 250 ms to be stored, or behind 512 others; 20,000 of a number or 100,000 in all"
    " wait to be handed on; or the store's queue is full.",
    trigger="Send over a thousand messages at once, each on a connection of its own.",
    borrowed=True,
)  # fmt: skip
UNAVAILABLE = Problem(
    name="unavailable", code=2, http=503, title="API Service",
    onprem_code=1011, onprem_http=503, onprem_title="Service not ready", retryable=True,
    fix="The store cannot take anything just now; the details say why. Repeat the request later.",
    rule="The store cannot take anything just now.",
    trigger="Make the data folder unwritable.",
)  # fmt: skip
NO_SPACE = Problem(
    name="no_space", code=2, http=507, title="API Service",
    onprem_code=1014, onprem_http=507, onprem_title="Internal error", retryable=True,
    fix="The disk is full: free some space; Waypost goes on by itself.",
    rule="The disk is full, or of messages: less than 5 % of it is free (64 MiB of a large one).",
    trigger="Fill the disk.",
    borrowed=True,
)  # fmt: skip
