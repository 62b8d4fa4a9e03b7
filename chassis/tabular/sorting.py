"""Rows sorted outside memory: a database of its own in a temporary file, gone with the object."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class SortableRow:
    """``group`` and ``key`` are sorted by, as texts; what has the same key is not torn apart."""

    group: str
    key: str
    number: int
    content: str


class SortedRows:
    """Takes rows in any order, gives them back sorted, in batches. One thread at a time."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("CREATE TABLE row (of_group TEXT, of_key TEXT, number INTEGER, content TEXT)")
        self._database.execute("BEGIN")
        self.count = 0

    def add(self, rows: Iterable[SortableRow]) -> None:
        given = [(row.group, row.key, row.number, row.content) for row in rows]
        self._database.executemany("INSERT INTO row VALUES (?, ?, ?, ?)", given)
        self.count += len(given)

    def batches(self, size: int) -> Iterator[list[SortableRow]]:
        """By group, key and number: whole groups, about ``size`` rows at a time.

        A group of more than twice as many is divided, but never within a key.
        """
        batch: list[SortableRow] = []
        found = self._database.execute("SELECT of_group, of_key, number, content FROM row ORDER BY 1, 2, 3")
        for each in found:
            row = SortableRow(*each)
            if batch and _ends(batch, row, size):
                yield batch
                batch = []
            batch.append(row)
        if batch:
            yield batch

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()


def _ends(batch: list[SortableRow], row: SortableRow, size: int) -> bool:
    last = batch[-1]
    if row.group != last.group:
        return len(batch) >= size
    return row.key != last.key and len(batch) >= 2 * size
