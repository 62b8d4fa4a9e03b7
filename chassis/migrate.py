"""Alembic, run for one service at a time, online, on either database.

``python -m chassis.migrate revision services.risks "what changes"`` writes a new revision from the models.
"""

import asyncio
import importlib
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic import command, context
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import MetaData, create_engine, event, pool
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.types import TypeDecorator, TypeEngine

from chassis.tables import ExactDecimal, UtcDateTime

TEMPLATE = '''"""${message}"""

from typing import Any

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
'''


class SchemaDrift(Exception):  # noqa: N818  named for what it is
    """The models and the migrated database differ."""


def _config(package: str, url: str) -> Config:
    folder = Path(importlib.import_module(package).__file__ or "").parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def _run_on(package: str, url: str, action: Any, *arguments: Any) -> None:
    """Run an Alembic command on a connection of our own, in its own thread of control."""

    async def work() -> None:
        engine = create_async_engine(url, poolclass=pool.NullPool)
        if engine.dialect.name == "sqlite":
            event.listen(engine.sync_engine, "connect", _leave_transactions_to_us)
            event.listen(engine.sync_engine, "begin", _begin)
        try:
            async with engine.connect() as connection:
                await connection.run_sync(lambda sync: _with(sync, package, url, action, *arguments))
                await connection.commit()
        finally:
            await engine.dispose()

    asyncio.run(work())


def _leave_transactions_to_us(connection: Any, _record: Any) -> None:
    """The driver begins none before a change of tables: a migration that is killed would stay half done."""
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _with(connection: Connection, package: str, url: str, action: Any, *arguments: Any) -> None:
    config = _config(package, url)
    config.attributes["connection"] = connection
    action(config, *arguments)


def upgrade(package: str, url: str, revision: str = "head") -> None:
    """Bring the database of ``package`` (``services.risks``) up to ``revision``. Blocking: call from a thread."""
    database = make_url(url).database
    if make_url(url).get_backend_name() == "sqlite" and database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    _run_on(package, url, command.upgrade, revision)


def downgrade(package: str, url: str, revision: str = "base") -> None:
    _run_on(package, url, command.downgrade, revision)


def check(package: str, url: str) -> None:
    """Raise :class:`SchemaDrift` unless the database is what the models say."""
    try:
        _run_on(package, url, command.check)
    except CommandError as error:
        raise SchemaDrift(str(error)) from error


def run_env(metadata: MetaData) -> None:
    """The whole of a service's ``migrations/env.py``."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        raise RuntimeError("migrations run through chassis.migrate or `suite migrate`")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=_render,
        compare_type=_compare_type,
        transaction_per_migration=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    if kind == "type" and isinstance(item, ExactDecimal | UtcDateTime):
        autogen.imports.add("from chassis.tables import ExactDecimal, UtcDateTime")
        return f"{type(item).__name__}()"
    return False


def _compare_type(
    _context: Any, _inspected: Any, _metadata: Any, _found: TypeEngine[Any], wanted: TypeEngine[Any]
) -> bool | None:
    return False if isinstance(wanted, TypeDecorator) else None


def _revision(package: str, message: str) -> None:
    """Write a revision: migrate an empty database to what stands, then compare it with the models."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.db"
        config = _config(package, url)
        location = Path(config.get_main_option("script_location") or "")
        (location / "versions").mkdir(parents=True, exist_ok=True)
        template = location / "script.py.mako"
        template.write_text(TEMPLATE)
        try:
            number = f"{len(list((location / 'versions').glob('[0-9]*.py'))) + 1:04d}"
            with create_engine(url).connect() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                command.revision(config, message, autogenerate=True, rev_id=number)
        finally:
            template.unlink()


if __name__ == "__main__":
    _revision(sys.argv[2], sys.argv[3])
