"""The end of a process whose database cannot be trusted any more."""

import os
import sys


def end_process(error: Exception) -> None:
    """End the process at once: nobody knows any more what is stored, and to go on would be to lie."""
    sys.stderr.write(f"waypost: the database failed and cannot be trusted any more ({error}); restart Waypost.\n")
    sys.stderr.flush()
    os._exit(71)
