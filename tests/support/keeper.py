"""Sees to it that a server of the tests and its folders go with the process that started it, however it ends.

A shell waits for the end of a pipe whose other end only that process has: no signal of its own has to arrive. The
parent-death signal of Linux would come when the *thread* ends that started the server.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

# $1: a file that begins with the server's process id; the others: what to remove. It may be stopped, and may be gone.
_CLEAN_UP = """
read -r _
if pid=$(head -n 1 "$1" 2>/dev/null); then
  kill -QUIT "$pid"; kill -CONT "$pid"
  tries=50
  while [ $tries -gt 0 ] && kill -0 "$pid"; do sleep 0.1; tries=$((tries - 1)); done
  kill -KILL "$pid"
fi
shift
rm -rf "$@"
"""


class Keeper:
    """Ends the server whose id a file has, and removes its leavings, when `end` is called or this process is gone.

    SIGQUIT asks the server to end at once; if it is still there after five seconds it is killed.
    """

    def __init__(self, pid_file: Path, leavings: Sequence[Path]) -> None:
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", _CLEAN_UP, "keeper", pid_file, *leavings],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd="/", start_new_session=True,  # so that what ends a whole group leaves it to its work
        )  # fmt: skip

    def end(self) -> None:
        """Clean up now, and wait until that is done."""
        self._shell.communicate(timeout=30)
