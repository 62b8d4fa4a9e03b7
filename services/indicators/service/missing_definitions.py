"""Creating what a file names and nobody has defined: indicators, areas, values of dimensions."""

from collections.abc import Mapping, Sequence
from typing import Final

from chassis.errors import Problem
from chassis.storage.transaction import Tx
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.importing.order import ImportOrder
from services.indicators.domain.importing.tally import Faults, Seen
from services.indicators.errors import IndicatorExists
from services.indicators.repository import areas, indicators
from services.indicators.service.areas import add_areas
from services.indicators.service.definitions import add_indicator, change_indicator

MOST_DIMENSIONS: Final = 20
MOST_VALUES: Final = 500
"""Dimensions of an indicator, and values of one, as a definition that is sent may have them."""


async def create_missing(tx: Tx, order: ImportOrder, seen: Seen, faults: Faults) -> dict[str, Sequence[str]]:
    """Create what is not there; the codes of what was created. What cannot be goes to ``faults``."""
    known_areas = await areas.get_areas(tx, list(seen.areas))
    new_areas = await add_areas(tx, [area for code, area in sorted(seen.areas.items()) if code not in known_areas])
    known = await indicators.get_indicators(tx, list(seen.indicators))
    missing = sorted(set(seen.indicators) - set(known))
    new = [code for code in missing if await _create(tx, seen, code, faults)]
    known |= await indicators.get_indicators(tx, set(missing) - set(new))  # another import has defined them meanwhile
    broken_down = [code for code, found in sorted(known.items()) if await _extend(tx, order, seen, found, faults)]
    return {"areas": new_areas, "indicators": new, "dimensions": broken_down}


async def _create(tx: Tx, seen: Seen, code: str, faults: Faults) -> bool:
    """Whether it was created; not where it cannot be, or is there by now."""
    made = seen.indicator(code)
    why_not = made if isinstance(made, str) else _too_many(code, made.dimensions)
    if isinstance(made, str) or why_not:
        faults.add_file(why_not)
        return False
    try:
        return (await add_indicator(tx, made))[1]
    except IndicatorExists:
        return False
    except Problem as problem:
        faults.add_file(f"{code} cannot be created: {problem}")
        return False


async def _extend(tx: Tx, order: ImportOrder, seen: Seen, found: Indicator, faults: Faults) -> bool:
    """Declare values of dimensions that the file has and the definition has not; whether there were any."""
    wider = _wider(found.dimensions, seen.indicators[found.code].dimensions)
    if wider == dict(found.dimensions) or found.gap is not None:
        return False
    if why_not := _too_many(found.code, wider):
        faults.add_file(why_not)
        return False
    try:
        await change_indicator(tx, found.code, {"dimensions": wider}, f"Broken down so in {order.filename}")
    except Problem as problem:
        faults.add_file(f"{found.code} cannot be broken down so: {problem}")
        return False
    return True


def _too_many(code: str, dimensions: Mapping[str, Sequence[str]]) -> str:
    """Why an indicator cannot be broken down so; empty where it can."""
    if len(dimensions) > MOST_DIMENSIONS:
        return f"{code} would have {len(dimensions)} dimensions, at most {MOST_DIMENSIONS} are accepted"
    for name, values in dimensions.items():
        if len(values) > MOST_VALUES:
            return f"{code} would be broken down into {len(values)} by {name}, at most {MOST_VALUES} are accepted"
    return ""


def _wider(declared: Mapping[str, Sequence[str]], used: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    names = dict.fromkeys([*declared, *sorted(used)])
    return {
        name: (*declared.get(name, ()), *sorted(used.get(name, set()) - set(declared.get(name, ())))) for name in names
    }
