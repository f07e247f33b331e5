"""A server as a process of its own: port 0, its own data folder, told apart from every other by its ready file."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import waypost
from waypost.settings import environment_for_child
from waypost.testing.waiting import look_until

_READY_SECONDS = 60  # a runner that is very busy; a quiet machine needs half a second
_STOP_SECONDS = 15
_RUN = "import sys; sys.path.insert(0, sys.argv.pop(1)); from waypost.__main__ import main; main()"
_ROOT = Path(waypost.__file__).parents[1]


class NotStartedError(Exception):
    """The server did not become ready; the text is what it printed."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a program needs to talk to the server; the ready file has exactly these members."""

    base_url: str
    phone_number_id: str
    token: str
    app_secret: str
    admin_token: str
    console_url: str


class ServerProcess:
    """`waypost serve` with a folder of its own; it sees no settings of its surroundings: no variables, no files."""

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        self._log = folder / "server.log"
        self._ready = folder / "ready.json"
        command = [sys.executable, "-c", _RUN, str(_ROOT), "serve", "--port", "0", "--log-level", "warning"]
        command += [
            "--data",
            str(folder / "data"),
            "--link-previews",
            "off",
            *options,
            "--ready-file",
            str(self._ready),
        ]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command, cwd=folder, env=environment_for_child(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            self.access = self._wait()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def output(self) -> str:
        """What the server has printed."""
        return self._log.read_text("utf-8", errors="replace")

    def stop(self) -> None:
        """End the server in order; one that does not end is killed."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait(self) -> Access:
        told = look_until(self._told, _READY_SECONDS)
        if not isinstance(told, dict):
            raise NotStartedError(f"waypost serve did not become ready:\n{self.output}")
        return Access(**told)

    def _told(self) -> dict[str, Any] | int | None:
        """Return what the ready file says, or the exit status of a server that has ended."""
        if self._ready.exists():
            told: dict[str, Any] = json.loads(self._ready.read_bytes())
            return told
        return self._process.poll()
