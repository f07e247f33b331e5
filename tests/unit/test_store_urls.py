"""URLs of databases: what is shown of them, and what names a database at all."""

import pytest

from waypost.lib.store_urls import names_no_database, whole_url, without_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ada:hush@db.example:5432/waypost", "postgresql://ada:***@db.example:5432/waypost"),
        ("postgresql://ada:h@u/sh@db/waypost", "postgresql://ada:***@db/waypost"),
        ("postgresql://ada@db/waypost", "postgresql://ada@db/waypost"),
        ("postgresql://db/waypost", "postgresql://db/waypost"),
        ("postgresql://:hush@/waypost?host=/run", "postgresql://:***@/waypost?host=/run"),
        ("postgresql:///waypost?user=ada&password=hush&port=1", "postgresql:///waypost?user=ada&password=***&port=1"),
        ("postgresql:///waypost?password=hush", "postgresql:///waypost?password=***"),
        ("/var/lib/waypost.db", "/var/lib/waypost.db"),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    assert without_password(url) == shown


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("postgresql://db/waypost", None),
        ("postgresql:///waypost?host=/run", None),
        ("postgresql://ada:hush@one:5432,two:5433/waypost?target_session_attrs=read-write", None),
        ("postgresql://db", "this URL names no database"),
        ("postgresql://db/", "this URL names no database"),
        ("postgresql://db:port/waypost", "this is no URL (Port could not be cast to integer value as 'port')"),
    ],
)
def test_a_url_must_name_a_database(url: str, wrong: str | None) -> None:
    assert names_no_database(url) == wrong


def test_what_stands_behind_a_scheme_is_made_a_whole_url() -> None:
    assert [whole_url(part) for part in ("db/waypost", "postgresql://db/waypost")] == ["postgresql://db/waypost"] * 2
