"""Collections as pages show them: at most so many items, how many there are, and the way to those that follow."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

Json = dict[str, Any]

MOST: Final = 200
"""Items of a collection that a page shows at once; the API gives no more."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Part of a collection.

    ``read`` is how many items the API gave, before any were left out here; ``total`` how many there are, where it said
    so; ``following`` the query of the address that shows what follows. ``absence`` says why nothing can be shown, which
    is not the same as that there is nothing.
    """

    items: Sequence[Json] = ()
    read: int = 0
    total: int | None = None
    following: str | None = None
    absence: str | None = None

    def __iter__(self) -> Iterator[Json]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def where(self, wanted: Callable[[Json], bool]) -> "Listing":
        """The items that are wanted; how many of those there are in all is not known."""
        return replace(self, items=[each for each in self.items if wanted(each)], total=None)

    def size(self) -> int:
        """How many there are, on whatever page; where that is not known, how many are shown."""
        return len(self) if self.total is None else self.total

    @property
    def rest(self) -> str:
        """That there is more than what is shown, in words; empty where that is all."""
        if self.following is None:
            return ""
        if self.total is not None:
            return f"{len(self)} of {self.total} are shown here."
        if len(self) < self.read:
            return f"{len(self)} are shown here, of {self.read} that were looked through; there may be more."
        return f"{len(self)} are shown here; there are more."


def nothing(found: Listing | None, text: str) -> str:
    """What stands where a list is empty: why it is not shown, or ``text``."""
    return (found.absence if found is not None else None) or text
