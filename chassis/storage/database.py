"""A service's database, and how a unit of work runs on it: one use case, one transaction, committed or nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import MetaData, bindparam, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from chassis.clock import Clock, system_clock
from chassis.identity import Caller
from chassis.logging import get_logger
from chassis.storage import sqlite
from chassis.storage.changes import watch_changes
from chassis.storage.outages import is_full, is_retryable
from chassis.storage.session import Session
from chassis.storage.transaction import Tx
from chassis.storage.types import UtcDateTime

T = TypeVar("T")
Work = Callable[["Tx"], Awaitable[T]]

log = get_logger()

RETRIES = 6

_READONLY: dict[str, dict[str, Any]] = {
    "sqlite": {"readonly": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
_REPEATABLE: dict[str, dict[str, Any]] = {"sqlite": {}, "postgresql": {"isolation_level": "REPEATABLE READ"}}


def statement_arguments(*, prepared: bool) -> dict[str, Any]:
    """What the PostgreSQL driver is told where statements may not stay prepared.

    An older PgBouncer hands each transaction another session, so a name must neither be kept nor come again.
    """
    if prepared:
        return {}
    caches = {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
    return caches | {"prepared_statement_name_func": lambda: f"s_{uuid4().hex}"}


class Database:
    """One service's database: SQLite in a file, or its schema on PostgreSQL."""

    def __init__(
        self,
        url: str,
        metadata: MetaData,
        *,
        clock: Clock = system_clock,
        pool_size: int = 10,
        prepared_statements: bool = True,
    ) -> None:
        self.url = make_url(url)
        self.metadata = metadata
        self.clock = clock
        self.dialect = self.url.get_backend_name()
        self.committed = asyncio.Event()
        """Set whenever a transaction that staged something, such as events, has committed; the relay waits for it."""
        self.is_full = False
        """Whether the last write found no room."""
        self._writer = asyncio.Lock()
        self.engine = self._engine(pool_size, prepared_statements=prepared_statements)
        self._readonly = self.engine.execution_options(**_READONLY[self.dialect])
        self._repeatable = self.engine.execution_options(**_REPEATABLE[self.dialect])
        watch_changes(self.engine.sync_engine)

    def _engine(self, pool_size: int, *, prepared_statements: bool) -> AsyncEngine:
        if self.dialect == "sqlite":
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            engine = create_async_engine(
                self.url.set(drivername=sqlite.DRIVER),
                pool_size=5,
                max_overflow=0,
                pool_use_lifo=True,
                hide_parameters=True,
            )
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
            return engine
        arguments = {"timeout": 10, "command_timeout": 60} | statement_arguments(prepared=prepared_statements)
        return create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=False,
            pool_use_lifo=True,
            hide_parameters=True,  # an error is logged; what people wrote is not
            connect_args=arguments,
        )

    async def write(
        self, work: Work[T], *, actor: str | Caller = "system", on_loop: bool = False, repeatable_read: bool = False
    ) -> T:
        """Run ``work`` in a transaction and commit it before returning.

        Serialization failures and deadlocks are retried, so ``work`` must be repeatable: it reads what it decides by.
        On SQLite it runs in a thread, where it may await nothing but ``tx``; ``on_loop`` keeps work that awaits more,
        such as the bus, on the event loop, at the price of a hop a statement. With ``repeatable_read`` it sees one
        moment throughout, as on SQLite always, and fails, to be tried again, where it would change what has changed.
        """
        engine = self._repeatable if repeatable_read else self.engine
        for attempt in range(RETRIES):
            try:
                return await self._write_once(engine, work, actor, on_loop=on_loop)
            except DBAPIError as error:
                self.is_full = is_full(error)
                if attempt == RETRIES - 1 or not is_retryable(error):
                    raise
                log.info("database.retried", attempt=attempt + 1, cause=type(error.orig).__name__)
                await asyncio.sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable")

    async def _write_once(self, engine: AsyncEngine, work: Work[T], actor: str | Caller, *, on_loop: bool) -> T:
        async with self._one_writer(), engine.connect() as connection:
            unit = partial(self._committed, connection, work, actor)
            result, has_staged = await self._run(connection, unit, on_loop=on_loop)
        if has_staged:
            self.committed.set()
        return result

    async def _committed(self, connection: AsyncConnection, work: Work[T], actor: str | Caller) -> tuple[T, bool]:
        """The result of ``work``, committed, and whether anything was staged that the relay waits for."""
        async with _session(connection) as session:
            tx = self._tx(session, actor)
            async with connection.begin():
                result = await work(tx)
                await tx.write_staged()
                await session.flush()
        return result, tx.has_staged

    async def has_room(self) -> bool:
        """Whether something can be written, tried where the last write found no room."""
        if self.is_full:
            try:
                await self.write(_write_something)
            except DBAPIError as error:
                if not is_full(error):
                    raise
                return False
            self.is_full = False
        return True

    async def read(self, work: Work[T], *, actor: str | Caller = "system", on_loop: bool = False) -> T:
        """Run ``work`` against one consistent view and write nothing. ``on_loop`` is as of :meth:`write`."""
        async with self._readonly.connect() as connection:
            return await self._run(connection, partial(self._seen, connection, work, actor), on_loop=on_loop)

    async def _seen(self, connection: AsyncConnection, work: Work[T], actor: str | Caller) -> T:
        async with _session(connection) as session:
            try:
                return await work(self._tx(session, actor))
            finally:
                await connection.rollback()

    async def _run(
        self, connection: AsyncConnection, unit: Callable[[], Coroutine[Any, Any, T]], *, on_loop: bool
    ) -> T:
        if self.dialect != "sqlite" or on_loop:
            return await unit()
        return await sqlite.in_thread(connection, unit)

    def _tx(self, session: Session, actor: str | Caller) -> Tx:
        return Tx(session, dialect=self.dialect, clock=self.clock, actor=actor, tables=self.metadata)

    @asynccontextmanager
    async def _one_writer(self) -> AsyncIterator[None]:
        """SQLite has one writer: queue here, fairly, rather than poll its lock."""
        if self.dialect != "sqlite":
            yield
            return
        async with self._writer:
            yield

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A bare connection, outside any use case: for the relay and for checks."""
        engine = self._readonly if self.dialect == "sqlite" else self.engine
        async with engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A bare connection in a writing transaction that commits at the end, for the relay.

        It begins with the first statement, so that one hop on SQLite takes both.
        """
        async with self._one_writer(), self.engine.connect() as connection:
            yield connection
            await connection.commit()

    def count_connections(self) -> tuple[int, int]:
        """How many connections are in use, and how many may be at once."""
        pool = self.engine.pool
        return (pool.checkedout(), pool.size()) if isinstance(pool, QueuePool) else (0, 0)

    async def close(self) -> None:
        await self.engine.dispose()


_SOMETHING = text("INSERT INTO setting (name, value, set_at) VALUES ('room', '', :now)").bindparams(
    bindparam("now", type_=UtcDateTime)
)


async def _write_something(tx: Tx) -> None:
    await tx.session.execute(text("DELETE FROM setting WHERE name = 'room'"))
    await tx.session.execute(_SOMETHING, {"now": tx.now})


@asynccontextmanager
async def _session(connection: AsyncConnection) -> AsyncIterator[Session]:
    session = Session(connection)
    try:
        yield session
    finally:
        await session.close()


def _begin_sqlite(connection: Any) -> None:
    readonly = connection.get_execution_options().get("readonly", False)
    connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")
