"""Matrices. A version never changes, so that a process reads each one once."""

from collections.abc import Collection
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Row, select
from sqlalchemy.pool import Pool

from chassis.storage.bulk import insert_or_ignore
from chassis.storage.transaction import Tx
from contracts.risks import Band
from services.risks.domain.matrix import Matrix
from services.risks.models import MatrixRow
from services.risks.repository.json_formats import read_items, write_items

_ROWS = select(*MatrixRow.__table__.c).order_by(MatrixRow.code, MatrixRow.version)
_cached: WeakKeyDictionary[Pool, dict[int, Matrix]] = WeakKeyDictionary()
"""By database (its pool of connections), then by key."""


def _matrix(row: Row[Any]) -> Matrix:
    return Matrix(
        code=row.code,
        version=row.version,
        title=row.title,
        impacts=tuple(read_items(row.impacts)),
        likelihoods=tuple(read_items(row.likelihoods)),
        grid=tuple(tuple(Band(band) for band in line) for line in read_items(row.grid)),
    )


async def get_matrices(tx: Tx, keys: Collection[int]) -> dict[int, Matrix]:
    """The matrices of ``keys``; only those this process has not met are asked for.

    For keys that committed risks name: a matrix of a transaction that is rolled back would stay in the cache.
    """
    cached = _cached.setdefault(tx.session.get_bind().engine.pool, {})
    if missing := set(keys) - cached.keys():
        rows = await tx.session.execute(_ROWS.where(MatrixRow.id.in_(missing)))
        cached |= {row.id: _matrix(row) for row in rows}
    return {key: cached[key] for key in keys}


async def list_matrices(tx: Tx) -> list[Matrix]:
    """Every version of every matrix, by code and version."""
    return [_matrix(row) for row in await tx.session.execute(_ROWS)]


async def get_matrix(tx: Tx, name: str) -> tuple[int, Matrix] | None:
    """The version of a matrix that ``name`` (``five-by-five@1``) says, with its key."""
    code, _, version = name.partition("@")
    query = _ROWS.where(MatrixRow.code == code, MatrixRow.version == int(version))
    row = (await tx.session.execute(query)).one_or_none()
    return None if row is None else (row.id, _matrix(row))


async def save_matrix(tx: Tx, matrix: Matrix) -> bool:
    """Whether it was added; false where this version exists, also where another writer is just adding it."""
    values = {
        "code": matrix.code,
        "version": matrix.version,
        "title": matrix.title,
        "impacts": write_items(matrix.impacts),
        "likelihoods": write_items(matrix.likelihoods),
        "grid": write_items([[band.value for band in line] for line in matrix.grid]),
    }
    return bool(await insert_or_ignore(tx, MatrixRow, [values], ["code", "version"], returning=["id"]))
