"""Asking a process whose files are on a disk that forgets for cuts of its power, and what is left after each."""

import random
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

FOLDER = Path(__file__).with_name("power")
MOMENTS = 60
"""A cut comes after up to so many further changes and flushes."""


class ForgetfulDisk:
    """What a process is started with, and the cuts that are asked of it."""

    def __init__(self, control: Path, seed: int) -> None:
        control.mkdir()
        self.control = control
        self._chance = random.Random(seed)  # noqa: S311  a test's dice
        self._count = 0

    @property
    def environment(self) -> Mapping[str, str]:
        return {"PYTHONPATH": str(FOLDER), "FORGETFUL_DISK": str(self.control)}

    def cut(self, *, kills: bool = False, within: float = 60) -> Path:
        """The folder of what is left after a cut at some moment soon; the process goes on as if there were none."""
        self._count += 1
        name, after, seed = f"cut-{self._count}", self._chance.randrange(MOMENTS), self._chance.randrange(2**31)
        asking = self.control / "asking"
        asking.write_text(f"{name} {after} {seed} {'kill' if kills else 'live'}")
        asking.rename(self.control / "asked")
        limit, left = time.monotonic() + within, self.control / name
        while not left.exists():
            assert time.monotonic() < limit, f"nothing was written for {within} s"
            time.sleep(0.01)
        return left


def unsound_files(folder: Path) -> list[str]:
    """The databases that SQLite itself finds damaged, with its words; it recovers their logs first."""
    found = []
    for path in sorted(folder.glob("*.db")):
        with closing(sqlite3.connect(path)) as connection:
            words = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        found += [] if words == ["ok"] else [f"{path.name}: {words}"]
    return found


def count_rows(path: Path, table: str) -> int:
    """How many rows a database has; none where there is no such table, or not even the file."""
    with closing(sqlite3.connect(path)) as connection:
        there = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) if there else 0  # noqa: S608  ours
