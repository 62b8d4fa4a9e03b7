"""Releases of indices of prices: inserted once and read, never changed."""

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_or_ignore
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.unit_costs import Deflator
from services.finance.models import DeflatorRow

FORMAT: Final = 1
"""Of ``series``: ``{"format": 1, "index": {financial year: figure as text}}``."""


async def insert_deflator(tx: Tx, deflator: Deflator) -> bool:
    """Insert a release; false when it is there."""
    index = {year.label: f"{figure:f}" for year, figure in sorted(deflator.index.items())}
    row: dict[str, Any] = {
        "release": deflator.release,
        "base_year": deflator.base_year.label,
        "source": deflator.source,
        "series": {"format": FORMAT, "index": index},
        "recorded_by": tx.actor,
        "recorded_at": tx.now,
    }
    return bool(await insert_or_ignore(tx, DeflatorRow, [row], ("release",), returning=("release",)))


async def get_deflator(tx: Tx, release: str) -> Deflator | None:
    row: DeflatorRow | None = await tx.session.get(DeflatorRow, release)
    return None if row is None else _deflator(row)


async def list_deflators(tx: Tx, request: PageRequest) -> list[Deflator]:
    """In the order of their names, as many as the page needs."""
    query = select(DeflatorRow).order_by(DeflatorRow.release).limit(request.fetch)
    if request.after is not None:
        query = query.where(DeflatorRow.release > request.after)
    return [_deflator(row) for row in await tx.session.scalars(query)]


def _deflator(row: DeflatorRow) -> Deflator:
    if row.series["format"] != FORMAT:
        raise ValueError(f"an index of format {row.series['format']}; this version reads up to {FORMAT}")
    index = {Period.parse(year): Decimal(figure) for year, figure in row.series["index"].items()}
    return Deflator(row.release, Period.parse(row.base_year), row.source, index)
