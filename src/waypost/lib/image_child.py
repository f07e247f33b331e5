"""Decode images in a process of its own, so that a hostile one can harm nothing but that process.

Runs as a script, apart from the rest of Waypost, and imports nothing of it. Reads one JSON line per file from standard
input, `{"path": ..., "format": "PNG", "max_pixels": ..., "max_frames": ...}`, and answers each with one line:
`null`, or the reason in words. It ends when its input ends.
"""

import json
import resource
import sys
import warnings

from PIL import Image

MEMORY_BYTES = 512 * 2**20
CPU_SECONDS = 5


def main() -> None:
    """Answer lines until there are none."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    for line in sys.stdin.buffer:
        _allow_cpu()
        answer = _fault_of(**json.loads(line))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _allow_cpu() -> None:
    """Set the CPU limit anew for the next file; the kernel ends the process when it is used up."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, resource.RLIM_INFINITY))


# Named in the line on standard input, hence the plain arguments.
def _fault_of(*, path: str, format: str, max_pixels: int, max_frames: int) -> str | None:  # noqa: A002
    """Decode every pixel of every frame; `load()` finds what `verify()` passes."""
    Image.MAX_IMAGE_PIXELS = max_pixels
    try:
        with Image.open(path, formats=[format]) as image:
            frames = getattr(image, "n_frames", 1)
            if frames > max_frames:
                return f"has {frames} frames; at most {max_frames} are allowed"
            for frame in range(frames):
                image.seek(frame)
                image.load()
    except MemoryError:
        return f"needs more than {MEMORY_BYTES // 2**20} MB of memory to decode"
    except Exception as error:  # noqa: BLE001 - whatever a decoder raises, the image is bad
        return f"cannot be decoded ({type(error).__name__})"
    return None


if __name__ == "__main__":
    main()
