"""`waypost serve`: run the server until it is told to stop, and say when it is ready."""

import errno
import gc
import os
from pathlib import Path

import click

from waypost.cli.options import with_settings
from waypost.settings import ReadyInfo, Settings

_CANNOT_LISTEN = frozenset({errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES})


@click.command()
@with_settings
def serve(settings: Settings) -> None:
    """Run the server; no option is required."""
    run_server(settings)


def run_server(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM; write the ready file and print the banner once it is ready.

    A ready file of an earlier run is removed first: nobody may take it for this one's.
    """
    import uvloop

    from waypost.app import serve as serve_forever
    from waypost.ports import StoreRefused

    def tell(ready: ReadyInfo) -> None:
        from waypost.cli.banner import print_banner

        if settings.ready_file is not None:
            write_ready_file(settings.ready_file, ready)
        print_banner(ready)
        settle_memory()

    if settings.ready_file is not None:
        settings.ready_file.unlink(missing_ok=True)
    try:
        uvloop.run(serve_forever(settings, tell))
    except StoreRefused as refused:
        raise click.ClickException(str(refused)) from refused
    except OSError as wrong:
        if wrong.errno not in _CANNOT_LISTEN:
            raise
        raise click.ClickException(
            f"cannot listen on {settings.host}:{settings.port} ({wrong.strerror}); "
            "stop what listens there, or choose another with --port (0 picks a free one)."
        ) from wrong


def settle_memory() -> None:
    """Spare the collector what was made at the start, and let it look less often: a tenth of the CPU of a message.

    Almost nothing here is in cycles, so that counting references frees nearly all of it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def write_ready_file(path: Path, ready: ReadyInfo) -> None:
    """Write `ready` as JSON, readable to this user only; whoever sees the file sees all of it."""
    import msgspec

    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, for the permissions from the start
        file.write(msgspec.json.encode(ready) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
