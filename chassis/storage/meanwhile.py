"""Work that needs no database, done while the database writes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from chassis.storage.transaction import Tx

T = TypeVar("T")


async def while_writing(tx: Tx, write: Callable[[], Awaitable[None]], work: Callable[[], Awaitable[T]]) -> T:
    """What ``work`` comes to, which does not use ``tx`` but to stage: on PostgreSQL it is done while ``write`` goes on.

    SQLite writes in this very process, so there it is done afterwards. Nothing of it goes on once this is over, also
    where ``write`` fails: what it reads may be gone then.
    """
    if tx.dialect != "postgresql":
        await write()
        return await work()
    working = asyncio.ensure_future(work())
    try:
        await write()
        return await working
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
