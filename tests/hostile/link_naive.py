"""The control of every link test: a client without a guard, which has to be seen leaking."""

import asyncio
from urllib.parse import urlsplit

import httpcore
from tests.hostile.link_peers import RecordingDialer, TableResolver


async def dial_naively(text: str, dialer: RecordingDialer, resolver: TableResolver) -> None:
    """Dial what the common parser and the resolver's first answer say."""
    try:
        host = urlsplit(text).hostname or ""
        address = host if ":" in host else (await resolver.resolve(host))[0]
        await dialer.dial(address, 80)
    except (ValueError, OSError, httpcore.ConnectError):
        return


async def get_naively(text: str) -> None:
    """Get `text` for real, as a plain HTTP client does."""
    try:
        async with asyncio.timeout(2), httpcore.AsyncConnectionPool() as pool:
            await pool.request("GET", text)
    except Exception:  # noqa: BLE001 - it has no manners either
        return
