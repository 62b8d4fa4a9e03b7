"""Backup and restore of the embedded run: copies of all its files that belong together, while writes go on.

Each database and the bus are files of their own, and a copy of one after the other would have some ahead of others. So
all writers are locked out for a moment: every file's one writer, in the order in which relays lock them (databases,
then the bus). Meanwhile a reading transaction is begun on each, which sees that moment for as long as it lasts; the
locks go, and the copies are made from those.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from suite.serving import make_private, only_one
from suite.settings import MEMBERS, SuiteSettings

BUS = "bus"
WAIT_SECONDS = 30.0
"""How long a writer may keep a backup waiting."""


class BackupImpossible(Exception):  # noqa: N818  named for what it is
    """There is nothing to copy, or no room for it; the message says what and where."""


def save_backup(settings: SuiteSettings, target: Path) -> Sequence[str]:
    """Copy every file of a data folder, running or stopped, into a new folder. Returns their names.

    Raises:
        BackupImpossible: the folder has no data, or the new one exists.
    """
    names = _names(settings.data_dir)
    _require_absent(target)
    unfinished = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    make_private(unfinished)
    with _moment(settings.data_dir, names) as readers:
        for name, reader in zip(names, readers, strict=True):
            with closing(sqlite3.connect(unfinished / f"{name}.db")) as copy:
                reader.backup(copy)
    unfinished.rename(target)
    return names


def _names(folder: Path) -> Sequence[str]:
    names = [name for name in (*MEMBERS, BUS) if (folder / f"{name}.db").exists()]
    if missing := sorted({*MEMBERS, BUS} - set(names)):
        raise BackupImpossible(f"{folder} has no {', '.join(f'{name}.db' for name in missing)}.")
    return names


def _require_absent(target: Path) -> None:
    if target.exists():
        raise BackupImpossible(f"{target} exists already; name a new folder.")


@contextmanager
def _moment(folder: Path, names: Sequence[str]) -> Iterator[Sequence[sqlite3.Connection]]:
    """A reading transaction on every file, all of one moment."""
    with ExitStack() as stack:
        readers = [_connect(stack, folder / f"{name}.db") for name in names]
        with ExitStack() as gate:
            for name in names:
                _connect(gate, folder / f"{name}.db").execute("BEGIN IMMEDIATE")
            for reader in readers:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM sqlite_master").fetchone()  # its moment is its first read
        yield readers


def _connect(stack: ExitStack, path: Path) -> sqlite3.Connection:
    return stack.enter_context(closing(sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)))


def restore_backup(settings: SuiteSettings, source: Path) -> Sequence[str]:
    """Put the files of a backup in the place of a stopped suite's, whose own are kept beside. Returns their names.

    Raises:
        BackupImpossible: the folder is no backup.
        CannotStart: the suite is running.
    """
    names = _names(source)
    folder = settings.data_dir
    with only_one(folder):
        before = folder / "before-restore"
        shutil.rmtree(before, ignore_errors=True)
        make_private(before)
        for path in folder.glob("*.db*"):
            path.rename(before / path.name)
        for name in names:
            shutil.copyfile(source / f"{name}.db", folder / f"{name}.db")
        make_private(folder)
    return names
