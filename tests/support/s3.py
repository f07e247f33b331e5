"""An S3-compatible server of its own: a real one (nanio), in a process that can be killed and started again."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.keeper import Keeper
from tests.support.postgres import free_port

ACCESS_KEY = "WAYPOSTTESTKEY"
SECRET_KEY = "a-secret-that-no-log-may-show"
BUCKET = "media"
ENVIRON = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}

_READY_SECONDS = 20.0


@dataclass
class S3Server:
    """Serves `folder`: each bucket is a folder in it, each object a file."""

    folder: Path
    port: int = 0
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    _keeper: Keeper | None = field(default=None, repr=False)

    @property
    def pid(self) -> int:
        """The process that serves; it ends with this one, however that ends."""
        assert self._process is not None, "it is not running"
        return self._process.pid

    @property
    def _pid_file(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.pid")

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, on the port that it had before; return once it answers."""
        (self.folder / BUCKET).mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        self._keeper = Keeper(self._pid_file, [self._pid_file])
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "nanio", "serve", "--data-dir", str(self.folder), "--host", "127.0.0.1",
                "--port", str(self.port), "--log-level", "error", "--no-access-log",
            ],
            env={"PATH": os.defpath, "NANIO_ACCESS_KEY": ACCESS_KEY, "NANIO_SECRET_KEY": SECRET_KEY},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._pid_file.write_text(f"{self.pid}\n")
        _wait_for(self.endpoint, self._process)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self._pid_file.unlink()
        if self._keeper is not None:
            self._keeper.end()
            self._keeper = None

    def url(self, prefix: str, *, endpoint: str | None = None) -> str:
        """Return what `--media` takes."""
        return f"s3://{BUCKET}/{prefix}?endpoint={endpoint or self.endpoint}"

    def stored(self, prefix: str) -> list[Path]:
        """Return the files of every object below a prefix."""
        root = self.folder / BUCKET / prefix
        try:
            return sorted(path for path in root.rglob("*") if path.is_file())
        except FileNotFoundError:  # the server removed a folder with its last object, just now
            return self.stored(prefix)

    def forget(self, stored: Path) -> None:
        """Let the server look at an object's file anew, instead of at what it noted of it."""
        key = stored.relative_to(self.folder / BUCKET)
        (self.folder / BUCKET / ".nanio-meta" / f"{key}.json").unlink()

    def unfinished(self) -> list[Path]:
        """Return what is left of uploads in parts that were not completed."""
        return [path for path in (self.folder / ".nanio").rglob("*") if path.is_file()]


def _wait_for(endpoint: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the S3 server ended with {process.returncode}"
        try:
            urllib.request.urlopen(endpoint, timeout=1).close()
        except urllib.error.HTTPError:  # it wants a signature: it is there
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(endpoint)
