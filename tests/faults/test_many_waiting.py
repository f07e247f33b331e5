"""A start over a great many messages that wait: it is ready soon, memory stays bounded, and new ones are taken."""

import asyncio
import re
from pathlib import Path
from time import monotonic

import apsw
import pytest
from tests.faults.processes import served
from tests.faults.tier import PATIENCE_SECONDS, Tier
from tests.support.clients import client_for
from tests.support.receiver import Receiver
from tests.support.server import NUMBER, TOKEN, running

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

READY_SECONDS = 10
MOST_MB = 512
_ROWS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)"
_MESSAGES = (
    f"{_ROWS} INSERT INTO messages (key, number_id, wa_id, tag, received, kind, status, seen, at_ms, category, dialect)"
    " SELECT i, ?2, '4917' || (10000000 + i % 20000), 7, 0, 'text', 0, 1, i, 'service', 'cloud' FROM n"
)
_CONTENTS = f"{_ROWS} INSERT INTO contents (key, body, raw) SELECT i, ?2, ?2 FROM n"
_OUTBOX = f"{_ROWS} INSERT INTO outbox (key, due_ms, attempt, begun) SELECT i, 0, 0, 0 FROM n"
_BODY = b'{"messaging_product":"whatsapp","type":"text","text":{"body":"hello"}}'


def fill(data: Path, count: int) -> None:
    """Let so many messages wait, to 20,000 users."""
    connection = apsw.Connection(str(data / "waypost.db"))
    with connection:
        connection.execute(_MESSAGES, (count, int(NUMBER)))
        connection.execute(_CONTENTS, (count, _BODY))
        connection.execute(_OUTBOX, (count,))
    connection.close()


def waiting(data: Path) -> int:
    """Return how many messages wait."""
    connection = apsw.Connection(str(data / "waypost.db"), flags=apsw.SQLITE_OPEN_READONLY)
    found = int(connection.execute("SELECT count(*) FROM outbox").get)
    connection.close()
    return found


def peak_mb(process: int) -> int:
    """Return the most memory that a process has had."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text("ascii"))
    assert found is not None
    return int(found[1]) // 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from /proc")
async def test_a_start_over_a_million_waiting_messages_is_ready_soon_and_goes_on(tmp_path: Path, tier: Tier) -> None:
    count = tier.count(quick=30_000, full=1_000_000)
    data = tmp_path / "data"
    async with Receiver() as hook:
        flags = (f"--number={NUMBER}", f"--token={TOKEN}", "--rules=relaxed", f"--webhook={hook.url}")
        async with running(data, rules="relaxed"):
            pass
        fill(data, count)
        begun = monotonic()

        async with served(data, *flags) as server, client_for("meta", server.ready.base_url, NUMBER, TOKEN) as client:
            took = monotonic() - begun
            answer = await client.send("491799999999", "text", {"body": "new"})
            async with asyncio.timeout(PATIENCE_SECONDS):
                while waiting(data) > count - 2_000:  # noqa: ASYNC110 - from outside
                    await asyncio.sleep(0.1)
            memory = peak_mb(server.process.pid)

    tier.note("messages that waited", count)
    tier.note("seconds until ready", round(took, 1))
    tier.note("most memory in MB", memory)
    # More wait for this number than may: it takes no more before there is room, and says so.
    assert (answer.status, answer.json["error"]["code"]) == (429, 130429)
    assert int(answer.headers["Retry-After"]) >= 1
    assert took < tier.within(READY_SECONDS)
    assert memory < MOST_MB
