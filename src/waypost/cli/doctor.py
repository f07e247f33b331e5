"""`waypost doctor`: look at everything that the server will need, and say what to do about it."""

import socket
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import click

from waypost.cli.options import with_server_settings
from waypost.cli.reach import answer_of, show_json
from waypost.settings import Settings

_MIB = 1024 * 1024
_ENOUGH_SPACE = 1024 * _MIB
_NO_SPACE = 100 * _MIB
# Older ones can corrupt a database in WAL mode; see docs/decisions/0002-store.md.
_OLDEST_SQLITE = (3, 52, 0)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to do unless it is good."""

    state: Literal["good", "look", "bad"]
    found: str
    advice: str = ""


@click.command()
@with_server_settings
@click.option("--json", "as_json", is_flag=True, help="Print each finding as a line of JSON.")
def doctor(settings: Settings, *, as_json: bool) -> None:
    """Check what the server needs and say what to do."""
    findings = [(name, check(settings)) for name, check in CHECKS]
    for name, finding in findings:
        if as_json:
            show_json({"check": name} | asdict(finding))
            continue
        click.echo(f"{click.style(f'{finding.state:<5}', fg=_COLOURS[finding.state])} {name:<12} {finding.found}")
        if finding.advice:
            click.echo(f"{'':<19}{finding.advice}")
    if any(finding.state == "bad" for _, finding in findings):
        sys.exit(1)


def check_settings(settings: Settings) -> Finding:
    """Say where the server would listen; settings with mistakes never come so far."""
    where = "this machine only" if settings.on_loopback else "everybody who reaches this machine"
    return Finding("good", f"understood; {settings.host}:{settings.port} is open to {where}")


def check_data(settings: Settings) -> Finding:
    """Try to write into the data folder, or into the folder that it would be made in."""
    return _check_folder(settings.data, "--data")


def check_media(settings: Settings) -> Finding:
    """Try to write where media are stored; into a bucket also to read, list and delete there."""
    if settings.media_place.scheme != "s3":
        return _check_folder(Path(settings.media_place.location), "--media")
    import asyncio

    from waypost.blobs.s3_trouble import S3Trouble
    from waypost.ports import StoreRefused

    try:
        asyncio.run(_try_bucket(settings))
    except S3Trouble as trouble:
        return Finding("bad", str(trouble), trouble.advice)
    except StoreRefused as refused:
        return Finding("bad", "the library for it is missing", str(refused))
    return Finding("good", f"s3://{settings.media_place.location.partition('?')[0]}: wrote, read, listed and deleted")


async def _try_bucket(settings: Settings) -> None:
    from waypost.blobs.s3_bucket import Bucket

    bucket = Bucket.at(settings.media_place.location, settings.aws)
    try:
        await bucket.check()
    finally:
        await bucket.aclose()


def check_upstream(settings: Settings) -> Finding:
    """Say where messages go."""
    _ = settings
    return Finding("good", "the embedded network; no message leaves this machine")


def _check_folder(wanted: Path, flag: str) -> Finding:
    import tempfile

    folder = _existing(wanted)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as wrong:
        advice = f"Make {wanted} writable for this user, or choose another folder with {flag}."
        return Finding("bad", f"{folder} cannot be written: {wrong.strerror}", advice)
    return Finding("good", f"{folder.resolve()} can be written")


def check_disk(settings: Settings) -> Finding:
    """Look at the free space under the data folder."""
    import shutil

    free = shutil.disk_usage(_existing(settings.data)).free
    found = f"{free // _MIB:,} MiB free"
    if free < _NO_SPACE:
        return Finding("bad", found, "Free some space: without it nothing is accepted.")
    if free < _ENOUGH_SPACE:
        return Finding("look", found, "Media of 100 MB each fill this quickly; free some space.")
    return Finding("good", found)


def check_sqlite(settings: Settings) -> Finding:
    """Look at the version of SQLite that the embedded store brings along."""
    if settings.store_place.scheme != "sqlite":
        return Finding("good", "not in use")
    import apsw  # noqa: TID251 - only asked for its version

    return judge_sqlite(apsw.sqlite_lib_version())


def judge_sqlite(version: str) -> Finding:
    """Say whether a version of SQLite, `3.52.0`, is safe to use."""
    if tuple(int(part) for part in version.split(".")) < _OLDEST_SQLITE:
        advice = "This version can corrupt a database in WAL mode: reinstall with `make setup`."
        return Finding("bad", f"version {version}", advice)
    return Finding("good", f"version {version}")


def check_postgres(settings: Settings) -> Finding:
    """Connect to the database that is set, and look at its server and tables."""
    if settings.store_place.scheme != "postgresql":
        return Finding("good", "not in use")
    import asyncio

    from waypost.app.resources import store_class
    from waypost.lib.store_urls import whole_url, without_password
    from waypost.ports import StoreRefused

    try:
        store_class("postgresql")
        from waypost.storage.postgres.schema import examine

        found = asyncio.run(examine(whole_url(settings.store_place.location)))
    except StoreRefused as refused:
        return Finding("bad", "cannot be used", str(refused))
    return Finding("good", f"{without_password(settings.store or '')}: {found}")


def check_secrets(settings: Settings) -> Finding:
    """Count the secrets that are stored in clear and under each key; which keys are given, and which may go."""
    from waypost.lib.keyring import Keyring
    from waypost.ports import StoreRefused

    try:
        counts = _count_secrets(settings)
    except StoreRefused as refused:
        return Finding("bad", "the store cannot be read", str(refused))
    return judge_secrets(settings, counts, Keyring(settings.secrets_key).names)


def _count_secrets(settings: Settings) -> dict[str | None, int]:
    """Return how many there are by the id of their key; None: in clear. Raises StoreRefused."""
    place = settings.store_place
    if place.scheme == "sqlite":
        from waypost.storage.sqlite.secrets import count_by_key

        return count_by_key(Path(place.location)) if Path(place.location).is_file() else {}
    import asyncio

    from waypost.app.resources import store_class
    from waypost.lib.store_urls import whole_url

    store_class("postgresql")
    from waypost.storage.postgres.secrets import count_by_key as count_in_database

    return asyncio.run(count_in_database(whole_url(place.location)))


def judge_secrets(settings: Settings, counts: dict[str | None, int], given: list[str]) -> Finding:
    """Say what the secrets of a store, counted by the id of their key, mean for a server with the keys `given`."""
    parts = [f"{count} under the key {name}" if name else f"{count} in clear" for name, count in counts.items()]
    found = ", ".join(sorted(parts)) or "none stored yet"
    if missing := sorted(name for name in counts if name and name not in given):
        advice = f"Give these keys in WAYPOST_SECRETS_KEY, or nothing starts here: {', '.join(missing)}."
        return Finding("bad", found, advice)
    if settings.shows_secrets:
        return Finding(
            "look", found, "Others may read the store: set WAYPOST_SECRETS_KEY; see docs/how-to/seal-secrets.md."
        )
    if not given:
        return Finding("good", found)
    if any(name != given[0] for name in counts):
        return Finding("look", found, f"The next start puts all of them under the key {given[0]}.")
    idle = ", ".join(name for name in given[1:])
    return Finding("good", found, f"WAYPOST_SECRETS_KEY can do without {idle}." if idle else "")


def check_port(settings: Settings) -> Finding:
    """Try to listen where the server would."""
    if settings.port == 0:
        return Finding("good", "a free one is chosen at the start")
    where = f"{settings.host}:{settings.port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[
            0
        ]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as wrong:
        if _is_ours(settings):
            return Finding("good", f"{where} is where Waypost runs already")
        advice = "Stop what listens there, or choose another with --host and --port."
        return Finding("bad", f"{where} cannot be taken: {wrong.strerror}", advice)
    return Finding("good", f"{where} is free")


def _is_ours(settings: Settings) -> bool:
    """Return whether the server over the data folder is what listens: the key in its note opens what is there."""
    from urllib.parse import urlsplit

    from waypost.lib import note

    left = note.read(settings.data)
    return (
        left is not None and urlsplit(left.base_url).port == settings.port and answer_of(left, "/settings") is not None
    )


def check_webhook(settings: Settings) -> Finding:
    """Send the webhook a callback without any event in it, and judge the answer.

    Where the settings name none it is that of the server that runs over the data folder: it may have been given to
    that server alone, or set over an API.
    """
    url = settings.webhook or _webhook_of_the_running(settings)
    if url is None:
        return Finding("look", "none", "Nobody is told what becomes of messages; set one with --webhook.")
    import asyncio

    status, reason = asyncio.run(_ask_webhook(url, settings.webhook_timeout_seconds))
    return judge_webhook(settings, url, status=status, reason=reason)


def _webhook_of_the_running(settings: Settings) -> str | None:
    from waypost.lib import note

    listed = answer_of(note.read(settings.data), "/numbers")
    return (
        next((number["webhook"]["url"] for number in listed["numbers"] if number["webhook"]), None) if listed else None
    )


def judge_webhook(settings: Settings, url: str, *, status: int | None, reason: str) -> Finding:
    """Say what an answer's status, or the reason why none came, means for the callbacks."""
    if status is None:
        advice = "Start the program behind it, or correct --webhook; until it answers, callbacks wait up to 7 days."
        return Finding("bad", f"{url} did not answer: {reason}", advice)
    found = f"{url} answered {status}"
    if status == 200 or (settings.webhook_success == "2xx" and 200 <= status < 300):
        return Finding("good", found)
    if status in {401, 403}:
        return Finding(
            "look", found, "This check is not signed: that answer is right if the program checks signatures."
        )
    if 200 <= status < 300:
        return Finding("bad", found, "Only 200 counts as taken; answer 200, or set --webhook-success 2xx.")
    return Finding("bad", found, "Callbacks would be repeated for 7 days; the program must answer 200.")


async def _ask_webhook(url: str, seconds: float) -> tuple[int | None, str]:
    from datetime import timedelta

    from waypost.lib.clock import SystemClock
    from waypost.lib.poster import Posted
    from waypost.lib.poster_asyncio import AsyncioPoster

    poster = AsyncioPoster(SystemClock())
    body, headers = b'{"object":"whatsapp_business_account","entry":[]}', [("Content-Type", "application/json")]
    try:
        answer = await poster.post(url, body, headers, timeout=timedelta(seconds=seconds))
    finally:
        await poster.aclose()
    return (answer.status, "") if isinstance(answer, Posted) else (None, answer.reason)


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())


CHECKS: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
    ("settings", check_settings),
    ("data folder", check_data),
    ("media store", check_media),
    ("disk space", check_disk),
    ("SQLite", check_sqlite),
    ("PostgreSQL", check_postgres),
    ("secrets", check_secrets),
    ("port", check_port),
    ("upstream", check_upstream),
    ("webhook", check_webhook),
)
_COLOURS = {"good": "green", "look": "yellow", "bad": "red"}
