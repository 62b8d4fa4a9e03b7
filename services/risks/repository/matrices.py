"""Matrices. A version never changes, so that a process reads each one once."""

from collections.abc import Collection, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Row, select
from sqlalchemy.pool import Pool

from chassis.storage.bulk import insert_or_ignore
from chassis.storage.transaction import Tx
from contracts.risks import Band
from services.risks.domain.matrix import Matrix
from services.risks.models import MatrixRow

_ROWS = select(*MatrixRow.__table__.c).order_by(MatrixRow.code, MatrixRow.version)
_known: WeakKeyDictionary[Pool, dict[int, Matrix]] = WeakKeyDictionary()
"""By database (its pool of connections), then by key."""


def _matrix(row: Row[Any]) -> Matrix:
    return Matrix(
        code=row.code,
        version=row.version,
        title=row.title,
        impacts=tuple(row.impacts),
        likelihoods=tuple(row.likelihoods),
        grid=tuple(tuple(Band(band) for band in line) for line in row.grid),
    )


async def matrices(tx: Tx, keys: Collection[int]) -> dict[int, Matrix]:
    """The matrices of ``keys``; only those this process has not met are asked for.

    For keys that committed risks name: a matrix of a transaction that is given up would stay known.
    """
    known = _known.setdefault(tx.session.get_bind().engine.pool, {})
    if unknown := set(keys) - known.keys():
        rows = await tx.session.execute(_ROWS.where(MatrixRow.id.in_(unknown)))
        known |= {row.id: _matrix(row) for row in rows}
    return {key: known[key] for key in keys}


async def every_matrix(tx: Tx) -> list[Matrix]:
    """By code and version."""
    return [_matrix(row) for row in await tx.session.execute(_ROWS)]


async def find_matrix(tx: Tx, code: str, version: int) -> tuple[int, Matrix] | None:
    """A version of a matrix, with its key."""
    query = _ROWS.where(MatrixRow.code == code, MatrixRow.version == version)
    row = (await tx.session.execute(query)).one_or_none()
    return None if row is None else (row.id, _matrix(row))


async def add_matrix(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Whether it was added; false where this version exists, also where another writer is just adding it."""
    return bool(await insert_or_ignore(tx, MatrixRow, [values], ["code", "version"], returning=["id"]))
