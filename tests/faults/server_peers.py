"""What stands outside of the server that is killed: the webhook receiver and the file server, in a process of its own.

Every webhook call is written to an append-only log before it is answered, one JSON object a line. One event in eight
is refused at its first arrival. Peers kill the server where only they can: with a request or a file half-way.
"""

import asyncio
import contextlib
import hashlib
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from tests.faults.server_stages import KILL_HEADER
from tests.support.media import pdf
from tests.support.receiver import Answer, Received, Receiver

from waypost.lib import ids

_PDF = Answer(200, pdf().data, {"Content-Type": "application/pdf"})


class Call(msgspec.Struct, frozen=True):
    """One webhook call as it arrived."""

    event: int
    digest: str
    statuses: tuple[tuple[int, str], ...]
    """Key of the message and its status."""
    messages: tuple[int, ...]
    numbers: tuple[int, ...] = ()
    """Whose webhook it says that it is: the `phone_number_id` of each of its values."""
    path: str = ""
    """Where it came to; a campaign's webhooks have their number in it."""


@dataclass(frozen=True, slots=True)
class Deadly(Answer):
    """Half of an answer, then the death of the one who asked."""

    victim: int = 0


class Peers(Receiver):
    """A receiver that keeps its log outside of memory, serves files, and kills."""

    def __init__(self, log: int) -> None:
        super().__init__()
        self._log = log
        self._known: set[str] = set()

    def _answer_to(self, got: Received) -> Answer:
        self.received.clear()  # the log has them
        is_first = not self._is_known(got.headers.get("webhook-id", got.path))
        if got.method == "GET":
            return _file(got.path, is_first=is_first)
        call = call_of(got)
        os.write(self._log, msgspec.json.encode(call) + b"\n")
        if KILL_HEADER in got.headers:
            _kill(int(got.headers[KILL_HEADER]))
        return Answer(500) if is_first and call.event % 8 == 0 else Answer()

    async def _give(self, answer: Answer, writer: asyncio.StreamWriter) -> bool:
        if not isinstance(answer, Deadly):
            return await super()._give(answer, writer)
        await self._send(writer, answer.head() + answer.body[: len(answer.body) // 2])
        _kill(answer.victim)
        return False

    def _is_known(self, name: str) -> bool:
        known = name in self._known
        self._known.add(name)
        return known


def _file(path: str, *, is_first: bool) -> Answer:
    """Return the file: always, only once, or with the death of the process in the path at the first time."""
    _, kind, victim, _ = path.split("/")
    if kind == "midway" and is_first:
        return Deadly(200, _PDF.body, _PDF.headers, victim=int(victim))
    if kind == "once" and not is_first:
        return Answer(404)
    return _PDF


def call_of(got: Received) -> Call:
    """Return what a webhook call says."""
    values = list(got.values())
    return Call(
        event=int(got.headers["webhook-id"].removeprefix("evt_")),
        digest=hashlib.sha256(got.body).hexdigest(),
        statuses=tuple((_key(one["id"]), one["status"]) for value in values for one in value.get("statuses", [])),
        messages=tuple(_key(one["id"]) for value in values for one in value.get("messages", [])),
        numbers=tuple(int(value["metadata"]["phone_number_id"]) for value in values if "metadata" in value),
        path=got.path,
    )


def _key(wamid: str) -> int:
    ref = ids.parse_message_id(wamid)
    assert ref is not None, wamid
    return ref.key


def _kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


async def _stand(log: int, tell: int, leash: int) -> None:
    """Serve until the other end of `leash` is closed; write the port to `tell`."""
    over = asyncio.Event()
    asyncio.get_running_loop().add_reader(leash, over.set)
    async with Peers(log) as peers:
        os.write(tell, b"%d\n" % peers.port)
        await over.wait()


def _be_peers(log_file: Path, tell: int, leash: int) -> None:
    """Live in the child; nothing of the parent's clean-up runs here."""
    log = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with contextlib.suppress(BaseException):
        asyncio.run(_stand(log, tell, leash))
    os._exit(0)


@contextlib.contextmanager
def peers_running(log_file: Path) -> Iterator[int]:
    """Fork the peers and return their port; they end with this block, or with this process."""
    port_reading, port_writing = os.pipe()
    leash_reading, leash_writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(leash_writing)
        _be_peers(log_file, port_writing, leash_reading)
    os.close(port_writing)
    os.close(leash_reading)
    with os.fdopen(port_reading) as port:
        text = port.readline()
    try:
        yield int(text)
    finally:
        os.close(leash_writing)
        os.waitpid(child, 0)


def calls(log_file: Path) -> Iterator[Call]:
    """Read the log from its beginning."""
    with log_file.open("rb") as log:
        for line in log:
            yield msgspec.json.decode(line, type=Call)
