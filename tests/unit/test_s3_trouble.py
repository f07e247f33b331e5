"""What the library says of an S3-compatible store, in words for people."""

import pytest

from waypost.blobs.s3_trouble import trouble_of
from waypost.lib.s3_url import parse_bucket_url

URL = parse_bucket_url("s3://media/a")


@pytest.mark.parametrize(
    ("said", "reason", "lasting"),
    [
        ("status code: 301 Moved Permanently: <Code>PermanentRedirect</Code>", "it is in another region", True),
        ("403 Forbidden: <Code>AccessDenied</Code>", "it refuses these credentials", True),
        ("400 Bad Request: <Code>ExpiredToken</Code>", "the session token is not valid any more", True),
        ("<Code>RequestTimeTooSkewed</Code>", "the clocks differ too much (RequestTimeTooSkewed)", True),
        ("PUT http://169.254.169.254/latest/api/token", "there are no credentials for it", True),
        ("invalid peer certificate: UnknownIssuer", "its certificate is not trusted", False),
        ("Generic S3 error: a - HTTP error: error sending request", "the connection to it broke", False),
        (
            "status code: 503 Service Unavailable: <Error><Code>SlowDown</Code></Error>",
            "it answered 503 Service Unavailable (SlowDown)",
            False,
        ),
        ("Generic S3 error: Error performing GET in 1s - something new\n\nDebug source: ...", "something new", False),
    ],
)
def test_trouble_is_told_by_what_can_be_done_about_it(said: str, reason: str, lasting: bool) -> None:
    trouble = trouble_of(URL, RuntimeError(said))

    assert (str(trouble), trouble.lasting) == (f"The media store s3://media/a cannot be used: {reason}.", lasting)
    assert trouble.advice


def test_a_time_limit_of_our_own_is_told_like_one_of_the_library() -> None:
    ours, theirs = trouble_of(URL, TimeoutError()), trouble_of(URL, RuntimeError("kind: Timeout"))

    assert (str(ours), ours.lasting) == (str(theirs), theirs.lasting)
