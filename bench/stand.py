"""The test stand: starts and stops the servers under test, the references, the receiver and the load generator."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import IO

import msgspec
from bench import processes, reference
from bench.framing import Splitter
from bench.load import Outcome, Plan
from bench.receiver import Counts, Ledger
from bench.verdict import counts_of

ROOT = Path(__file__).parents[1]
NUMBER = "15550123456"
TOKEN = "bench-token"
SECRET = "bench-secret"
ADMIN = "bench-admin"

_START_SECONDS = 30.0
_STOP_SECONDS = 60.0
_LOOK_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Server:
    """A server under load."""

    name: str
    pid: int
    port: int
    ready_seconds: float = 0.0
    """From the start of the process to the ready file."""


@dataclass(slots=True)
class Receiver:
    """The running receiver; its ledger is there once it has stopped."""

    port: int
    pid: int = 0
    ledger: Ledger | None = None

    @property
    def url(self) -> str:
        """Where callbacks go."""
        return f"http://127.0.0.1:{self.port}/webhook"

    def open_or_close(self) -> None:
        """Let nobody connect any more, or somebody again; whoever is connected is hung up on."""
        os.kill(self.pid, signal.SIGUSR1)

    def wait_until_open(self, patience_seconds: float = 10.0) -> None:
        """Return once somebody can connect. Raises OSError when that takes too long."""
        end = monotonic() + patience_seconds
        while True:
            try:
                self.counts()
            except OSError:
                if monotonic() > end:
                    raise
                sleep(_LOOK_SECONDS)
            else:
                return

    def counts(self) -> Counts:
        """Ask what has come so far."""
        return counts_of(ask(self.port, b"GET / HTTP/1.1\r\n\r\n")[1])

    def wait_for(self, statuses: int, patience_seconds: float = 300.0) -> Counts:
        """Wait until so many statuses have come, or no more come for 20 s."""
        end = monotonic() + patience_seconds
        counts, moved = self.counts(), monotonic()
        while counts.statuses < statuses and monotonic() < end and monotonic() - moved < 20:
            sleep(0.2)
            before, counts = counts.statuses, self.counts()
            moved = monotonic() if counts.statuses > before else moved
        return counts


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder for the length of a run; on the disk of the checkout, because a temporary one may be in memory."""
    parent = ROOT / "bench-data"
    parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent) as name:
        yield Path(name)


@contextmanager
def waypost(
    data: Path, *flags: str, launcher: Sequence[str] = ("waypost",), name: str = "waypost", checkout: Path = ROOT
) -> Iterator[Server]:
    """Run the server of a checkout on `data`; `launcher` is the module to run, with its own arguments."""
    data.mkdir(parents=True, exist_ok=True)
    ready_file = data / "ready.json"
    ready_file.unlink(missing_ok=True)
    command = [
        sys.executable, "-m", *launcher, "serve", "--port", "0", "--data", str(data), "--ready-file", str(ready_file),
        "--number", NUMBER, "--token", TOKEN, "--app-secret", SECRET, "--admin-token", ADMIN,
        "--rules", "relaxed", "--log-level", "warning",
        *flags,
    ]  # fmt: skip
    started = monotonic()
    with (data / "server.log").open("ab") as log, _running(command, log=log, checkout=checkout) as process:
        _wait_for_file(ready_file, process)
        took = monotonic() - started
        base_url = msgspec.json.decode(ready_file.read_bytes())["base_url"]
        yield Server(name, process.pid, int(base_url.rpartition(":")[2]), took)


@contextmanager
def worker(data: Path, *flags: str) -> Iterator[int]:
    """Run a worker until the end of the block; gives its process once it has begun."""
    data.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "waypost", "worker", "--data", str(data), "--rules", "relaxed", *flags]
    with _running([*command, "--log-level", "warning"]) as process:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise SystemExit("a worker did not start")
        yield process.pid


