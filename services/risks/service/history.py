"""The register as it is, or as it was: at the end of a quarter, and as it was known at a moment."""

from collections.abc import Mapping
from dataclasses import replace

from chassis.business_dates import get_business_date_at
from chassis.storage.transaction import Tx
from services.risks.domain.appetites import Limits, limits_by_category
from services.risks.domain.as_at import AsAt
from services.risks.domain.heatmap import HeatMap, HeatMapRating, PlacedRisk, heat_map
from services.risks.domain.history import RegisterLine, RegisterState, is_wanted
from services.risks.domain.matrix import BandedRating
from services.risks.domain.rating import IN_FORCE, Kind
from services.risks.domain.register import RiskFilter
from services.risks.repository import appetites
from services.risks.repository import history as stored
from services.risks.service.reading import get_matrix, get_present_heat_map, list_fallen_back


async def get_register(tx: Tx, wanted: RiskFilter, at: AsAt) -> RegisterState:
    """Every risk that a filter lets through, by reference. The same few statements, whatever the number of risks."""
    today = await get_business_date_at(tx, at.as_of)
    day, compared_with = at.day(today), at.compared_with(today)
    lines = await stored.list_lines(tx, day, at.as_of)
    current = await stored.get_ratings(tx, day, at.as_of)
    previous = await stored.get_ratings(tx, compared_with.end, at.as_of)
    assessed = await stored.get_assessed(tx, day, at.as_of)
    limits = limits_by_category(await appetites.list_newest(tx, day, at.as_of))
    rated = [
        replace(
            line,
            assessed=assessed.get(key),
            previous=_on(line, previous.get(key)),
            current=_on(line, current.get(key)),
            limits=_limits(line, limits),
        )
        for key, line in lines.items()
    ]
    if at.is_present:
        rated = await _without_ended_overrides(tx, rated)
    return RegisterState([line for line in rated if is_wanted(line, wanted)], at, day, compared_with, limits)


def _on(line: RegisterLine, found: tuple[BandedRating, str] | None) -> BandedRating | None:
    """A rating, where it is on the matrix of the line: on another one it is not comparable."""
    return found[0] if found is not None and found[1] == line.matrix.name else None


def _limits(line: RegisterLine, limits: Mapping[tuple[str | None, str], Limits]) -> Limits | None:
    """Opportunities have none."""
    return limits.get((line.description.category, line.matrix.name)) if line.kind is Kind.THREAT else None


async def _without_ended_overrides(tx: Tx, lines: list[RegisterLine]) -> list[RegisterLine]:
    """An override that ended counts no more from that day, though it may not be swept yet."""
    fallen_back = await list_fallen_back(tx)
    return [
        replace(line, current=line.matrix.banded(fallen_back[line.ref])) if line.ref in fallen_back else line
        for line in lines
    ]


async def get_heat_map(tx: Tx, wanted: RiskFilter, matrix_name: str, rating: HeatMapRating, at: AsAt) -> HeatMap:
    """Where the risks of a matrix stand, or stood; drafts and closed risks stand nowhere.

    Raises:
        MatrixUnknown
    """
    if at.is_present:
        return await get_present_heat_map(tx, wanted, matrix_name, rating)
    _, matrix = await get_matrix(tx, matrix_name)
    state = await get_register(tx, wanted, at)
    placed = [_placed(x, rating) for x in state.lines if x.matrix.name == matrix_name and x.status in IN_FORCE]
    return heat_map(matrix, rating, state.day, placed)


def _placed(line: RegisterLine, rating: HeatMapRating) -> PlacedRisk:
    if rating is HeatMapRating.RESIDUAL:
        return PlacedRisk(line.ref, line.current.rating if line.current else None)
    aims = {HeatMapRating.INHERENT: line.description.inherent, HeatMapRating.TARGET: line.description.target}
    return PlacedRisk(line.ref, aims[rating])
