"""The unit of work: what a use case reads and writes by, and what is written at its end."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import MetaData, Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import Clock, london_date

BUSINESS_DATE = "business_date"
_PINNED = text("SELECT value FROM setting WHERE name = :name").bindparams(name=BUSINESS_DATE)

StagedWrite = Callable[["Tx", Sequence[Any]], Awaitable[None]]
"""Writes items that belong together in one statement, such as the events of a transaction."""


class Tx:
    """One unit of work. Nothing is seen by others before it commits; an exception leaves nothing behind."""

    def __init__(self, session: AsyncSession, *, dialect: str, clock: Clock, actor: str, tables: MetaData) -> None:
        self.session = session
        self.dialect = dialect
        self.now = clock()
        self._clock = clock
        self.actor = actor
        self._tables = tables.tables
        self._staged: dict[StagedWrite, list[Any]] = {}

    def table(self, name: str) -> Table:
        return self._tables[name]

    def catch_up(self) -> None:
        """Read the clock again: once a lock is had, so that whoever waited is later than whom it waited for."""
        self.now = max(self.now, self._clock())

    def stage(self, write: StagedWrite, item: Any) -> None:
        """Have ``write`` write ``item``, in one go with all else that is staged for it, just before the commit."""
        self._staged.setdefault(write, []).append(item)

    @property
    def has_staged(self) -> bool:
        return bool(self._staged)

    async def write_staged(self) -> None:
        """Write what was staged; whoever runs the unit of work calls it once the work is done."""
        if self._staged:
            await self.session.flush()
        for write, items in self._staged.items():
            await write(self, items)

    async def business_date(self) -> date:
        """The date that calendar rules read: the pinned one, else today in England."""
        connection = await self.session.connection()
        pinned: str | None = await connection.scalar(_PINNED)
        return date.fromisoformat(pinned) if pinned else london_date(self.now)
