"""Printed tables of savings ranges: bases times rates by strand, partner and year, and what printed figures differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from contracts.period import Period
from services.finance.domain.ranges import Figure, Reading, figure, read_print


class Bound(StrEnum):
    LOWER = "lower"
    HIGHER = "higher"


class Compared(StrEnum):
    """What a printed figure is compared with: the rate of its base, its printed parts, or the bases of its parts."""

    RATE = "rate"
    PARTS = "parts"
    BASE = "base"


@dataclass(frozen=True, slots=True)
class RangeCell:
    """A cell of the table, in pounds. A total has no ``partner`` and no ``percent``: it adds those of its partners."""

    strand: str
    partner: str | None
    year: Period
    bound: Bound
    base: Decimal
    percent: Decimal | None
    printed: Decimal


@dataclass(frozen=True, slots=True)
class RangeModel:
    """A table by its code, as its source prints it; ``unit`` is what it counts in, such as 1000 for thousands."""

    code: str
    name: str
    source: str
    unit: Decimal
    cells: tuple[RangeCell, ...]


@dataclass(frozen=True, slots=True)
class RangeFigure:
    """A cell, what it comes to, and how the printed figure stands to that."""

    cell: RangeCell
    computed: Figure
    reading: Reading


@dataclass(frozen=True, slots=True)
class PrintedDifference:
    """A printed figure and what it should be by what it is compared with; a base has neither ``year`` nor ``bound``."""

    strand: str
    partner: str | None
    year: Period | None
    bound: Bound | None
    compared: Compared
    printed: Decimal
    computed: Decimal


def model_faults(cells: Sequence[RangeCell]) -> list[tuple[int, str, str]]:
    """Places of cells, fields, and what is wrong: one that stands there twice, a rate of a total or none of a part."""
    found, seen = [], set()
    for place, cell in enumerate(cells):
        key = (cell.strand, cell.partner, cell.year, cell.bound)
        if key in seen:
            found.append((place, "strand", "stands there twice"))
        seen.add(key)
        if (cell.percent is None) != (cell.partner is None):
            found.append((place, "percent", "every partner's figure has a rate, and no total has one"))
    return found


def range_figures(model: RangeModel) -> list[RangeFigure]:
    """Each cell to the penny, rounded half up to the table's unit; totals add what is exact before they are rounded."""
    found = []
    for cell in model.cells:
        computed = figure(_exact(model, cell), model.unit)
        found.append(RangeFigure(cell, computed, read_print(computed, cell.printed, model.unit)))
    return found


def printed_differences(model: RangeModel) -> list[PrintedDifference]:
    """Every printed figure that differs: from its rate, from its printed parts, or a base from its partners' bases."""
    return [*_of_rates(model), *_of_parts(model), *_of_bases(model)]


def _exact(model: RangeModel, cell: RangeCell) -> Decimal:
    if cell.percent is not None:
        return cell.base * cell.percent / 100
    return sum((_exact(model, part) for part in _parts(model, cell)), Decimal(0))


def _parts(model: RangeModel, total: RangeCell) -> list[RangeCell]:
    key = (total.strand, total.year, total.bound)
    return [one for one in model.cells if (one.strand, one.year, one.bound) == key and one.partner is not None]


def _of_rates(model: RangeModel) -> Iterator[PrintedDifference]:
    for one in range_figures(model):
        if one.reading != "as_computed":
            yield _difference(one.cell, Compared.RATE, one.computed.rounded)


def _of_parts(model: RangeModel) -> Iterator[PrintedDifference]:
    for cell in model.cells:
        added = sum((part.printed for part in _parts(model, cell)), Decimal(0))
        if cell.partner is None and added != cell.printed:
            yield _difference(cell, Compared.PARTS, added)


def _difference(cell: RangeCell, compared: Compared, computed: Decimal) -> PrintedDifference:
    return PrintedDifference(cell.strand, cell.partner, cell.year, cell.bound, compared, cell.printed, computed)


def _of_bases(model: RangeModel) -> Iterator[PrintedDifference]:
    bases: dict[str, dict[str | None, Decimal]] = {}
    for cell in model.cells:
        bases.setdefault(cell.strand, {})[cell.partner] = cell.base
    for strand, by_partner in bases.items():
        printed = by_partner.get(None)
        added = sum((base for partner, base in by_partner.items() if partner is not None), Decimal(0))
        if printed is not None and printed != added:
            yield PrintedDifference(strand, None, None, None, Compared.BASE, printed, added)
