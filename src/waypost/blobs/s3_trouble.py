"""What went wrong with an S3-compatible store, in words, and what to do about it."""

import re
from typing import NamedTuple

from waypost.lib.s3_url import BucketURL
from waypost.ports import StoreDown


class S3Trouble(StoreDown):
    """The store did not do what it was asked for; nothing was kept."""

    def __init__(self, url: BucketURL, reason: str, advice: str, *, lasting: bool) -> None:
        super().__init__(f"The media store {url} cannot be used: {reason}.")
        self.advice = advice
        self.lasting = lasting
        """Whether only a change of the settings, or of the store's own, can help."""


class _Kind(NamedTuple):
    """Trouble that is known by a word in what the library says."""

    sign: re.Pattern[str]
    reason: str
    advice: str
    lasting: bool = True


_CREDENTIALS = (
    "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they may read, write, list and delete there."
)
_REGION = "Name the bucket's region: --media 's3://bucket/prefix?region=...', or AWS_REGION."
_ENDPOINT = "Check that the store runs and that its address, `?endpoint=` or AWS_ENDPOINT_URL_S3, is right."

_KINDS = (
    _Kind(
        re.compile(r"169\.254\.169\.254|CredentialsProvider|[Mm]issing credential"),
        "there are no credentials for it",
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    ),
    _Kind(re.compile("NoSuchBucket"), "there is no such bucket", "Make the bucket, or correct --media."),
    _Kind(re.compile("PermanentRedirect|AuthorizationHeaderMalformed|301 Moved"), "it is in another region", _REGION),
    _Kind(re.compile("InvalidAccessKeyId"), "it does not know the access key (InvalidAccessKeyId)", _CREDENTIALS),
    _Kind(
        re.compile("SignatureDoesNotMatch"), "the secret key is not the right one (SignatureDoesNotMatch)", _CREDENTIALS
    ),
    _Kind(re.compile("ExpiredToken|InvalidToken"), "the session token is not valid any more", _CREDENTIALS),
    _Kind(
        re.compile("RequestTimeTooSkewed"), "the clocks differ too much (RequestTimeTooSkewed)", "Set the clocks right."
    ),
    _Kind(re.compile("AccessDenied|40[13] (Forbidden|Unauthorized)"), "it refuses these credentials", _CREDENTIALS),
    _Kind(re.compile("ConnectionRefused"), "nothing listens at its address", _ENDPOINT, lasting=False),
    _Kind(re.compile("dns error"), "the name of its server is not known", _ENDPOINT, lasting=False),
    _Kind(re.compile("[Cc]ertificate"), "its certificate is not trusted", _ENDPOINT, lasting=False),
    _Kind(re.compile("kind: Timeout|TimedOut"), "it did not answer in time", _ENDPOINT, lasting=False),
    _Kind(re.compile("error sending request|body error"), "the connection to it broke", _ENDPOINT, lasting=False),
)
_STATUS = re.compile(r"status code: (\d{3}[A-Za-z ]*)")
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")


def trouble_of(url: BucketURL, error: Exception) -> S3Trouble:
    """Return what an exception of the library stands for."""
    if isinstance(error, TimeoutError):
        return S3Trouble(url, "it did not answer in time", _ENDPOINT, lasting=False)
    said = str(error)
    for kind in _KINDS:
        if kind.sign.search(said):
            return S3Trouble(url, kind.reason, kind.advice, lasting=kind.lasting)
    return S3Trouble(url, _plainly(said), _ENDPOINT, lasting=False)


def _plainly(said: str) -> str:
    """Return the status and code of an answer, or else the end of the library's first line."""
    status = _STATUS.search(said)
    if status is None:
        return said.partition("\n")[0].rpartition(" - ")[2][:200]
    code = _CODE.search(said)
    return f"it answered {status[1].strip()}" + (f" ({code[1]})" if code else "")
