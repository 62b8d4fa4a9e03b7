"""How many calls each caller may make at all gateways together, counted here in blocks that are taken of what all have.

No call waits for the database but the first of a caller, and one that finds its block used up; once half of a block is
used, the next is fetched beside the calls. What a gateway has taken and not used is good for a minute, in which as
much has risen again for all: so a limit may be passed by what the gateways have in hand, less than a twelfth of it for
each. While the database is away, each gateway counts alone.
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from chassis import telemetry
from chassis.logging import get_logger
from chassis.storage.outages import is_outage
from gateway.access.buckets import MOST_NAMES, Buckets
from gateway.access.errors import TooManyCalls
from gateway.access.levels import SECONDS, Block

log = get_logger()
TakeBlock = Callable[[str], Awaitable[Block]]
"""Takes a block of the calls that are left to a caller."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left to a caller, and in how many seconds all of it will be there again."""

    most: int
    left: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """The fields of draft-ietf-httpapi-ratelimit-headers-10."""
        return {
            "ratelimit-policy": f'"caller";q={self.most};w={SECONDS:.0f}',
            "ratelimit": f'"caller";r={self.left};t={self.seconds}',
        }


@dataclass(slots=True)
class _InHand:
    """Calls in hand, and what all had left when the newest of them were taken."""

    size: int
    in_hand: int
    others: float
    taken_at: float

    @property
    def is_half_used(self) -> bool:
        """Whether to fetch more; a block of one is not worth it: the last calls are for whoever asks first."""
        return self.size > 1 and self.in_hand * 2 <= self.size


class RateLimits:
    """``most`` calls at once for each caller, and as many again in the course of a minute."""

    def __init__(self, take_block: TakeBlock, most: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._take_block = take_block
        self._most = most
        self._monotonic = monotonic
        self._alone = Buckets(most, monotonic)
        self._blocks: OrderedDict[str, _InHand] = OrderedDict()
        self._taking: dict[str, asyncio.Task[None]] = {}
        """By caller: one block at a time is asked for."""

    async def take(self, caller: str) -> Allowance:
        """Count a call.

        Raises:
            TooManyCalls: nothing is left; it says when there will be.
        """
        while (block := self._known(caller)) is None:
            await asyncio.shield(self._next_block(caller))
        if block.in_hand < 1:
            telemetry.CALLS_LIMITED.inc()
            seconds = max(math.ceil(self._seconds_until(1, block)), 1)
            raise TooManyCalls(seconds, self._allowance(block).headers())
        block.in_hand -= 1
        if block.is_half_used:
            self._next_block(caller)
        return self._allowance(block)

    def _known(self, caller: str) -> _InHand | None:
        """What answers a call without asking: calls in hand, or that there cannot be one yet."""
        block = self._blocks.get(caller)
        if block is None or self._monotonic() - block.taken_at >= SECONDS:
            return None
        return block if block.in_hand or self._seconds_until(1, block) > 0 else None

    def _next_block(self, caller: str) -> "asyncio.Task[None]":
        """The block that is under way for this caller."""
        if caller not in self._taking:
            task = self._taking[caller] = asyncio.create_task(self._add_block(caller))
            task.add_done_callback(lambda done: self._taken(caller, done))
        return self._taking[caller]

    def _taken(self, caller: str, done: "asyncio.Task[None]") -> None:
        del self._taking[caller]
        if not done.cancelled() and (error := done.exception()):
            log.error("gateway.calls_not_counted", caller=caller, error=type(error).__name__)

    async def _add_block(self, caller: str) -> None:
        try:
            taken = await self._take_block(caller)
        except Exception as error:
            if not is_outage(error):
                raise
            log.warning("gateway.limits_unreadable", error=type(error).__name__)
            taken = self._block_alone(caller)
        before = self._known(caller)
        in_hand = taken.calls + (before.in_hand if before else 0)
        self._blocks[caller] = _InHand(taken.calls, in_hand, taken.left, self._monotonic())
        self._blocks.move_to_end(caller)
        if len(self._blocks) > MOST_NAMES:
            self._blocks.popitem(last=False)

    def _block_alone(self, caller: str) -> Block:
        left = self._alone.left(caller)
        return Block(1, self._alone.take(caller)) if left >= 1 else Block(0, left)

    def _left_to_all(self, block: _InHand) -> float:
        risen = (self._monotonic() - block.taken_at) * self._most / SECONDS
        return min(block.others + risen, float(self._most))

    def _seconds_until(self, wanted: float, block: _InHand) -> float:
        return max(wanted - block.in_hand - self._left_to_all(block), 0.0) * SECONDS / self._most

    def _allowance(self, block: _InHand) -> Allowance:
        left = min(block.in_hand + int(self._left_to_all(block)), self._most)
        return Allowance(self._most, left, math.ceil(self._seconds_until(self._most, block)))
