"""Where tests keep files that need not outlive them: in memory if there is room, where an fsync costs nothing.

Every program still calls fsync as it does elsewhere. On a disk most tests wait for that and for nothing else.
"""

import os
import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")
_NEEDED_BYTES = 2 << 30


def memory_folder() -> Path | None:
    """Return a folder in memory with room for a whole run; None where there is none, as in many containers."""
    if not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _NEEDED_BYTES:
        return None
    return _MEMORY
