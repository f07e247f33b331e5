"""Power cuts: a file layer for SQLite that remembers what was fsynced, and disks as a cut may leave them.

What was written but not synced is lost, kept or kept in part, in units of a 512-byte sector, by chance.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import apsw

from waypost.storage.sqlite.schema import prepare_writer
from waypost.storage.sqlite.watermark import mark_of

SECTOR = 512


@dataclass(frozen=True, slots=True)
class Act:
    """One thing SQLite did to a file."""

    what: Literal["write", "truncate", "sync", "delete"]
    file: str
    offset: int = 0
    data: bytes = b""


def nothing() -> None:
    """Let every write and every fsync succeed."""


class RecordingVFS(apsw.VFS):
    """Passes everything on to the real files and writes down what changes them.

    The mark of the log is written past SQLite and never synced: it is looked at before each act.
    """

    def __init__(self, name: str, acts: list[Act], mark: Path) -> None:
        super().__init__(name, base="")
        self._acts = acts
        self._mark = mark
        self._marked = b""
        self.before_write: Callable[[], None] = nothing
        self.before_sync: Callable[[], None] = nothing

    def xOpen(  # noqa: N802 - SQLite's name
        self, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> "RecordingFile":
        return RecordingFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's name
        super().xDelete(filename, syncdir)
        self.note(Act("delete", Path(filename).name))

    def note(self, act: Act) -> None:
        """Write down what was done."""
        marked = self._mark.read_bytes() if self._mark.exists() else b""
        if marked != self._marked:
            self._acts.append(Act("write", self._mark.name, 0, marked))
            self._marked = marked
        self._acts.append(act)


class RecordingFile(apsw.VFSFile):
    """One open file."""

    def __init__(self, vfs: RecordingVFS, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        text = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._vfs = vfs
        self._file = Path(text or "temporary").name

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        self._vfs.before_write()
        super().xWrite(data, offset)
        self._vfs.note(Act("write", self._file, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        super().xTruncate(newsize)
        self._vfs.note(Act("truncate", self._file, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        self._vfs.before_sync()
        super().xSync(flags)
        self._vfs.note(Act("sync", self._file))


def recording(path: Path, acts: list[Act]) -> tuple[apsw.Connection, RecordingVFS]:
    """Open a write connection whose file layer is written down; exclusive, because such layers share no memory."""
    name = f"recording {path}"
    vfs = RecordingVFS(name, acts, mark_of(path))
    connection = apsw.Connection(str(path), vfs=name)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    prepare_writer(connection, path)
    return connection, vfs


@dataclass(slots=True)
class _File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[Act] = field(default_factory=list)


def disks(acts: Sequence[Act], cuts: Sequence[int], chance: random.Random) -> Iterator[dict[str, bytes]]:
    """Return, for each cut (a number of acts, ascending), the files that the cut leaves."""
    files: dict[str, _File] = {}
    done = 0
    for cut in cuts:
        for act in acts[done:cut]:
            _play(files, act)
        done = cut
        yield {name: _left(file, chance) for name, file in files.items()}


def _play(files: dict[str, _File], act: Act) -> None:
    file = files.setdefault(act.file, _File())
    if act.what == "delete":
        del files[act.file]
    elif act.what == "sync":
        for earlier in file.pending:
            _apply(file.durable, earlier)
        file.pending.clear()
    else:
        file.pending.append(act)


def _left(file: _File, chance: random.Random) -> bytes:
    content = bytearray(file.durable)
    for act in file.pending:
        if act.what == "truncate":
            if chance.random() < 0.5:
                _apply(content, act)
            continue
        for start in range(0, len(act.data), SECTOR):
            if chance.random() < 0.5:
                _apply(content, Act("write", act.file, act.offset + start, act.data[start : start + SECTOR]))
    return bytes(content)


def _apply(content: bytearray, act: Act) -> None:
    if act.what == "truncate":
        del content[act.offset :]
        return
    if len(content) < act.offset:
        content.extend(bytes(act.offset - len(content)))
    content[act.offset : act.offset + len(act.data)] = act.data
