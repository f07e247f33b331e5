"""Libraries for Node: a process that runs the steps of one, a line of JSON each way."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

NODE = Path(__file__).parent / "node"
_LONGEST_LINE = 1 << 20


class Refused(Exception):  # noqa: N818 - it reads as what happened
    """What a library threw: the class and what it says of the error."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(told)
        self.name: str = told["name"]
        self.code: Any = told.get("code")
        self.http_status: Any = told.get("httpStatus")
        self.category: Any = told.get("category")


class Steps:
    """The steps of a library, in a process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def __call__(self, step: str, *given: Any) -> Any:
        """Take a step and return its result; raises Refused for what the library threw."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"step": step, "given": given}).encode() + b"\n")
        line = await asyncio.wait_for(self._process.stdout.readline(), 30)
        assert line, "the process ended; its complaints stand above"
        answer = json.loads(line)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]


def why_not() -> str | None:
    """Return why the libraries cannot be run here, or None."""
    if shutil.which("node") is None:
        return "Node is not installed"
    if not (NODE / "node_modules" / ".installed").exists():
        return "the libraries for Node are not installed: run make setup"
    return None


@asynccontextmanager
async def running_steps(library: str, given: dict[str, str]) -> AsyncIterator[Steps]:
    """Start a process with the steps of `library`, for the server and the number that `given` names."""
    process = await asyncio.create_subprocess_exec(
        "node", "serve.mjs", f"./{library}.mjs", json.dumps(given), cwd=NODE, stdin=-1, stdout=-1, limit=_LONGEST_LINE
    )
    try:
        yield Steps(process)
    finally:
        process.kill()
        await process.wait()
