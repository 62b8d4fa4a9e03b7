"""SQLite for asyncio: every connection has a thread of its own, and a whole unit of work is one hop to it.

A call made on the event loop hops to the connection's thread, so that a long query never blocks the loop. A unit of
work that :func:`in_thread` runs is there already, and its calls are made in place: a hop costs more than most
statements do. Fetched rows are read whole, by the call that selected them.
"""

import asyncio
import contextvars
import sqlite3
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import get_ident
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL, AdaptedConnection
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.util import await_

T = TypeVar("T")
P = ParamSpec("P")

DRIVER = "sqlite+threads"
"""What the address of an engine that uses this dialect begins with."""

BUSY_SECONDS = 30
"""How long a writer waits for another process's."""

INTERRUPT_SECONDS = 0.05

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")

NEEDS_LOOP = "a unit of work on SQLite may await its database only; one that awaits more is run with on_loop=True"


class Connection(AdaptedConnection):
    """A connection and its thread, in the form that SQLAlchemy takes a driver's."""

    def __init__(self, arguments: Sequence[Any], options: dict[str, Any]) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        self._ident = 0
        self._cancelled = False
        self._connection: Any = None
        try:
            self._connection = self.call(self._open, arguments, options)
        except BaseException:
            self._thread.shutdown(wait=False)
            raise

    def _open(self, arguments: Sequence[Any], options: dict[str, Any]) -> sqlite3.Connection:
        """Take transactions into our own hands (the driver's would lose updates) and make commits durable."""
        self._ident = get_ident()
        by_hand = {"isolation_level": None, "check_same_thread": False, "timeout": BUSY_SECONDS}
        connection: sqlite3.Connection = sqlite3.connect(*arguments, **options | by_hand)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def call(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make a call in the thread of this connection, which may be the one at hand."""
        result: T = await_(self._called(lambda: work(*args, **kwargs)))
        return result

    async def _called(self, work: Callable[[], T]) -> T:
        if get_ident() != self._ident:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        self._refuse_cancelled()
        try:
            return work()
        except sqlite3.OperationalError:
            self._refuse_cancelled()  # then it was interrupted
            raise

    def _refuse_cancelled(self) -> None:
        if self._cancelled:
            raise asyncio.CancelledError

    async def run(self, unit: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine to its end in the thread of this connection, in a copy of the context at hand.

        Cancelled, its query is interrupted and its next one refused, so that it ends soon; it is waited for, since
        the connection is free only then.
        """
        self._cancelled = False
        context = contextvars.copy_context()
        running = asyncio.get_running_loop().run_in_executor(self._thread, context.run, _run_to_end, unit)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            self._cancelled = True
            await self._interrupt_until_ended(running)
            raise

    async def _interrupt_until_ended(self, running: "asyncio.Future[Any]") -> None:
        """Interrupt again and again, since it has no effect on a query that is only about to begin.

        Waits for what cannot be left alone, however often the waiting is cancelled.
        """
        while not running.done():
            self._connection.interrupt()
            with suppress(asyncio.CancelledError):
                await asyncio.wait({running}, timeout=INTERRUPT_SECONDS)
        running.exception()  # looked at: it ended because it was told to

    def cursor(self) -> "Cursor":
        return Cursor(self)

    def commit(self) -> None:
        if self._connection.in_transaction:
            self.call(self._connection.commit)

    def rollback(self) -> None:
        """Also what the pool does with each connection it is given back, which must cost nothing."""
        if not self._connection.in_transaction:
            return
        if get_ident() == self._ident:
            self._connection.rollback()  # cancelled or not
        else:
            self.call(self._connection.rollback)

    def close(self) -> None:
        if get_ident() == self._ident:
            self._connection.close()
        else:
            self.call(self._connection.close)
        self._thread.shutdown(wait=False)

    def terminate(self) -> None:
        """Close, in whatever state, and wait for nothing."""
        if get_ident() == self._ident:
            self._roll_back_and_close()
        else:
            self._thread.submit(self._roll_back_and_close)
        self._thread.shutdown(wait=False)

    def _roll_back_and_close(self) -> None:
        """Unlock, too: a connection that is closed while a cursor of it is alive keeps its transaction open."""
        with suppress(sqlite3.Error):
            self._connection.rollback()
        self._connection.close()


def _run_to_end(unit: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Drive a coroutine that never waits: its database answers in place, and to give others a turn needs nothing."""
    steps = unit()
    try:
        while steps.send(None) is None:
            pass
    except StopIteration as end:
        result: T = end.value
        return result
    except RuntimeError as error:
        if "no running event loop" in str(error):
            error.add_note(NEEDS_LOOP)
        raise
    steps.throw(RuntimeError(NEEDS_LOOP))
    raise RuntimeError(NEEDS_LOOP)


async def in_thread(connection: AsyncConnection, unit: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine that awaits nothing but ``connection``, with one hop whatever it does there."""
    pooled = await connection.get_raw_connection()
    own: Any = pooled.dbapi_connection
    return await own.run(unit) if isinstance(own, Connection) else await unit()


class Cursor:
    """What a statement gave, read whole."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cursor: Any = connection.driver_connection.cursor()
        self._rows: deque[Any] = deque()

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return int(self._cursor.rowcount)

    @property
    def lastrowid(self) -> Any:
        return self._cursor.lastrowid

    def execute(self, operation: str, parameters: Any = ()) -> None:
        self._rows = self._connection.call(self._execute, operation, parameters or ())

    def _execute(self, operation: str, parameters: Any) -> deque[Any]:
        self._cursor.execute(operation, parameters)
        return deque(self._cursor.fetchall() if self._cursor.description else ())

    def executemany(self, operation: str, parameters: Any) -> None:
        self._connection.call(self._cursor.executemany, operation, parameters)

    def setinputsizes(self, *_sizes: Any) -> None:
        """SQLite has no use for them."""

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        rows, self._rows = list(self._rows), deque()
        return rows

    def __iter__(self) -> Iterator[Any]:
        while self._rows:
            yield self._rows.popleft()

    def close(self) -> None:
        """Nothing is open: the rows were read whole."""
        self._rows = deque()

    async def _async_soft_close(self) -> None:
        """What SQLAlchemy calls before rows are read outside of its reach."""


class Driver:
    """The driver's module, but for how it connects."""

    paramstyle = "qmark"

    def __getattr__(self, name: str) -> Any:
        return getattr(sqlite3, name)

    def connect(self, *arguments: Any, **options: Any) -> Connection:
        return Connection(arguments, options)


class Dialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's dialect of the driver, with connections that have threads."""

    driver = "threads"
    supports_statement_cache = True
    is_async = True
    has_terminate = True

    @classmethod
    def import_dbapi(cls) -> Any:
        return Driver()

    @classmethod
    def get_pool_class(cls, url: URL) -> type[pool.Pool]:  # noqa: ARG003  the signature is the library's
        return pool.AsyncAdaptedQueuePool

    def on_connect(self) -> Any:
        """No functions of Python's own are added: no statement of ours calls any."""
        return None

    def get_driver_connection(self, connection: Any) -> Any:
        return connection.driver_connection

    def do_terminate(self, dbapi_connection: Any) -> None:
        dbapi_connection.terminate()


registry.register("sqlite.threads", __name__, "Dialect")
