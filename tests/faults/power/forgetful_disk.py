"""A disk that forgets: what was written and not flushed may be gone when the power goes.

It is put under the very SQLite that Python's ``sqlite3`` uses: the functions by which that opens files are replaced,
and those by which it writes, truncates and flushes each of them. Every write reaches the file as ever, so the process
goes on as on any disk; beside it is remembered what each file has for certain, and what was changed since it was last
flushed. A cut makes a folder of what is left: everything flushed, and of the rest nothing, the first changes, or any
sectors of any of them. That all files are cut at one moment is kept by one lock.

A flush takes effect when it is called for, and costs nothing here. Names of files are never forgotten: SQLite flushes
the folder itself where it depends on that.
"""

import _sqlite3
import ctypes
import os
import random
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECTOR = 512
CONTROL = "FORGETFUL_DISK"
"""The folder by which a test asks for cuts, and where it finds them."""


# ---- what is left of files


@dataclass(frozen=True, slots=True)
class Change:
    """Bytes written at an offset, or where there are none, the file made as short as that."""

    offset: int
    data: bytes | None

    def sectors(self) -> Iterator["Change"]:
        """A write in parts of which each reaches the disk whole or not at all."""
        if self.data is None:
            yield self
            return
        start, end = self.offset, self.offset + len(self.data)
        while start < end:
            stop = min(end, (start // SECTOR + 1) * SECTOR)
            yield Change(start, self.data[start - self.offset : stop - self.offset])
            start = stop


@dataclass(slots=True)
class Content:
    """One file: what it has for certain, and what was changed since."""

    flushed: bytearray
    exists: bool
    unflushed: list[Change] = field(default_factory=list)

    def flush(self) -> None:
        for change in self.unflushed:
            _apply(self.flushed, change)
        self.unflushed.clear()
        self.exists = True

    def remaining(self, chance: random.Random) -> bytes | None:
        """What is left after a cut; none where not even the file is."""
        surviving = chance.choice([_none, _first, _any])(self.unflushed, chance)
        if not self.exists and not surviving:
            return None
        left = bytearray(self.flushed)
        for change in surviving:
            _apply(left, change)
        return bytes(left)


def _apply(content: bytearray, change: Change) -> None:
    if change.data is None:
        del content[change.offset :]
        return
    content.extend(bytes(max(0, change.offset - len(content))))
    content[change.offset : change.offset + len(change.data)] = change.data


def _none(_changes: Sequence[Change], _chance: random.Random) -> Sequence[Change]:
    return []


def _first(changes: Sequence[Change], chance: random.Random) -> Sequence[Change]:
    return changes[: chance.randint(0, len(changes))]


def _any(changes: Sequence[Change], chance: random.Random) -> Sequence[Change]:
    return [sector for change in changes for sector in change.sectors() if chance.random() < 0.5]


# ---- cuts


@dataclass(slots=True)
class Cut:
    """One that was asked for: after so many further changes and flushes, and whether the process dies of it."""

    name: str
    after: int
    seed: int
    kills: bool


class Disk:
    """All files that SQLite has opened by their names. Its methods are called with ``lock`` locked."""

    def __init__(self, control: Path) -> None:
        self.lock = threading.RLock()
        self.contents: dict[str, Content] = {}
        self.paths: dict[int, str] = {}
        self._control = control
        self._asked = control / "asked"
        self._next: Cut | None = None

    def content(self, handle: int) -> Content | None:
        path = self.paths.get(handle)
        return None if path is None else self.contents[path]

    def pass_moment(self) -> None:
        """Before each change and each flush: the moments at which a cut can come."""
        if self._next is None and self._asked.exists():
            name, after, seed, kills = self._asked.read_text().split()
            self._asked.unlink()
            self._next = Cut(name, int(after), int(seed), kills == "kill")
        if self._next is not None:
            self._next.after -= 1
            if self._next.after < 0:
                cut, self._next = self._next, None
                self._save(cut)

    def _save(self, cut: Cut) -> None:
        chance = random.Random(cut.seed)  # noqa: S311  a test's dice
        unfinished = self._control / f"{cut.name}.unfinished"
        unfinished.mkdir()
        for path, content in self.contents.items():
            left = content.remaining(chance)
            if left is not None:
                (unfinished / Path(path).name).write_bytes(left)
        unfinished.rename(self._control / cut.name)
        if cut.kills:
            os.kill(os.getpid(), signal.SIGKILL)


# ---- SQLite's interface to the system (sqlite3.h)

_Pointer, _Int, _Long = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
_OPEN = ctypes.CFUNCTYPE(_Int, _Pointer, _Pointer, _Pointer, _Int, _Pointer)
_DELETE = ctypes.CFUNCTYPE(_Int, _Pointer, _Pointer, _Int)
_CLOSE = ctypes.CFUNCTYPE(_Int, _Pointer)
_WRITE = ctypes.CFUNCTYPE(_Int, _Pointer, _Pointer, _Int, _Long)
_TRUNCATE = ctypes.CFUNCTYPE(_Int, _Pointer, _Long)
_SYNC = ctypes.CFUNCTYPE(_Int, _Pointer, _Int)

_OK = 0
_METHODS = ["close", "read", "write", "truncate", "sync", "file_size", "lock", "unlock", "check_reserved_lock"]
_METHODS += ["file_control", "sector_size", "device_characteristics"]
_METHODS += ["shm_map", "shm_lock", "shm_barrier", "shm_unmap", "fetch", "unfetch"]


class _Vfs(ctypes.Structure):
    _fields_ = (
        ("version", _Int),
        ("file_size", _Int),
        ("longest_path", _Int),
        ("next", _Pointer),
        ("name", _Pointer),
        ("data", _Pointer),
        ("open", _Pointer),
        ("delete", _Pointer),
    )


class _Methods(ctypes.Structure):
    _fields_ = (("version", _Int), *((name, _Pointer) for name in _METHODS))


class _File(ctypes.Structure):
    _fields_ = (("methods", ctypes.POINTER(_Methods)),)


_kept: list[Any] = []
"""What SQLite points to must not be collected."""


def install() -> None:
    """Put the disk under SQLite, for as long as this process lives."""
    disk = Disk(Path(os.environ[CONTROL]))
    library = ctypes.CDLL(_sqlite3.__file__)  # finds what the module itself is linked with
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    vfs = library.sqlite3_vfs_find(None).contents
    methods = _ReplacedMethods(disk)
    real_open, real_delete = _OPEN(vfs.open), _DELETE(vfs.delete)

    def open_file(this: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        with disk.lock:
            path = ctypes.string_at(name).decode() if name else None
            if path is not None and path not in disk.contents:
                there = Path(path).exists()
                disk.contents[path] = Content(bytearray(Path(path).read_bytes() if there else b""), there)
            status = real_open(this, name, file, flags, out)
            if status == _OK and path is not None:
                disk.paths[file] = path
                methods.replace(file)
            return status

    def delete_file(this: int, name: int, folder_too: int) -> int:
        with disk.lock:
            disk.pass_moment()
            disk.contents.pop(ctypes.string_at(name).decode(), None)
            return real_delete(this, name, folder_too)

    vfs.open, vfs.delete = _address(_OPEN, open_file), _address(_DELETE, delete_file)


class _ReplacedMethods:
    """The methods of files, those that change or flush them replaced; one set for each set that SQLite has."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._made: dict[int, Any] = {}

    def replace(self, file: int) -> None:
        at = ctypes.cast(file, ctypes.POINTER(_File)).contents
        real = ctypes.addressof(at.methods.contents)
        if real not in self._made:
            self._made[real] = self._replacement(at.methods.contents)
        at.methods = ctypes.pointer(self._made[real])

    def _replacement(self, real: _Methods) -> _Methods:
        made = _Methods.from_buffer_copy(real)
        made.close = _address(_CLOSE, self._closing(_CLOSE(real.close)))
        made.write = _address(_WRITE, self._writing(_WRITE(real.write)))
        made.truncate = _address(_TRUNCATE, self._truncating(_TRUNCATE(real.truncate)))
        made.sync = _address(_SYNC, self._flush)
        return made

    def _closing(self, real: Callable[..., int]) -> Callable[..., int]:
        def close(file: int) -> int:
            with self._disk.lock:
                self._disk.paths.pop(file, None)
                return real(file)

        return close

    def _writing(self, real: Callable[..., int]) -> Callable[..., int]:
        def write(file: int, data: int, length: int, offset: int) -> int:
            with self._disk.lock:
                self._note(file, Change(offset, ctypes.string_at(data, length)))
                return real(file, data, length, offset)

        return write

    def _truncating(self, real: Callable[..., int]) -> Callable[..., int]:
        def truncate(file: int, length: int) -> int:
            with self._disk.lock:
                self._note(file, Change(length, None))
                return real(file, length)

        return truncate

    def _note(self, file: int, change: Change) -> None:
        self._disk.pass_moment()
        content = self._disk.content(file)
        if content is not None:
            content.unflushed.append(change)

    def _flush(self, file: int, _flags: int) -> int:
        with self._disk.lock:
            self._disk.pass_moment()
            content = self._disk.content(file)
            if content is not None:
                content.flush()
            return _OK


def _address(kind: Any, work: Callable[..., int]) -> int | None:
    """Where SQLite finds a function of ours. One that raises ends the process: a disk does not."""

    def call(*arguments: Any) -> int:
        try:
            return work(*arguments)
        except BaseException:  # noqa: BLE001  whatever it is
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(70)

    pointer = kind(call)
    _kept.append(pointer)
    return ctypes.cast(pointer, _Pointer).value
