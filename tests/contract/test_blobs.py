"""What every blob store promises, run for each store we have."""

import asyncio
import errno
import hashlib
import itertools
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

import pytest
from tests.support.s3 import BUCKET, ENVIRON, S3Server

from waypost import registry
from waypost.blobs.local import CHUNK_BYTES, LocalBlobs, NoSpace
from waypost.blobs.s3 import S3Blobs
from waypost.blobs.s3_bucket import Bucket
from waypost.ports import Blob, BlobStore


class Store(BlobStore, Protocol):
    """A store that a test has made."""

    async def aclose(self) -> None: ...


AnyStore = TypeVar("AnyStore", bound=Store)


@dataclass(frozen=True)
class Kind:
    """A registered store over a test's own folder, and what is left in it."""

    make: Callable[[Path], Store]
    unfinished: Callable[[Path], list[Path]]
    stored: Callable[[Path], list[Path]]


EMPTY = hashlib.sha256(b"").digest()
LARGE = bytes(range(256)) * 2_500  # two and a half chunks
IN_PARTS = bytes(range(256)) * 45_000  # 11 MiB


def unfinished(root: Path) -> list[Path]:
    return list((root / "tmp").iterdir())


def stored(root: Path) -> list[Path]:
    return [path for path in root.glob("??/??/*") if path.is_file()]


def in_s3(server: S3Server) -> Kind:
    def make(root: Path) -> Store:
        return S3Blobs(Bucket.at(server.url(root.name).removeprefix("s3://"), ENVIRON), LocalBlobs(root / "spool"))

    return Kind(
        make,
        unfinished=lambda root: unfinished(root / "spool") + server.unfinished(),
        stored=lambda root: server.stored(root.name),
    )


@pytest.fixture(params=sorted(registry.BLOBS))
def kind(request: pytest.FixtureRequest, s3_server: S3Server) -> Kind:
    return {"file": Kind(LocalBlobs, unfinished, stored), "s3": in_s3(s3_server)}[request.param]


def using(blobs: AnyStore, work: Callable[[AnyStore], Awaitable[object]]) -> object:
    """Run `work` with the store and close it."""

    async def go() -> object:
        try:
            return await work(blobs)
        finally:
            await blobs.aclose()

    return asyncio.run(go())


async def kept(blobs: BlobStore, *chunks: bytes) -> Blob:
    async with blobs.writer() as writer:
        for chunk in chunks:
            await writer.write(chunk)
        return await writer.keep()


async def content(blobs: BlobStore, sha256: bytes, *, start: int = 0, length: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in blobs.read(sha256, start=start, length=length)])


async def listed(blobs: Store, older_than: datetime) -> list[bytes]:
    """Return what is listed of what was kept before a moment, in order."""
    return sorted([sha256 async for some in blobs.kept(older_than=older_than) for sha256 in some])


# -- Every store -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "chunks", [(), (b"x",), (b"a", b"", b"bc"), (LARGE,), (LARGE, b"tail", LARGE), (IN_PARTS, b"tail")]
)
def test_what_is_kept_reads_back_the_same(kind: Kind, tmp_path: Path, chunks: tuple[bytes, ...]) -> None:
    whole = b"".join(chunks)

    async def work(blobs: Store) -> object:
        blob = await kept(blobs, *chunks)
        return blob, await content(blobs, blob.sha256)

    assert using(kind.make(tmp_path), work) == (Blob(hashlib.sha256(whole).digest(), len(whole)), whole)


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        (0, 1, LARGE[:1]),
        (5, None, LARGE[5:]),
        (CHUNK_BYTES - 1, 2, LARGE[CHUNK_BYTES - 1 : CHUNK_BYTES + 1]),
        (len(LARGE) - 1, 100, LARGE[-1:]),
        (len(LARGE), 1, b""),
        (10, 0, b""),
    ],
)
def test_a_part_can_be_read(kind: Kind, tmp_path: Path, start: int, length: int | None, expected: bytes) -> None:
    async def work(blobs: Store) -> object:
        blob = await kept(blobs, LARGE)
        return await content(blobs, blob.sha256, start=start, length=length)

    assert using(kind.make(tmp_path), work) == expected


