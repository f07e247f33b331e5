"""R17: the keys of secrets are rotated under sends, process by process; a process with the wrong key does not start."""

import asyncio
import base64
from pathlib import Path

import pytest
from tests.faults.processes import served
from tests.faults.tier import PATIENCE_SECONDS
from tests.faults.workers import NUMBERS, PHONES, flags_of, world
from tests.support.postgres import PostgresServer

from waypost.lib.keyring import Keyring
from waypost.storage.postgres.secrets import count_by_key

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

OLD, NEW, OTHER = (bytes([number]) * 32 for number in (1, 2, 3))
ALL = len(NUMBERS) * len(PHONES)
SECRETS = len(NUMBERS) + 1
"""The numbers, and the key of media URLs."""


def keys(*given: bytes) -> list[str]:
    return [f"--secrets-key={base64.b64encode(key).decode()}" for key in given]


async def under(database: str) -> dict[bytes | None, int]:
    """Return how many secrets of a database are under each key."""
    names = dict(zip(Keyring([OLD, NEW]).names, (OLD, NEW), strict=True))
    return {names[name] if name else None: count for name, count in (await count_by_key(database)).items()}


async def test_a_key_is_replaced_under_sends_and_nothing_is_refused_or_lost(
    tmp_path: Path, postgres_server: PostgresServer, database: str
) -> None:
    async with world(tmp_path, postgres_server, database, 2, *keys(OLD, NEW)) as here:
        before = await under(database)
        async with here.load():
            await here.sent(ALL)
            for worker in here.workers[:2]:
                await here.join(*keys(NEW, OLD))
                worker.terminate()
                await worker.wait()
                await here.sent(ALL)
            await here.shared_by(2)
            flags = (*flags_of(tmp_path, database), "--role=api")
            async with served(tmp_path / "second", *flags, *keys(NEW, OLD)):
                await here.sent(ALL)
        await here.everything_told()

        assert (before, await under(database)) == ({OLD: SECRETS}, {NEW: SECRETS})
        assert (here.ledger.refused, here.broken()) == (0, [])
        async with served(tmp_path / "third", *flags, *keys(NEW)) as third:
            assert third.ready.base_url


async def test_a_worker_whose_keys_are_not_those_of_the_others_does_not_start_and_they_go_on(
    tmp_path: Path, postgres_server: PostgresServer, database: str
) -> None:
    async with world(tmp_path, postgres_server, database, 1, *keys(OLD)) as here:
        wrong = [await here.join(*given) for given in (keys(OTHER), [], keys(NEW, OLD))]
        async with asyncio.timeout(PATIENCE_SECONDS):
            codes = [await worker.wait() for worker in wrong]
        await here.send_some(1)
        await here.everything_told()

        assert codes == [1, 1, 1]
        assert (await under(database), here.broken()) == ({OLD: SECRETS}, [])
