"""Whole `waypost serve` processes, for faults that only a process can meet."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from tests.faults.tier import PATIENCE_SECONDS
from tests.support.clients import Client, client_for
from tests.support.receiver import Receiver
from tests.support.server import NUMBER, TOKEN

from waypost.settings import ReadyInfo

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Served:
    """A process that is ready."""

    process: Process
    ready: ReadyInfo

    async def stop(self) -> tuple[int, str]:
        """Send SIGTERM and wait for the end; return the exit code and what was said on stderr."""
        self.process.send_signal(signal.SIGTERM)
        _, said = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, said.decode()


async def serve_process(data: Path, *flags: str, environ: Mapping[str, str] | None = None) -> Process:
    """Start `waypost serve` over a folder; the caller sees to its end."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "waypost", "serve", "--port=0", f"--data={data}", "--log-level=error", *flags,
        cwd=data.parent,
        env={"PATH": os.defpath, "PYTHONPATH": str(_ROOT / "src"), **(environ or {})},
        stdout=PIPE, stderr=PIPE,
    )  # fmt: skip


@asynccontextmanager
async def served(data: Path, *flags: str, environ: Mapping[str, str] | None = None) -> AsyncIterator[Served]:
    """Run a server until the block ends."""
    ready_file = data.with_suffix(".ready")
    ready_file.unlink(missing_ok=True)
    process = await serve_process(data, f"--ready-file={ready_file}", *flags, environ=environ)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not ready_file.exists():
                assert process.returncode is None, (await process.communicate())[1].decode()
                await asyncio.sleep(0.02)
        yield Served(process, msgspec.json.decode(ready_file.read_bytes(), type=ReadyInfo))
    finally:
        ended_by_itself = process.returncode is not None
        if not ended_by_itself:
            process.kill()
        _, said = await process.communicate()
        if ended_by_itself:
            sys.stderr.write(said.decode())  # a test that did not expect it shows why


@asynccontextmanager
async def served_with_client(folder: Path, hook: Receiver) -> AsyncIterator[tuple[Served, Client]]:
    """Run a server in a folder that tells `hook`, and a client of it, until the block ends."""
    flags = (f"--number={NUMBER}", f"--token={TOKEN}", "--rules=relaxed", f"--webhook={hook.url}")
    async with (
        served(folder / "data", *flags) as server,
        client_for("meta", server.ready.base_url, NUMBER, TOKEN) as client,
    ):
        yield server, client
