"""The address of a bucket: `s3://bucket/prefix?endpoint=https://...&region=...`, read and checked."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
_PREFIX = re.compile(r"[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*")  # what needs no quoting anywhere
_REGION = re.compile(r"[A-Za-z0-9-]{1,64}")
_KNOWN = ("endpoint", "region")


@dataclass(frozen=True, slots=True)
class BucketURL:
    """Where objects are: a bucket, what their keys begin with, and whose S3 it is."""

    bucket: str
    prefix: str
    """Without slashes at its ends; empty for none."""
    endpoint: str | None
    """The base URL of an S3-compatible server; None means AWS, or what its variables say."""
    region: str | None

    def __str__(self) -> str:
        """Return it for people, without the query."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def parse_bucket_url(text: str) -> BucketURL:
    """Read an address; raises ValueError with what is wrong with it, in words."""
    parts = urlsplit(text)
    if parts.scheme != "s3" or parts.fragment:
        raise ValueError("this is not an s3:// address")
    if "@" in parts.netloc:
        raise ValueError("credentials do not belong into the address; give them as AWS_... variables")
    if not _BUCKET.fullmatch(parts.netloc):
        raise ValueError("this names no bucket")
    prefix = parts.path.strip("/")
    if prefix and (not _PREFIX.fullmatch(prefix) or {".", ".."} & set(prefix.split("/"))):
        raise ValueError("this prefix has characters that not every S3-compatible store takes")
    query = _query(parts.query)
    return BucketURL(parts.netloc, prefix, query.get("endpoint"), query.get("region"))


def _query(text: str) -> dict[str, str]:
    given = parse_qsl(text, keep_blank_values=True)
    query = dict(given)
    unknown = [name for name in query if name not in _KNOWN]
    if unknown or len(query) < len(given):
        raise ValueError(f"behind the ? there may be {' and '.join(_KNOWN)}, each once")
    if "endpoint" in query:
        check_endpoint(query["endpoint"])
    if "region" in query and not _REGION.fullmatch(query["region"]):
        raise ValueError("this is not the name of a region")
    return query


def check_endpoint(text: str) -> None:
    """Raise ValueError unless this is the base URL of a server."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ValueError("the endpoint is not a whole http:// or https:// URL without credentials")
    if parts.query or parts.fragment:
        raise ValueError("the endpoint has something behind its path")
    _ = parts.port  # raises ValueError when it is none
