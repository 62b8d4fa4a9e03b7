"""The unit of work: what a use case reads and writes by, and what is written at its end."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import MetaData, String, Table, TextClause, bindparam, literal_column, text
from sqlalchemy.types import TypeEngine

from chassis.clock import Clock, london_date
from chassis.identity import Caller, within
from chassis.storage.session import Session

BUSINESS_DATE = "business_date"
MOST_TOGETHER = 200
_PIN = f"SELECT value FROM setting WHERE name = '{BUSINESS_DATE}'"  # noqa: S608  a constant
_PINNED = text(_PIN)
PIN: Final = literal_column(f"({_PIN})", String).label("pinned_date")
"""A column for a statement that is sent anyway: who hands it to :meth:`Tx.know_pin` saves asking for it."""


@dataclass(frozen=True, slots=True, eq=False)
class StagedWrite:
    """How items of one kind, such as the events of a transaction, are written at its end.

    On PostgreSQL all kinds become one statement, so that a further kind costs no round trip of its own.
    """

    postgresql: str
    """Common table expressions that write the items, with parameters whose names no other kind uses."""
    parameters: "Callable[[Tx, Sequence[Any]], Mapping[str, Any]]"
    """The values of those parameters."""
    sqlite: "Callable[[Tx, Sequence[Any]], Awaitable[None]]"
    types: Mapping[str, TypeEngine[Any] | type[TypeEngine[Any]]] = field(default_factory=dict)
    """Types of the parameters that are not plain."""
    many: "Callable[[Tx, Sequence[Any]], Awaitable[None]] | None" = None
    """On PostgreSQL, how more than :data:`MOST_TOGETHER` items are written by themselves; None: as fewer are."""


@lru_cache
def _one_statement(kinds: tuple[StagedWrite, ...]) -> TextClause:
    parts = ", ".join(kind.postgresql for kind in kinds)
    typed = [bindparam(name, type_=type_) for kind in kinds for name, type_ in kind.types.items()]
    return text(f"WITH {parts} SELECT 1").bindparams(*typed)


class Tx:
    """One unit of work. Nothing is seen by others before it commits; an exception leaves nothing behind."""

    def __init__(self, session: Session, *, dialect: str, clock: Clock, actor: str | Caller, tables: MetaData) -> None:
        self.session = session
        self.dialect = dialect
        self.now = clock()
        self._clock = clock
        self.caller = within(actor) if isinstance(actor, str) else actor
        self.actor = self.caller.name
        self._tables = tables.tables
        self._staged: dict[StagedWrite, list[Any]] = {}
        self._settled: set[StagedWrite] = set()
        self._written: set[StagedWrite] = set()
        self._business_date: date | None = None
        self.is_within_areas = False
        """Whether what is changed was found to be of areas that the caller may write for."""
        self.is_within_directorates = False
        """The same of directorates."""

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
        return bool(self._staged or self._written)

    def settle(self, write: StagedWrite) -> None:
        """Say that all there is to write of this kind is staged, be it nothing."""
        self._settled.add(write)

    def is_settled(self, write: StagedWrite) -> bool:
        """Whether something of this kind will be written, or was said to be nothing."""
        return write in self._staged or write in self._settled or write in self._written

    async def write_staged(self) -> None:
        """Write what was staged; whoever runs the unit of work calls it once the work is done.

        Work that stages more than fits into memory calls it now and then.
        """
        staged, self._staged = self._staged, {}
        if not staged:
            return
        self._written.update(staged)
        await self.session.flush()
        if self.dialect == "postgresql":
            await self._write_on_postgresql(staged)
            return
        for kind, items in staged.items():
            await kind.sqlite(self, items)

    async def _write_on_postgresql(self, staged: dict[StagedWrite, list[Any]]) -> None:
        together = dict(staged)
        for kind, items in staged.items():
            if kind.many is not None and len(items) > MOST_TOGETHER:
                await kind.many(self, together.pop(kind))
        if together:
            connection = await self.session.connection()
            values = [kind.parameters(self, items) for kind, items in together.items()]
            merged = {name: value for each in values for name, value in each.items()}
            await connection.execute(_one_statement(tuple(together)), merged)

    async def business_date(self) -> date:
        """The date that calendar rules read: the pinned one, else today in England; one throughout a unit of work."""
        if self._business_date is None:
            connection = await self.session.connection()
            pinned: str | None = await connection.scalar(_PINNED)
            self.know_pin(pinned)
        assert self._business_date is not None  # noqa: S101  it is known now
        return self._business_date

    def know_pin(self, pinned: str | None) -> None:
        """Take what :data:`PIN` gave, unless the business date of this unit of work is known already."""
        if self._business_date is None:
            self._business_date = date.fromisoformat(pinned) if pinned else london_date(self.now)
