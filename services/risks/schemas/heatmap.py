"""Bodies of the heat map."""

from datetime import date
from typing import Self

from pydantic import Field

from chassis.web.bodies import OutBody
from contracts.risks import Band
from services.risks.domain.heatmap import Cell, HeatMap, HeatMapRating


class CellOut(OutBody):
    """A cell: how many risks stand in it, and which."""

    impact: int
    likelihood: int
    band: Band
    count: int
    refs: list[str]

    @classmethod
    def of(cls, cell: Cell) -> Self:
        return cls(
            impact=cell.rating.impact,
            likelihood=cell.rating.likelihood,
            band=cell.band,
            count=len(cell.refs),
            refs=list(cell.refs),
        )


class HeatMapOut(OutBody):
    """Every cell of a matrix, impact by impact. ``unrated``: risks without a rating of this kind."""

    matrix: str
    impacts: list[str]
    likelihoods: list[str]
    rating: HeatMapRating
    business_date: date
    cells: list[CellOut]
    unrated: list[str] = Field(description="References of risks that stand in no cell")

    @classmethod
    def of(cls, found: HeatMap) -> Self:
        return cls(
            matrix=found.matrix.name,
            impacts=list(found.matrix.impacts),
            likelihoods=list(found.matrix.likelihoods),
            rating=found.rating,
            business_date=found.on,
            cells=[CellOut.of(cell) for cell in found.cells],
            unrated=list(found.unrated),
        )
