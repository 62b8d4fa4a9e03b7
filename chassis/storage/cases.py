"""Codes that differ in nothing but case: people and spreadsheets take them for one."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, func, select, text

from chassis.errors import CodeInOtherCase, FieldError
from chassis.storage.transaction import Tx

_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(code, 0)) FROM "
    "(SELECT DISTINCT lower(code) AS code FROM unnest(CAST(:codes AS text[])) AS code ORDER BY 1) AS named"
)


async def refuse_other_case(tx: Tx, column: ColumnElement[str], code: str, field: str = "code") -> None:
    """Refuse a code, just inserted, where another differs from it in case only. Who inserts such a one meanwhile waits.

    Raises:
        CodeInOtherCase: naming the other one, by ``field`` of what was sent.
    """
    for other in await _others(tx, column, [code]):
        raise CodeInOtherCase(
            f"{other} is there, and {code} differs from it in case only.", [FieldError(field, "is taken")]
        )


async def list_in_other_case(tx: Tx, column: ColumnElement[str], codes: Collection[str]) -> list[str]:
    """Of several codes, just inserted, those that another that is none of them differs from in case only."""
    taken = {other.lower() for other in await _others(tx, column, codes)} if codes else set()
    return [code for code in codes if code.lower() in taken]


async def _others(tx: Tx, column: ColumnElement[str], codes: Collection[str]) -> Sequence[str]:
    if tx.dialect == "postgresql":
        connection = await tx.session.connection()
        await connection.execute(_LOCK, {"codes": list(codes)})
    in_other_case = func.lower(column).in_({code.lower() for code in codes})
    return (await tx.session.scalars(select(column).where(in_other_case, column.not_in(codes)))).all()
