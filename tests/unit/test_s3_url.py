"""The address of a bucket: what is read from it, and what is refused in words."""

import pytest

from waypost.lib.s3_url import BucketURL, parse_bucket_url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s3://media", BucketURL("media", "", None, None)),
        ("s3://media/", BucketURL("media", "", None, None)),
        ("s3://my.media-1/waypost/eu/", BucketURL("my.media-1", "waypost/eu", None, None)),
        ("s3://media/a?region=eu-central-1", BucketURL("media", "a", None, "eu-central-1")),
        (
            "s3://media/a?endpoint=https://minio.example.com:9000&region=x",
            BucketURL("media", "a", "https://minio.example.com:9000", "x"),
        ),
        ("s3://media?endpoint=http%3A%2F%2F127.0.0.1%3A9000", BucketURL("media", "", "http://127.0.0.1:9000", None)),
    ],
)
def test_an_address_says_bucket_prefix_and_whose_s3_it_is(text: str, expected: BucketURL) -> None:
    assert parse_bucket_url(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("s3://", "names no bucket"),
        ("s3:///prefix", "names no bucket"),
        ("s3://a", "names no bucket"),
        ("s3://key:secret@media/prefix", "credentials do not belong into the address"),
        ("s3://media/a b", "prefix has characters"),
        ("s3://media/a/../b", "prefix has characters"),
        ("s3://media/a//b", "prefix has characters"),
        ("s3://media/a#b", "not an s3:// address"),
        ("s3://media?endpoint=minio:9000", "the endpoint is not a whole"),
        ("s3://media?endpoint=https://key:secret@minio", "the endpoint is not a whole"),
        ("s3://media?endpoint=https://minio/?a=b", "the endpoint has something behind its path"),
        ("s3://media?endpoint=https://minio:99999", "Port out of range"),
        ("s3://media?secret=x", "there may be endpoint and region"),
        ("s3://media?region=a&region=b", "each once"),
        ("s3://media?region=", "not the name of a region"),
    ],
)
def test_an_address_that_cannot_work_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_bucket_url(text)


def test_an_address_is_shown_without_its_query() -> None:
    assert str(parse_bucket_url("s3://media/a?endpoint=https://minio.example.com")) == "s3://media/a"
