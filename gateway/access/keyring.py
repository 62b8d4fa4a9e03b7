"""The keys that were good a moment ago."""

import math
import time
from collections.abc import Callable

from chassis.identity import Caller
from chassis.logging import get_logger
from chassis.storage.database import Database
from gateway.access import keys, service
from gateway.access.keys import GoodKey

log = get_logger()


class Keyring:
    """Good keys in memory, so that the database is not asked on every call.

    A key is remembered for ``memory`` seconds after it was looked up: a revoked one works that long at most. Only
    good keys are remembered, so guessing fills nothing.
    """

    def __init__(self, database: Database, memory: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._memory = memory
        self._monotonic = monotonic
        self._good: dict[str, tuple[Caller, float]] = {}

    async def caller(self, key: str) -> Caller | None:
        """Who has this key; None where it is unknown or revoked."""
        digest = keys.hash_key(key)
        found = self._good.get(digest)
        if found and self._monotonic() < found[1]:
            return found[0]
        return await self._look_up(digest)

    def was_good(self, key: str) -> bool:
        """Whether this key was good when it was last looked up here: who shows it does not guess."""
        return keys.hash_key(key) in self._good

    async def _look_up(self, digest: str) -> Caller | None:
        good = await self._database.read(lambda tx: service.authenticate(tx, digest))
        if good is None:
            self._good.pop(digest, None)
            return None
        self._good[digest] = good.caller, self._monotonic() + self._seconds(good)
        await self._record_use(good)
        return good.caller

    def _seconds(self, key: GoodKey) -> float:
        """How long a key is remembered: not past its end."""
        if key.good_until is None:
            return self._memory
        return min(self._memory, (key.good_until - self._database.clock()).total_seconds())

    def forget(self) -> None:
        """Look every key up anew: one was changed here."""
        self._good = {digest: (caller, -math.inf) for digest, (caller, _) in self._good.items()}

    async def _record_use(self, key: GoodKey) -> None:
        if not keys.is_use_due(key, self._database.clock()):
            return
        try:
            await self._database.write(lambda tx: service.record_use(tx, key))
        except Exception as error:  # noqa: BLE001  a good key opens the door whether or not this can be written
            log.warning("gateway.use_not_recorded", key=key.caller.name, error=type(error).__name__)