def test_reading_goes_in_bounded_chunks(kind: Kind, tmp_path: Path) -> None:
    async def work(blobs: Store) -> object:
        blob = await kept(blobs, LARGE)
        return [len(chunk) async for chunk in blobs.read(blob.sha256)]

    assert using(kind.make(tmp_path), work) == [CHUNK_BYTES, CHUNK_BYTES, len(LARGE) - 2 * CHUNK_BYTES]


def test_an_unknown_hash_is_not_found(kind: Kind, tmp_path: Path) -> None:
    async def work(blobs: Store) -> None:
        with pytest.raises(FileNotFoundError):
            await content(blobs, EMPTY)

    using(kind.make(tmp_path), work)


def test_the_same_bytes_may_come_many_times_at_once(kind: Kind, tmp_path: Path) -> None:
    async def work(blobs: Store) -> object:
        several = await asyncio.gather(*(kept(blobs, LARGE) for _ in range(20)))
        return set(several), await content(blobs, several[0].sha256)

    assert using(kind.make(tmp_path), work) == ({Blob(hashlib.sha256(LARGE).digest(), len(LARGE))}, LARGE)


def test_deleted_bytes_are_gone_and_deleting_again_is_harmless(kind: Kind, tmp_path: Path) -> None:
    async def work(blobs: Store) -> object:
        blob = await kept(blobs, b"x")
        await blobs.delete(blob.sha256)
        await blobs.delete(blob.sha256)
        with pytest.raises(FileNotFoundError):
            await content(blobs, blob.sha256)
        return True

    assert using(kind.make(tmp_path), work) is True


def test_the_file_can_be_looked_at_before_it_is_kept(kind: Kind, tmp_path: Path) -> None:
    async def work(blobs: Store) -> object:
        async with blobs.writer() as writer:
            await writer.write(b"first bytes")
            await writer.flush()
            return writer.path.read_bytes()

    assert using(kind.make(tmp_path), work) == b"first bytes"


@pytest.mark.parametrize("amount", [1, len(LARGE)])
def test_leaving_without_keep_leaves_nothing(kind: Kind, tmp_path: Path, amount: int) -> None:
    async def work(blobs: Store) -> None:
        async with blobs.writer() as writer:
            await writer.write(LARGE[:amount])
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        using(kind.make(tmp_path), work)

    assert (kind.unfinished(tmp_path), kind.stored(tmp_path)) == ([], [])


def test_an_upload_that_is_cancelled_leaves_nothing(kind: Kind, tmp_path: Path) -> None:
    async def work(blobs: Store) -> object:
        async def upload() -> None:
            async with blobs.writer() as writer:
                while True:
                    await writer.write(LARGE)

        task = asyncio.create_task(upload())
        await asyncio.wait([task], timeout=0.05)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    cancelled = using(kind.make(tmp_path), work)

    assert (cancelled, kind.unfinished(tmp_path), kind.stored(tmp_path)) == (True, [], [])


def test_a_kept_file_takes_no_more_bytes(kind: Kind, tmp_path: Path) -> None:
    async def work(blobs: Store) -> None:
        async with blobs.writer() as writer:
            await writer.write(b"x")
            await writer.keep()
            with pytest.raises(ValueError, match="open another writer"):
                await writer.keep()

    using(kind.make(tmp_path), work)

    assert [path.read_bytes() for path in kind.stored(tmp_path)] == [b"x"]


def test_every_kept_file_is_listed_once_it_is_old_enough(kind: Kind, tmp_path: Path) -> None:
    async def work(blobs: Store) -> list[list[bytes]]:
        for content in (b"x", b"y", b"a", b"x"):
            await kept(blobs, content)
        later, earlier = datetime.now(UTC) + timedelta(minutes=1), datetime.now(UTC) - timedelta(minutes=1)
        return [await listed(blobs, later), await listed(blobs, earlier)]

    everything = sorted(hashlib.sha256(content).digest() for content in (b"x", b"y", b"a"))
    assert using(kind.make(tmp_path), work) == [everything, []]


# -- From one store to the other ---------------------------------------------------------------------------------


def test_a_folder_of_files_can_be_copied_into_a_bucket_as_it_is(s3_server: S3Server, tmp_path: Path) -> None:
    blob = asyncio.run(kept(LocalBlobs(tmp_path / "media"), LARGE))
    shutil.copytree(tmp_path / "media", s3_server.folder / BUCKET / tmp_path.name, ignore=lambda *_: {"tmp"})

    whole = using(in_s3(s3_server).make(tmp_path), lambda blobs: content(blobs, blob.sha256))

    assert whole == LARGE


