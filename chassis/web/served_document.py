"""A document that takes a second or two to make: made once, in a thread, while other requests are answered."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any


class ServedDocument:
    """The bytes of a document that does not change while the process runs."""

    def __init__(self, make: Callable[[], Mapping[str, Any]]) -> None:
        self._make = make
        self._bytes: bytes | None = None
        self._one_at_a_time = asyncio.Lock()

    async def get(self) -> bytes:
        async with self._one_at_a_time:
            if self._bytes is None:
                self._bytes = await asyncio.to_thread(self._encoded)
            return self._bytes

    def _encoded(self) -> bytes:
        return json.dumps(self._make(), ensure_ascii=False, separators=(",", ":")).encode()
