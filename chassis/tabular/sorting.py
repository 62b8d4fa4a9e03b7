"""Rows sorted outside memory: a database of its own in a temporary file, gone with the object."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import starmap
from types import TracebackType
from typing import Generic, NamedTuple, Self, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Batch(Generic[T]):
    """Rows in their order; where the batch ``goes_on``, more of its last group comes in the next."""

    rows: Sequence[T]
    goes_on: bool


def _one(_row: object) -> int:
    return 1


def batches_of(
    rows: Iterable[T], sorted_by: Callable[[T], tuple[str, str]], size: int, count_of: Callable[[T], int] = _one
) -> Iterator[Batch[T]]:
    """Whole groups of rows that are sorted by group and key, about ``size`` at a time, as ``count_of`` counts them.

    A group of more than twice as many is divided, but never within a key.
    """
    batch: list[T] = []
    last, count = ("", ""), 0
    for row in rows:
        place = sorted_by(row)
        if batch and _ends(last, place, count, size):
            yield Batch(batch, goes_on=place[0] == last[0])
            batch, count = [], 0
        batch.append(row)
        last, count = place, count + count_of(row)
    if batch:
        yield Batch(batch, goes_on=False)


def _ends(last: tuple[str, str], place: tuple[str, str], count: int, size: int) -> bool:
    if place[0] != last[0]:
        return count >= size
    return place != last and count >= 2 * size


class SortableRow(NamedTuple):
    """``group`` and ``key`` are sorted by, as texts; what has the same key is not torn apart.

    ``counts``: how many the row counts for, where its ``content`` holds several.
    """

    group: str
    key: str
    number: int
    content: bytes
    counts: int = 1


class SortedRows:
    """Takes rows in any order, gives them back sorted, in batches. One thread at a time."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute(
            "CREATE TABLE row (of_group TEXT, of_key TEXT, number INTEGER, content BLOB, counts INTEGER)"
        )
        self._database.execute("BEGIN")
        self.count = 0

    def add(self, rows: Iterable[SortableRow]) -> None:
        given = list(rows)
        self._database.executemany("INSERT INTO row VALUES (?, ?, ?, ?, ?)", given)
        self.count += sum(row.counts for row in given)

    def batches(self, size: int) -> Iterator[Batch[SortableRow]]:
        """By group, key and number, as :func:`batches_of` has them."""
        found = self._database.execute("SELECT of_group, of_key, number, content, counts FROM row ORDER BY 1, 2, 3")
        return batches_of(starmap(SortableRow, found), lambda row: (row.group, row.key), size, lambda row: row.counts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
