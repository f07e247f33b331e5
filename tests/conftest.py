"""What every test may ask for: the golden files, an S3-compatible server and a PostgreSQL."""

import contextlib
import gc
import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.memory import memory_folder
from tests.support.postgres import PostgresServer, missing_server
from tests.support.s3 import S3Server

pytest_plugins = ("pytester", "waypost.pytest_plugin")

GOLDEN = Path(__file__).parent / "golden"

Golden = Callable[[str, bytes], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-golden`, `--store`, and how much is done by tests that can do more."""
    parser.addoption("--update-golden", action="store_true", help="write golden files anew instead of comparing")
    parser.addoption(
        "--store",
        choices=("sqlite", "postgresql", "both"),
        help="the store of every whole server; without it SQLite, and the journeys take turns on both",
    )
    parser.addoption(
        "--split", action="store_true", help="make of every whole server one that accepts and a worker, over PostgreSQL"
    )
    parser.addoption(
        "--full", action="store_true", help="do as much as `make faults` does, and make all calls from schemas"
    )
    parser.addoption("--share", type=float, default=1.0, help="with --full: do only this part of it, such as 0.1")


def pytest_configure() -> None:
    """Keep the tests' files in memory if there is room, unless somebody says where."""
    if folder := memory_folder():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


def pytest_xdist_auto_num_workers() -> int:
    """Two workers a core for `-n auto`: half of the time a test waits for a process, a browser or a database."""
    return 2 * len(os.sched_getaffinity(0))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Where several processes collect all tests, have each import a part of the files before.

    On a clean clone nothing is compiled yet: otherwise all of them would compile all of it at the same time.
    """
    told = getattr(session.config, "workerinput", None)  # what pytest-xdist tells a process of its own
    if told is None or session.config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    number, count = int(told["workerid"].removeprefix("gw")), told["workercount"]
    for path in sorted(Path(__file__).parent.rglob("test_*.py"))[number::count]:
        with contextlib.suppress(Exception, pytest.skip.Exception, pytest.fail.Exception):  # the collection tells
            importlib.import_module(".".join(path.relative_to(session.config.rootpath).with_suffix("").parts))


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what is there now: ten thousand tests, which stay to the end.

    Then it goes as seldom as in `waypost serve`.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run every asynchronous test on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A server for all tests of a process; each takes a prefix of its own, and none may stop it."""
    server = S3Server(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Return a function that compares bytes with `tests/golden/<name>`, or writes them there.

    A file ends with a newline that is not part of what is compared.
    """
    update: bool = request.config.getoption("--update-golden")

    def compare(name: str, actual: bytes) -> None:
        path = GOLDEN / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(actual + b"\n")
        expected = path.read_bytes().removesuffix(b"\n")
        assert expected.decode() == actual.decode()

    return compare


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL, started for the first test that asks; skips where its binaries cannot run."""
    if why := missing_server():
        pytest.skip(why)
    with PostgresServer.running() as server:
        yield server


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a migrated database that only this test has."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(autouse=True, scope="module")
def server_store(request: pytest.FixtureRequest) -> Iterator[str]:
    """Which store whole servers have: SQLite unless `--store` says otherwise.

    Of a module, so that one server may serve several tests: such a server's fixture must ask for this one.
    """
    from tests.support.stores import store_of_servers

    with store_of_servers(request) as scheme:
        yield scheme


@pytest.fixture(autouse=True)
def _room_of_its_own(server_store: str) -> Iterator[None]:
    """Take back after each test what was lent to its servers."""
    _ = server_store
    from tests.support.server import PLACES

    with PLACES.anew():
        yield
