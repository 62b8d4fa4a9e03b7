"""Long work on the event loop that lets others have their turns."""

import asyncio
from time import perf_counter
from typing import Final

SECONDS: Final = 0.001
"""How long others wait for a turn, at most, where the work asks often enough."""


class Turns:
    """Of one piece of work, which asks between its parts whether others are to have a turn."""

    def __init__(self) -> None:
        self._since = perf_counter()

    async def give(self) -> None:
        """Let others run, where they have waited for some time. Costs next to nothing where they have not."""
        if perf_counter() - self._since >= SECONDS:
            await asyncio.sleep(0)
            self._since = perf_counter()
