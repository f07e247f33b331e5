"""Programs written for each API, started as they are, against a running server: only the base URL is ours."""

import asyncio
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.support.server import NUMBER, SECRET, TOKEN, running

pytestmark = pytest.mark.anyio

EXAMPLES = Path(__file__).parents[2] / "examples"
PHONE = "15550001111"
PROGRAMS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("meta_client.py", {}, ["--app-secret", SECRET, "--phone-number-id", NUMBER]),
    ("dialog360_client.py", {}, []),
    ("onprem_client.py", {"callback_dialect": "onprem"}, []),
]


async def run(program: str, *arguments: str) -> tuple[int, list[str], str]:
    """Run an example to its end; return its exit status, the lines it printed, and its complaints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(EXAMPLES / program), *arguments, stdout=-1, stderr=-1
    )
    try:
        out, complaints = await asyncio.wait_for(process.communicate(), 30)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return process.returncode or 0, out.decode().splitlines(), complaints.decode()


@pytest.mark.parametrize(("program", "flags", "more"), PROGRAMS)
async def test_a_program_written_for_the_platform_works_unchanged(
    tmp_path: Path, program: str, flags: dict[str, Any], more: list[str]
) -> None:
    async with running(tmp_path / "data", fetch_allow=["127.0.0.0/8"], **flags) as server:
        arguments = ["--base-url", server.base_url, "--token", TOKEN, "--to", PHONE]

        status, lines, complaints = await run(program, *arguments, *more)

    assert (status, complaints) == (0, "")
    assert (lines[0], lines[-1]) == ("fetched 159 bytes, the same: True", "all read")
    kinds = ("text", "image by id", "image by link")
    told = Counter(f"{kind} {word}" for kind in kinds for word in ("sent", "delivered", "read"))
    assert Counter(lines[1:-1]) == told


@pytest.mark.parametrize("program", [program for program, _, _ in PROGRAMS])
def test_an_example_needs_nothing_but_the_standard_library(program: str) -> None:
    lines = (EXAMPLES / program).read_text().splitlines()

    imported = {line.split()[1].partition(".")[0] for line in lines if line.startswith(("import ", "from "))}

    assert imported <= sys.stdlib_module_names
