"""The heat map: which risks stand in which cell of a matrix."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.risks import Band
from services.risks.domain.matrix import Matrix, Rating


class HeatMapRating(StrEnum):
    """Which rating places a risk: with nothing done, as it stands now, or as it is aimed at."""

    INHERENT = "inherent"
    RESIDUAL = "residual"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class PlacedRisk:
    """A risk and its rating; ``None`` where it has none of that kind, and so stands in no cell."""

    ref: str
    rating: Rating | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the matrix with the risks in it, by reference."""

    rating: Rating
    band: Band
    refs: Sequence[str]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Every cell of a matrix, impact by impact; ``unrated`` are the risks that stand in none.

    ``on``: the business date it is of.
    """

    matrix: Matrix
    rating: HeatMapRating
    on: date
    cells: Sequence[Cell]
    unrated: Sequence[str]


def heat_map(matrix: Matrix, rating: HeatMapRating, on: date, placed: Iterable[PlacedRisk]) -> HeatMap:
    """Place risks of one matrix; nothing is clamped to fit."""
    refs: dict[Rating | None, list[str]] = defaultdict(list)
    for risk in placed:
        refs[risk.rating].append(risk.ref)
    cells = [
        Cell(cell, matrix.band(cell), sorted(refs[cell]))
        for impact in range(1, len(matrix.impacts) + 1)
        for cell in (Rating(impact, likelihood) for likelihood in range(1, matrix.top + 1))
    ]
    return HeatMap(matrix, rating, on, cells, sorted(refs[None]))