def add_number(server: Server, number: str, webhook: str) -> str:
    """Make a number whose events go to a receiver; return its token."""
    added = msgspec.json.decode(operate(server, "POST", "/numbers", {"number": number}), type=_Added)
    operate(server, "PATCH", f"/numbers/{number}", {"app_secret": SECRET})
    operate(server, "PUT", f"/numbers/{number}", {"webhook": {"url": webhook}})
    return added.token


class _Added(msgspec.Struct):
    token: str


@contextmanager
def receiver(data: Path, *flags: str, name: str = "ledger") -> Iterator[Receiver]:
    """Run the webhook receiver; `flags` are faults that it shall have."""
    ledger_path = data / f"{name}.json"
    command = [sys.executable, "-m", "bench.receiver", "--secret", SECRET, "--ledger", str(ledger_path), *flags]
    with _running(command, log=subprocess.PIPE) as process:
        running = Receiver(_port_told_by(process), process.pid)
        yield running
    running.ledger = msgspec.json.decode(ledger_path.read_bytes(), type=Ledger)


@contextmanager
def references() -> Iterator[list[Server]]:
    """Run the servers that only answer: uvicorn, and node where it is installed."""
    commands = {"uvicorn": [sys.executable, "-m", "bench.reference"]}
    if shutil.which("node"):
        commands["node"] = ["node", "-e", reference.NODE_PROGRAM, reference.ANSWER.decode()]
    with contextlib.ExitStack() as stack:
        running = [(name, stack.enter_context(_running(command))) for name, command in commands.items()]
        yield [Server(name, process.pid, _port_told_by(process)) for name, process in running]


def drive(plan: Plan, *, started: Callable[[int], object] | None = None) -> Outcome:
    """Carry a plan out in the load generator's own process; `started` is told its id."""
    command = [sys.executable, "-m", "bench.load"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment(ROOT), cwd=ROOT
    ) as process:
        if started is not None:
            started(process.pid)
        told, _ = process.communicate(msgspec.json.encode(plan))
    if process.returncode:
        raise SystemExit(f"the load generator ended with {process.returncode}")
    return msgspec.json.decode(told, type=Outcome)


def operate(server: Server, method: str, path: str, body: object) -> bytes:
    """Call the control API and return its answer; what comes back must be a success."""
    sent = msgspec.json.encode(body)
    head = f"{method} /_waypost/v1{path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    head += f"Authorization: Bearer {ADMIN}\r\nContent-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n"
    answered, told = ask(server.port, head.encode("ascii") + sent)
    if answered[9:12] != b"200":
        raise SystemExit(f"{method} {path}: {told.decode()}")
    return told


def ask(port: int, request: bytes, *, timeout: float = 30) -> tuple[bytes, bytes]:
    """Send one request on a connection of its own; return head, in lower case, and body."""
    splitter = Splitter()
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(request)
        while data := connection.recv(1 << 20):
            for head, body in splitter.feed(data):
                return head, body
    raise ConnectionError("the server hung up before its answer was complete")


def cpu_microseconds(server: Server, before: float, operations: int) -> float:
    """Return the CPU that each operation has cost the server since `before`."""
    return 1e6 * (processes.cpu_seconds(server.pid) - before) / max(operations, 1)


@contextmanager
def _running(
    command: Sequence[str], *, log: int | IO[bytes] = subprocess.PIPE, checkout: Path = ROOT
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a process and end it: with SIGTERM, and with SIGKILL if it does not heed that."""
    with subprocess.Popen(command, stdout=log, env=_environment(checkout), cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _environment(checkout: Path) -> dict[str, str]:
    """Return the environment of every process: the checkout's own source, whatever is installed."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(checkout / "src"), str(ROOT)))}


def _port_told_by(process: "subprocess.Popen[bytes]") -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def _wait_for_file(path: Path, process: "subprocess.Popen[bytes]") -> None:
    end = monotonic() + _START_SECONDS
    while not path.exists():
        if process.poll() is not None or monotonic() > end:
            raise SystemExit(f"the server did not start; see {path.with_name('server.log')}")
        sleep(_LOOK_SECONDS)
