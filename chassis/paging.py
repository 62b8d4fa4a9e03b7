"""Part of a collection: what is asked for, and what was found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from chassis.errors import BadRequest, FieldError

_LONGEST_NUMBER: Final = 18
"""Digits of a number that a BIGINT column is sure to take."""


Item = TypeVar("Item")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class PageRequest:
    limit: int
    after: str | None = None
    """Sort key of the last item the caller has seen."""
    sort: str | None = None
    """Name of the order, in a collection that has several; without one, that of its key."""
    descending: bool = False
    counted: bool = False
    """Whether all items are to be counted, not only those of the page."""

    @property
    def fetch(self) -> int:
        """How many rows to read: one more than are wanted tells whether there are more."""
        return self.limit + 1

    @property
    def after_number(self) -> int | None:
        """The sort key, in a collection that is ordered by a number.

        Raises:
            BadRequest: it is none.
        """
        if self.after is None:
            return None
        number = number_of(self.after)
        if number is None:
            raise cursor_made_up()
        return number


def cursor_made_up() -> BadRequest:
    """The problem of a cursor with a sort key that no item of its collection can have."""
    return BadRequest("This cursor was not given out here.", [FieldError("cursor", "take it from `next`")])


def number_of(text: str) -> int | None:
    """The number that a text writes in digits, where a BIGINT column is sure to take it."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else None


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Items in order, the sort key of the last of them where more follow, and how many there are where counted."""

    items: Sequence[Item]
    more_after: str | None = None
    total: int | None = None

    def of(self, make: Callable[[Item], Made]) -> "Page[Made]":
        """The same page of what ``make`` makes of each item."""
        return self.with_items([make(item) for item in self.items])

    def with_items(self, items: Sequence[Made]) -> "Page[Made]":
        """The same page with ``items`` in the place of its own."""
        return Page(items, self.more_after, self.total)


def page_of(rows: Sequence[Item], request: PageRequest, key: Callable[[Item], str]) -> Page[Item]:
    """The page that ``rows``, up to ``request.fetch`` of them in order, make; ``key`` is an item's sort key."""
    shown = rows[: request.limit]
    return Page(shown, key(shown[-1]) if len(rows) > request.limit else None)
