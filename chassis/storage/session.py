"""What a unit of work executes its statements by."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, TypeVarTuple, cast, overload

from sqlalchemy import Connection, CursorResult, Executable, ScalarResult
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.sql.selectable import TypedReturnsRows

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
AnyRow = CursorResult[*tuple[Any, ...]]
Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


class Session:
    """Statements on tables go to the connection, those on mapped classes through a session of the library's.

    That one is made when it is first needed: making and ending one costs more than a statement does, and most units of
    work need none.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._orm: AsyncSession | None = None

    @overload
    async def execute(self, statement: TypedReturnsRows[*Ts], parameters: Parameters = None) -> CursorResult[*Ts]: ...

    @overload
    async def execute(self, statement: Executable, parameters: Parameters = None) -> AnyRow: ...

    async def execute(self, statement: Executable, parameters: Parameters = None) -> AnyRow:
        if _is_mapped(statement):
            return cast("AnyRow", await self._mapped().execute(statement, parameters))
        await self.flush()
        return await self._connection.execute(statement, parameters)

    @overload
    async def scalars(self, statement: TypedReturnsRows[T], parameters: Parameters = None) -> ScalarResult[T]: ...

    @overload
    async def scalars(self, statement: Executable, parameters: Parameters = None) -> ScalarResult[Any]: ...

    async def scalars(self, statement: Executable, parameters: Parameters = None) -> ScalarResult[Any]:
        return (await self.execute(statement, parameters)).scalars()

    @overload
    async def scalar(self, statement: TypedReturnsRows[T], parameters: Parameters = None) -> T | None: ...

    @overload
    async def scalar(self, statement: Executable, parameters: Parameters = None) -> Any: ...

    async def scalar(self, statement: Executable, parameters: Parameters = None) -> Any:
        return (await self.execute(statement, parameters)).scalar()

    async def get(self, mapped: type[T], key: Any, *, populate_existing: bool = False) -> T | None:
        """The row of a mapped class by its key."""
        return await self._mapped().get(mapped, key, populate_existing=populate_existing)

    async def get_one(self, mapped: type[T], key: Any) -> T:
        """The same, where it is known to be there."""
        return await self._mapped().get_one(mapped, key)

    def add(self, row: object) -> None:
        """Have a row of a mapped class inserted with the next :meth:`flush`."""
        self._mapped().add(row)

    async def flush(self) -> None:
        """Write what was added, or changed on rows that were got."""
        if self._orm is not None:
            await self._orm.flush()

    async def close(self) -> None:
        if self._orm is not None:
            await self._orm.close()

    async def connection(self) -> AsyncConnection:
        return self._connection

    def get_bind(self) -> Connection:
        bound = self._connection.sync_connection
        assert bound is not None  # noqa: S101  it is open for as long as the unit of work runs
        return bound

    def _mapped(self) -> AsyncSession:
        if self._orm is None:
            self._orm = AsyncSession(self._connection, expire_on_commit=False)
        return self._orm


def _is_mapped(statement: Executable) -> bool:
    """Whether a statement names mapped classes rather than tables."""
    return bool(statement._propagate_attrs)  # noqa: SLF001  empty for tables; the library asks nothing else itself
