"""A bucket of an S3-compatible store: objects by key, with time limits, retries and trouble in plain words."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

from waypost.blobs.s3_trouble import trouble_of
from waypost.lib.ids import new_secret
from waypost.lib.s3_url import BucketURL, parse_bucket_url
from waypost.ports import StoreDown, StoreRefused

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config, S3Store

PART_BYTES = 5 * 1024 * 1024
"""The least that S3 takes as a part; two of an object are on their way at a time."""

_PARTS_AT_ONCE = 2
_UPLOADS_AT_ONCE = 8  # with their parts that bounds the memory: 80 MB, and what the library takes for itself
_REQUEST = timedelta(seconds=20)
_CONNECT = timedelta(seconds=3)
_RETRY = timedelta(seconds=8)
_RETRIES = 3
_ASK_SECONDS = 5.0  # for requests without a body: they tell of an outage before an upload is begun
_PAGE = 1_000
_LET_GO_SECONDS = 0.05
_DEFAULT_REGION = "us-east-1"


class Bucket:
    """Objects by key below a prefix; every method raises S3Trouble when the store does not do as it should."""

    def __init__(self, url: BucketURL, client: "S3Store") -> None:
        self.url = url
        self._client = client
        self._uploads = asyncio.Semaphore(_UPLOADS_AT_ONCE)
        self.in_doubt = False
        """Whether the last request failed for another reason than the object's own."""

    @classmethod
    def at(cls, location: str, aws: Mapping[str, str]) -> Self:
        """Return the bucket at `bucket/prefix?...`; nothing is asked yet. Raises StoreRefused without the library."""
        url = parse_bucket_url(f"s3://{location}")
        return cls(url, _client(url, aws))

    async def check(self) -> None:
        """Write, read, list and delete a small object."""
        import obstore

        key = f"probe/{new_secret()}"
        with self._asking():
            async with asyncio.timeout(_ASK_SECONDS):
                await obstore.put_async(self._client, key, b"waypost", use_multipart=False)
                await obstore.get_async(self._client, key)
                await obstore.list_with_delimiter_async(self._client, "probe")
                await obstore.delete_async(self._client, key)

    async def size(self, key: str) -> int | None:
        """Return an object's size; None if there is none."""
        import obstore

        with self._asking():
            async with asyncio.timeout(_ASK_SECONDS):
                try:
                    return (await obstore.head_async(self._client, key))["size"]
                except FileNotFoundError:
                    return None

    async def put(self, key: str, path: Path, size: int) -> None:
        """Store a file of this size, in parts when it is large; on return the store has confirmed all of it."""
        import obstore

        async with self._uploads:
            with self._asking():
                await obstore.put_async(self._client, key, path, chunk_size=PART_BYTES, max_concurrency=_PARTS_AT_ONCE)
        if (found := await self.size(key)) != size:
            raise StoreDown(f"The media store {self.url} has {found} of {size} bytes of a file that it took.")

    async def get(self, key: str, start: int, end: int) -> bytes:
        """Return the bytes from `start` up to `end`, which the object has; raises FileNotFoundError."""
        import obstore

        with self._asking(may_be_missing=True):
            got = bytes(await obstore.get_range_async(self._client, key, start=start, end=end))
        if len(got) != end - start:
            raise StoreDown(f"The media store {self.url} gave {len(got)} bytes for {end - start}.")
        return got

    async def link(self, key: str, life: timedelta) -> str:
        """Return a URL that is signed for reading one object."""
        import obstore

        with self._asking():
            return await obstore.sign_async(self._client, "GET", key, life)

    async def delete(self, key: str) -> None:
        """Delete an object; an unknown key is ignored."""
        import obstore

        with self._asking():
            async with asyncio.timeout(_ASK_SECONDS):
                try:
                    await obstore.delete_async(self._client, key)
                except FileNotFoundError:
                    return

    async def everything(self) -> AsyncGenerator[list[tuple[str, datetime]]]:
        """Yield key and time of storing of every object, as many at a time as the store tells in one answer."""
        import obstore

        with self._asking():
            async for page in obstore.list(self._client, chunk_size=_PAGE):
                yield [(item["path"], item["last_modified"]) for item in page]

    async def aclose(self) -> None:
        """Let the library's threads let go of its last answer: if Python ends before, the process aborts."""
        await asyncio.sleep(_LET_GO_SECONDS)

    @contextmanager
    def _asking(self, *, may_be_missing: bool = False) -> Iterator[None]:
        """Say what went wrong in words, and remember whether the store is to be relied on.

        What the library says is not chained to it: it quotes the request and the answer in full.
        """
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, TimeoutError, FileNotFoundError) as error:
            if may_be_missing and isinstance(error, FileNotFoundError):
                raise
            self.in_doubt = True
            raise trouble_of(self.url, error) from None
        self.in_doubt = False


def _client(url: BucketURL, aws: Mapping[str, str]) -> "S3Store":
    try:
        from obstore.store import S3Store
    except ImportError:
        raise StoreRefused(
            f"{url} takes the library obstore, which is not installed; install Waypost with its extra s3: "
            "pip install 'waypost[s3]'."
        ) from None

    endpoint = url.endpoint or aws.get("AWS_ENDPOINT_URL_S3") or aws.get("AWS_ENDPOINT_URL")
    client: ClientConfig = {"timeout": _REQUEST, "connect_timeout": _CONNECT}
    if endpoint and endpoint.startswith("http://"):
        client["allow_http"] = True
    retry: RetryConfig = {
        "max_retries": _RETRIES,
        "retry_timeout": _RETRY,
        "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2)},
    }
    config = _config(url, endpoint, aws)
    return S3Store(url.bucket, prefix=url.prefix or None, config=config, client_options=client, retry_config=retry)


def _config(url: BucketURL, endpoint: str | None, aws: Mapping[str, str]) -> "S3Config":
    """Return what the settings say. What is not said, such as the role of a machine, the library finds by itself."""
    config: S3Config = {
        "region": url.region or aws.get("AWS_REGION") or aws.get("AWS_DEFAULT_REGION") or _DEFAULT_REGION,
        "disable_bulk_delete": True,  # not every store has it
    }
    if endpoint:
        config["aws_endpoint_url_s3"] = endpoint  # the one of several names that wins
    if "AWS_ACCESS_KEY_ID" in aws:
        config["access_key_id"] = aws["AWS_ACCESS_KEY_ID"]
    if "AWS_SECRET_ACCESS_KEY" in aws:
        config["secret_access_key"] = aws["AWS_SECRET_ACCESS_KEY"]
    if "AWS_SESSION_TOKEN" in aws:
        config["session_token"] = aws["AWS_SESSION_TOKEN"]
    return config
