"""The end of a process whose database cannot be trusted any more."""

import os
import sys


def end_process(error: Exception) -> None:
    """End the process at once, without cleaning up.

    What is on disk is unknown now, so that every further answer about it could be untrue; the next start reads it anew.
    """
    sys.stderr.write(f"waypost: the database failed and cannot be trusted any more ({error}); restart Waypost.\n")
    sys.stderr.flush()
    os._exit(71)
