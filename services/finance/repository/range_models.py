"""Printed tables of savings ranges, as they were recorded."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_or_ignore, upsert
from chassis.storage.cases import refuse_other_case
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.range_models import Bound, RangeCell, RangeModel
from services.finance.models import RangeModelRow

FORMAT: Final = 1
"""Of ``cells``: ``{"format": 1, "cells": [...]}``, amounts as plain text in pounds."""


async def insert_model(tx: Tx, model: RangeModel) -> bool:
    """Insert a table; false when its code has one. Who inserts the same code meanwhile is waited for.

    Raises:
        CodeInOtherCase
    """
    new = await insert_or_ignore(tx, RangeModelRow, [_row_of(tx, model)], ("code",), returning=("code",))
    await refuse_other_case(tx, RangeModelRow.__table__.c.code, model.code)
    return bool(new)


async def save_model(tx: Tx, model: RangeModel) -> None:
    """Put a table in the place of the one of its code, which is locked."""
    changed = ("name", "source", "unit", "cells", "recorded_by", "recorded_at")
    await upsert(tx, RangeModelRow, [_row_of(tx, model)], ("code",), changed)


def _row_of(tx: Tx, model: RangeModel) -> dict[str, Any]:
    return {
        "code": model.code,
        "name": model.name,
        "source": model.source,
        "unit": model.unit,
        "cells": {"format": FORMAT, "cells": [_written(cell) for cell in model.cells]},
        "recorded_by": tx.actor,
        "recorded_at": tx.now,
    }


async def get_model(tx: Tx, code: str, *, lock: bool = False) -> RangeModel | None:
    query = select(RangeModelRow).where(RangeModelRow.code == code)
    row: RangeModelRow | None = await tx.session.scalar(query.with_for_update() if lock else query)
    return None if row is None else _model(row)


async def list_models(tx: Tx, request: PageRequest) -> list[RangeModel]:
    """In the order of their codes, as many as the page needs."""
    query = select(RangeModelRow).order_by(RangeModelRow.code).limit(request.fetch)
    if request.after is not None:
        query = query.where(RangeModelRow.code > request.after)
    return [_model(row) for row in await tx.session.scalars(query)]


def _written(cell: RangeCell) -> dict[str, Any]:
    return {
        "strand": cell.strand,
        "partner": cell.partner,
        "year": cell.year.label,
        "bound": cell.bound.value,
        "base": f"{cell.base:f}",
        "percent": None if cell.percent is None else f"{cell.percent:f}",
        "printed": f"{cell.printed:f}",
    }


def _model(row: RangeModelRow) -> RangeModel:
    if row.cells["format"] != FORMAT:
        raise ValueError(f"a table of ranges of format {row.cells['format']}; this version reads up to {FORMAT}")
    return RangeModel(row.code, row.name, row.source, row.unit, tuple(_cell(one) for one in row.cells["cells"]))


def _cell(stored: Mapping[str, Any]) -> RangeCell:
    return RangeCell(
        strand=stored["strand"],
        partner=stored["partner"],
        year=Period.parse(stored["year"]),
        bound=Bound(stored["bound"]),
        base=Decimal(stored["base"]),
        percent=None if stored["percent"] is None else Decimal(stored["percent"]),
        printed=Decimal(stored["printed"]),
    )
