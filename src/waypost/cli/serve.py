"""`waypost serve`: run the server until it is told to stop, and say when it is ready."""

import errno
import fcntl
import gc
import os
import resource
import socket
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path

import click

from waypost.cli.options import with_server_settings
from waypost.settings import ReadyInfo, Settings

_CANNOT_LISTEN = frozenset({errno.EADDRINUSE, errno.EACCES})
_NO_SUCH_PLACE = errno.EADDRNOTAVAIL


@click.command()
@with_server_settings
def serve(settings: Settings) -> None:
    """Run the server; no option is required."""
    run_server(settings)


def run_server(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM; write the ready file and print the banner once it is ready.

    A ready file of an earlier run is removed first: nobody may take it for this one's. That of a server which still
    runs stays as it is until this one is ready too; over the same folder or port it never will be.
    """
    gc.disable()  # what is made at the start stays: looking through it while it grows is a tenth of the start
    from waypost.app import serve as serve_forever

    def tell(ready: ReadyInfo) -> None:
        from waypost.cli.banner import print_banner

        if settings.ready_file is not None:
            tell_in_file(settings.ready_file, ready)
        print_banner(ready)
        settle_memory()

    if settings.ready_file is not None:
        remove_stale(settings.ready_file)
    run_or_refuse(serve_forever(settings, tell), settings.host, settings.port, flag="--port")


def run_or_refuse(work: Coroutine[None, None, None], host: str, port: int | None, *, flag: str) -> None:
    """Run to the end; a store, certificate or address that cannot be used is told in words."""
    import uvloop

    from waypost.lib.tls import UnusableCertificate
    from waypost.ports import StoreRefused

    allow_many_files()
    try:
        uvloop.run(work)
    except (StoreRefused, UnusableCertificate) as refused:
        raise click.ClickException(str(refused)) from refused
    except OSError as wrong:
        if wrong.errno == _NO_SUCH_PLACE or isinstance(wrong, socket.gaierror):
            advice = f"name an address of this machine with {flag.replace('port', 'host')}."
        elif wrong.errno in _CANNOT_LISTEN:
            advice = f"stop what listens there, or choose another with {flag} (0 picks a free one)."
        else:
            raise
        raise click.ClickException(f"cannot listen on {host}:{port} ({wrong.strerror}); {advice}") from wrong


def allow_many_files() -> None:
    """Raise the soft limit of open files, 1,024 on most systems, to the hard one: each connection is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # a system may refuse "unlimited"; then the limit stays
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def settle_memory() -> None:
    """Spare the collector what was made at the start, and let it look less often: a tenth of the CPU of a message.

    Almost nothing here is in cycles, so that counting references frees nearly all of it.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 20)


def remove_stale(path: Path) -> None:
    """Remove a ready file, unless the server that wrote it still runs and so has it locked."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    except BlockingIOError:
        return
    finally:
        os.close(descriptor)


def tell_in_file(path: Path, ready: ReadyInfo) -> None:
    """Write the ready file, or end with a sentence that says why it cannot be written."""
    try:
        write_ready_file(path, ready)
    except OSError as wrong:
        raise click.ClickException(
            f"{path} cannot be written ({wrong.strerror}); "
            "make its folder writable for this user, or choose another file with --ready-file."
        ) from wrong


def write_ready_file(path: Path, ready: ReadyInfo) -> None:
    """Write `ready` as JSON, readable to this user only; whoever sees the file sees all of it.

    It stays open and locked for as long as this process lives, by which others see that it runs.
    """
    import msgspec

    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb", closefd=False) as file:
        file.write(msgspec.json.encode(ready) + b"\n")
        file.flush()
        os.fsync(descriptor)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    partial.replace(path)