def test_a_bucket_is_listed_beyond_one_answer(s3_server: S3Server, tmp_path: Path) -> None:
    everything = sorted(hashlib.sha256(bytes([n // 256, n % 256])).digest() for n in range(1_001))  # an answer: 1,000
    for name in (sha256.hex() for sha256 in everything):
        folder = s3_server.folder / BUCKET / tmp_path.name / name[:2] / name[2:4]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()

    found = using(in_s3(s3_server).make(tmp_path), lambda blobs: listed(blobs, datetime.now(UTC) + timedelta(1)))

    assert found == everything


# -- Local files only --------------------------------------------------------------------------------------------


def test_a_file_lies_under_its_hash_and_nowhere_else(tmp_path: Path) -> None:
    using(LocalBlobs(tmp_path), lambda blobs: kept(blobs, b""))

    name = EMPTY.hex()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / name[:2] / name[2:4] / name]


@pytest.mark.parametrize("code", [errno.EAGAIN, errno.EOPNOTSUPP])
def test_what_is_not_in_the_systems_memory_is_read_from_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    asked = itertools.count()

    def preadv(descriptor: int, buffers: list[bytearray], start: int, _flags: int) -> int:
        if next(asked) == 1:  # the second piece is there in part, the others are not
            buffers[0][:1000] = os.pread(descriptor, 1000, start)
            return 1000
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "preadv", preadv)

    async def work(blobs: LocalBlobs) -> object:
        blob = await kept(blobs, LARGE)
        return await content(blobs, blob.sha256)

    assert using(LocalBlobs(tmp_path), work) == LARGE
    assert next(asked) > 2


def test_a_planted_link_in_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    blobs = LocalBlobs(tmp_path / "store")
    blobs.path(EMPTY).parent.mkdir(parents=True)
    blobs.path(EMPTY).symlink_to(tmp_path / "secret")

    assert using(blobs, lambda blobs: blobs.open(EMPTY)) is None


def test_a_planted_link_in_place_of_a_directory_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside" / EMPTY.hex()[2:4]
    outside.mkdir(parents=True)
    (outside / EMPTY.hex()).write_bytes(b"secret")
    blobs = LocalBlobs(tmp_path / "store")
    (tmp_path / "store" / EMPTY.hex()[:2]).symlink_to(tmp_path / "outside")

    assert using(blobs, lambda blobs: blobs.open(EMPTY)) is None


def test_an_upload_replaces_a_planted_link_and_not_its_target(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    blobs = LocalBlobs(tmp_path / "store")
    blobs.path(EMPTY).parent.mkdir(parents=True)
    blobs.path(EMPTY).symlink_to(tmp_path / "secret")

    using(blobs, lambda blobs: kept(blobs, b""))

    assert (blobs.path(EMPTY).is_symlink(), (tmp_path / "secret").read_bytes()) == (False, b"secret")


def test_a_pipe_in_place_of_a_file_is_no_blob_and_blocks_nobody(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    blobs.path(EMPTY).parent.mkdir(parents=True)
    os.mkfifo(blobs.path(EMPTY))

    assert using(blobs, lambda blobs: blobs.open(EMPTY)) is None


def test_sweeping_removes_old_unfinished_files_only(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for name, age in (("old", timedelta(hours=2)), ("young", timedelta(minutes=1))):
        (tmp_path / "tmp" / name).write_bytes(b"x")
        os.utime(tmp_path / "tmp" / name, ((now - age).timestamp(),) * 2)

    removed = using(blobs, lambda blobs: blobs.sweep(now - timedelta(hours=1)))

    assert (removed, [path.name for path in unfinished(tmp_path)]) == (1, ["young"])


def test_sweeping_spares_a_slow_upload(tmp_path: Path) -> None:
    async def work(blobs: LocalBlobs) -> object:
        async with blobs.writer() as writer:
            await writer.write(b"slow")
            await writer.flush()
            removed = await blobs.sweep(datetime(2100, 1, 1, tzinfo=UTC))
            return removed, await writer.keep()

    assert using(LocalBlobs(tmp_path), work) == (0, Blob(hashlib.sha256(b"slow").digest(), 4))


class FailingSync:
    """Stands for a disk: fails at one call and remembers what kind of file each call was for."""

    def __init__(self, fail_at: int | None, code: int = errno.EIO) -> None:
        self.synced: list[str] = []
        self._fail_at, self._code = fail_at, code

    def __call__(self, descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}")
        self.synced.append("directory" if path.is_dir() else "file")
        if len(self.synced) - 1 == self._fail_at:
            raise OSError(self._code, os.strerror(self._code))


def test_the_file_is_synced_before_its_name_and_the_directories(tmp_path: Path) -> None:
    sync = FailingSync(None)

    using(LocalBlobs(tmp_path, sync=sync), lambda blobs: kept(blobs, b"x"))

    assert sync.synced == ["file", "directory", "directory", "directory"]


def test_a_file_that_is_there_already_still_syncs_its_directory(tmp_path: Path) -> None:
    sync = FailingSync(None)

    async def work(blobs: LocalBlobs) -> None:
        await kept(blobs, b"x")
        sync.synced.clear()
        await kept(blobs, b"x")

    using(LocalBlobs(tmp_path, sync=sync), work)

    assert sync.synced == ["file", "directory"]


@pytest.mark.parametrize("fail_at", [0, 1, 2, 3])
def test_a_failed_sync_is_not_tried_again_and_nothing_is_kept(tmp_path: Path, fail_at: int) -> None:
    sync = FailingSync(fail_at)

    async def work(blobs: LocalBlobs) -> None:
        with pytest.raises(OSError, match="Input/output error"):
            await kept(blobs, b"x")

    using(LocalBlobs(tmp_path, sync=sync), work)

    assert (len(sync.synced), unfinished(tmp_path), stored(tmp_path)) == (fail_at + 1, [], [])


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_has_a_name_of_its_own(tmp_path: Path, code: int) -> None:
    async def work(blobs: LocalBlobs) -> None:
        with pytest.raises(NoSpace, match="no space is left for media"):
            await kept(blobs, b"x")

    using(LocalBlobs(tmp_path, sync=FailingSync(0, code)), work)

    assert (unfinished(tmp_path), stored(tmp_path)) == ([], [])


def test_what_is_no_kept_file_is_not_listed(tmp_path: Path) -> None:
    name = hashlib.sha256(b"x").hexdigest()
    folder = tmp_path / name[:2] / name[2:4]
    folder.mkdir(parents=True)
    (folder / f"{name[:2]}-notes.txt").write_text("mine")
    (folder / name).symlink_to(tmp_path)
    (tmp_path / name[:2] / "00").mkdir(exist_ok=True)
    (tmp_path / name[:2] / "00" / hashlib.sha256(b"misplaced").hexdigest()).write_text("x")

    found = using(LocalBlobs(tmp_path), lambda blobs: listed(blobs, datetime.now(UTC) + timedelta(1)))

    assert found == []


FILL_THE_DISK = textwrap.dedent("""
    import asyncio, sys
    from pathlib import Path
    from waypost.blobs.local import LocalBlobs, NoSpace

    async def main(root) -> None:
        blobs = LocalBlobs(root)
        try:
            async with blobs.writer() as writer:
                try:
                    for _ in range(64):
                        await writer.write(bytes(65536))
                except NoSpace:
                    print("full")
                await writer.keep()
        except ValueError:
            print("nothing kept", sorted(path.name for path in root.rglob("*")))
        async with blobs.writer() as writer:
            await writer.write(b"small")
            print((await writer.keep()).size)
        await blobs.aclose()

    asyncio.run(main(Path(sys.argv[1])))
""")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk takes root")
def test_a_disk_that_is_really_full_refuses_and_recovers(tmp_path: Path) -> None:
    script = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" -c "$3" "$1"'
    command = ["unshare", "-m", "sh", "-c", script, "sh", str(tmp_path), sys.executable, FILL_THE_DISK]

    done = subprocess.run(
        command, capture_output=True, text=True, timeout=30, check=False, env={"PYTHONPATH": os.pathsep.join(sys.path)}
    )

    assert (done.stdout, done.stderr) == ("full\nnothing kept ['tmp']\n5\n", "")
