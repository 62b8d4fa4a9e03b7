"""How many calls a caller may still make, at all gateways together, and the blocks that one gateway takes of them.

A gateway that asked the database for every call would pay a round trip for each. So it takes a part of what is left,
and lets calls through until that is used up. The less is left, the smaller a block: the last calls are taken singly,
and what one gateway has in hand is not missing at another.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

SECONDS: Final = 60.0
"""In which a level that is at nought rises to the limit."""
PARTS: Final = 20
"""A block is one of so many parts of what is left."""


@dataclass(frozen=True, slots=True)
class Level:
    """``left`` calls at a moment; it rises evenly."""

    left: float
    counted_at: datetime

    def risen(self, now: datetime, most: int) -> "Level":
        """What is left now, at most ``most``; what was counted later than now, by a clock ahead, counts from now."""
        seconds = max((now - self.counted_at).total_seconds(), 0.0)
        return Level(min(self.left + seconds * most / SECONDS, float(most)), now)

    def block(self) -> int:
        """How many calls a gateway may take now: one at least, if there is one."""
        return min(int(self.left), max(1, int(self.left / PARTS)))

    def without(self, block: int) -> "Level":
        return replace(self, left=self.left - block)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of ``calls`` that a gateway has taken, and what was ``left`` to all after that."""

    calls: int
    left: float
