"""Printed tables of savings ranges: bases times rates by strand, partner and year, and what printed figures differ."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
    """A printed figure and what it should be by what it is compared with; a base has neither ``year`` nor ``bound``.

    ``exact`` is what it should be before it is rounded to the table's unit, to the penny.
    """

    strand: str
    partner: str | None
    year: Period | None
    bound: Bound | None
    compared: Compared
    printed: Decimal
    computed: Decimal
    exact: Decimal


_Parts = Mapping[tuple[str, Period, Bound], Sequence[RangeCell]]
"""The partners' cells by strand, year and bound."""


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
    found, parts = [], _parts_of(model)
    for cell in model.cells:
        computed = figure(_exact(cell, parts), model.unit)
        found.append(RangeFigure(cell, computed, read_print(computed, cell.printed, model.unit)))
    return found


def printed_differences(model: RangeModel) -> list[PrintedDifference]:
    """Every printed figure that differs: from its rate, from its printed parts, or a base from its partners' bases."""
    return [*_of_rates(model), *_of_parts(model), *_of_bases(model)]


def _parts_of(model: RangeModel) -> _Parts:
    found: dict[tuple[str, Period, Bound], list[RangeCell]] = defaultdict(list)
    for cell in model.cells:
        if cell.partner is not None:
            found[_place(cell)].append(cell)
    return found


def _place(cell: RangeCell) -> tuple[str, Period, Bound]:
    return (cell.strand, cell.year, cell.bound)


def _exact(cell: RangeCell, parts: _Parts) -> Decimal:
    if cell.percent is not None:
        return cell.base * cell.percent / 100
    return sum((_exact(part, parts) for part in parts.get(_place(cell), ())), Decimal(0))


def _of_rates(model: RangeModel) -> Iterator[PrintedDifference]:
    for one in range_figures(model):
        if one.reading != "as_computed":
            yield _difference(one.cell, Compared.RATE, one.computed)


def _of_parts(model: RangeModel) -> Iterator[PrintedDifference]:
    parts = _parts_of(model)
    for cell in model.cells:
        added = sum((part.printed for part in parts.get(_place(cell), ())), Decimal(0))
        if cell.partner is None and added != cell.printed:
            yield _difference(cell, Compared.PARTS, Figure(added, added))


def _difference(cell: RangeCell, compared: Compared, computed: Figure) -> PrintedDifference:
    return PrintedDifference(
        cell.strand, cell.partner, cell.year, cell.bound, compared, cell.printed, computed.rounded, computed.exact
    )


def _of_bases(model: RangeModel) -> Iterator[PrintedDifference]:
    bases: dict[str, dict[str | None, Decimal]] = {}
    for cell in model.cells:
        bases.setdefault(cell.strand, {})[cell.partner] = cell.base
    for strand, by_partner in bases.items():
        printed = by_partner.get(None)
        added = sum((base for partner, base in by_partner.items() if partner is not None), Decimal(0))
        if printed is not None and printed != added:
            yield PrintedDifference(strand, None, None, None, Compared.BASE, printed, added, added)
