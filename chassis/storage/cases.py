"""Codes that differ in nothing but case: people and spreadsheets take them for one."""

from sqlalchemy import ColumnElement, func, select, text

from chassis.errors import CodeInOtherCase, FieldError
from chassis.storage.transaction import Tx

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(lower(:code), 0))")


async def refuse_other_case(tx: Tx, column: ColumnElement[str], code: str, field: str = "code") -> None:
    """Refuse a code, just inserted, where another differs from it in case only. Who inserts such a one meanwhile waits.

    Raises:
        CodeInOtherCase: naming the other one, by ``field`` of what was sent.
    """
    if tx.dialect == "postgresql":
        connection = await tx.session.connection()
        await connection.execute(_LOCK, {"code": code})
    other = await tx.session.scalar(select(column).where(func.lower(column) == code.lower(), column != code))
    if other is not None:
        raise CodeInOtherCase(
            f"{other} is there, and {code} differs from it in case only.", [FieldError(field, "is taken")]
        )
