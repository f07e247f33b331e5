"""A request's body and its answer in memory, where there is no connection."""

import asyncio

from waypost.api.exchange import HeaderLines


class MemoryExchange:
    """Stands for an exchange whose body is there, and keeps what is answered."""

    def __init__(self, body: bytes = b"") -> None:
        self._body = body
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.answer = b""

    async def take(self) -> bytes:
        body, self._body = self._body, b""
        return body

    def take_whole(self) -> bytes:
        body, self._body = self._body, b""
        return body

    def arrived(self) -> bytes:
        return self._body

    async def gone(self) -> None:
        await asyncio.Event().wait()

    async def respond(self, status: int, headers: HeaderLines, body: bytes) -> None:
        await self.begin(status, headers, len(body))
        await self.write(body)
        await self.end()

    async def begin(self, status: int, headers: HeaderLines, length: int | None) -> None:
        _ = length
        self.status, self.headers = status, list(headers)

    async def write(self, piece: bytes) -> None:
        self.answer += piece

    async def end(self) -> None:
        """Nothing is left to do."""
