"""JSON-stat 2.0: a cube of figures by its dimensions. Numbers are written with all their digits."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import prod
from typing import Any

from chassis.errors import Invalid
from chassis.web.render.table import as_text

JSON_STAT = "application/json"
MOST_CELLS = 50_000_000
"""Of a cube, most of them empty: only those that are there are written."""


class CubeTooLarge(Invalid):
    type_, title = "cube-too-large", "The cube has too many cells"

    def __init__(self) -> None:
        super().__init__(f"A cube has at most {MOST_CELLS:,} cells, empty ones included: ask for less, or for CSV.")


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension with its categories by code, in order. ``role``: time, geo or metric; ``units`` of a metric."""

    code: str
    label: str
    role: str | None
    categories: Mapping[str, str]
    units: Mapping[str, Any] = field(default_factory=dict)


def dataset(
    label: str,
    updated: str | None,
    dimensions: Sequence[Dimension],
    cells: Mapping[tuple[str, ...], tuple[Decimal | None, str]],
) -> bytes:
    """The dataset; ``cells`` are value and status by a category of each dimension, last changed when ``updated``."""
    sizes = [len(each.categories) for each in dimensions]
    if prod(sizes) > MOST_CELLS:
        raise CubeTooLarge
    numbered = _numbered(dimensions, sizes, cells)
    head = {
        "version": "2.0",
        "class": "dataset",
        "label": label,
        **({"updated": updated} if updated else {}),
        "id": [each.code for each in dimensions],
        "size": sizes,
        "role": _roles(dimensions),
        "dimension": {each.code: _shown(each) for each in dimensions},
        "status": {str(n): status for n, (_, status) in numbered if status},
    }
    values = ",".join(f'"{n}":{as_text(value)}' for n, (value, _) in numbered if value is not None)
    return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "value": {{{values}}}}}'.encode()


def _numbered(
    dimensions: Sequence[Dimension],
    sizes: Sequence[int],
    cells: Mapping[tuple[str, ...], tuple[Decimal | None, str]],
) -> list[tuple[int, tuple[Decimal | None, str]]]:
    """Cells by their number: the last dimension runs fastest."""
    places = [{code: n for n, code in enumerate(each.categories)} for each in dimensions]
    found = []
    for where, cell in cells.items():
        number = 0
        for size, place, code in zip(sizes, places, where, strict=True):
            number = number * size + place[code]
        found.append((number, cell))
    return sorted(found, key=lambda each: each[0])


def _roles(dimensions: Sequence[Dimension]) -> dict[str, list[str]]:
    roles: dict[str, list[str]] = {}
    for each in dimensions:
        if each.role:
            roles.setdefault(each.role, []).append(each.code)
    return roles


def _shown(dimension: Dimension) -> dict[str, Any]:
    index = {code: n for n, code in enumerate(dimension.categories)}
    category: dict[str, Any] = {"index": index, "label": dict(dimension.categories)}
    if dimension.units:
        category["unit"] = dict(dimension.units)
    return {"label": dimension.label, "category": category}
