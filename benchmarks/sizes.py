"""How large the tables of a suite are: bytes by store and table, indexes included."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import asyncpg

Sizes = Mapping[str, int]
TRIMMED = frozenset({"outbox", "unpublished", "feed", "inbox", "idempotency_key", "job", "job_step"})
"""Tables from which retention deletes."""

_OF_FILE = """
    SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_schema USING (name) WHERE aggregate = TRUE GROUP BY tbl_name
"""
_OF_SERVER = "SELECT schemaname, relname, pg_total_relation_size(relid) FROM pg_stat_user_tables"


def sizes_of_files(folder: Path) -> Sizes:
    """Of every SQLite file in ``folder``, the bus's log among them. Pages that deleting has freed are nobody's."""
    files = sorted(folder.glob("*.db"))
    return {f"{path.stem}.{table}": size for path in files for table, size in _sizes_of_file(path)}


def _sizes_of_file(path: Path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
        return connection.execute(_OF_FILE).fetchall()


async def sizes_of_server(dsn: str) -> Sizes:
    """Of every schema on a PostgreSQL server. The broker's log has a retention of its own, and is not counted."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(_OF_SERVER)
    finally:
        await connection.close()
    return {f"{schema}.{table}": size for schema, table, size in rows}


def trimmed(sizes: Sizes) -> int:
    """Bytes of the tables that retention trims."""
    return sum(_of(sizes, TRIMMED).values())


def untrimmed(sizes: Sizes) -> Sizes:
    """The tables that only grow."""
    return {name: size for name, size in sizes.items() if name not in _of(sizes, TRIMMED)}


def _of(sizes: Sizes, tables: Iterable[str]) -> Sizes:
    return {name: size for name, size in sizes.items() if name.split(".")[1] in tables}
