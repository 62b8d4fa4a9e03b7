"""Whether a transaction has changed anything, without asking the database."""

from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from chassis.storage.transaction import Tx

_CHANGED: Final = "changed"
_VERBS: Final = frozenset({"INSERT", "UPDATE", "DELETE"})
_PARTS: Final = ("INSERT INTO", "DELETE FROM", " SET ")
"""What a common table expression says where it changes something."""


def watch_changes(engine: Engine) -> None:
    """Note on each connection of ``engine`` whether its transaction has changed a row."""
    event.listen(engine, "begin", _forget)
    event.listen(engine, "after_cursor_execute", _note)


async def has_changed(tx: Tx) -> bool:
    """Whether the unit of work has changed anything so far; writes what its session still holds back."""
    await tx.session.flush()
    connection = await tx.session.connection()
    return tx.has_staged or bool(connection.sync_connection and connection.sync_connection.info.get(_CHANGED))


async def note_change(tx: Tx) -> None:
    """Note that rows were changed by other means than a statement of SQLAlchemy's."""
    connection = await tx.session.connection()
    if connection.sync_connection:
        connection.sync_connection.info[_CHANGED] = True


def _forget(connection: Connection) -> None:
    connection.info.pop(_CHANGED, None)


def _note(connection: Connection, cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
    if cursor.rowcount != 0 and _is_change(statement, context):
        connection.info[_CHANGED] = True


def _is_change(statement: str, context: Any) -> bool:
    if context.isinsert or context.isupdate or context.isdelete:
        return True
    verb = statement.split(None, 1)[0].upper()
    return verb in _VERBS or (verb == "WITH" and any(words in statement for words in _PARTS))
