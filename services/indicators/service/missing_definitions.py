"""Creating what a file names and nobody has defined: indicators, areas, values of dimensions."""

from collections.abc import Mapping, Sequence

from chassis.errors import Problem
from chassis.storage.transaction import Tx
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.importing.order import ImportOrder
from services.indicators.domain.importing.tally import Faults, Seen
from services.indicators.repository import areas, indicators
from services.indicators.service.areas import add_area
from services.indicators.service.definitions import add_indicator, change_indicator


async def create_missing(tx: Tx, order: ImportOrder, seen: Seen, faults: Faults) -> dict[str, Sequence[str]]:
    """Create what is not there; the codes of what was created. What cannot be goes to ``faults``."""
    known_areas = await areas.get_areas(tx, list(seen.areas))
    new_areas = sorted(set(seen.areas) - set(known_areas))
    for code in new_areas:
        await add_area(tx, seen.areas[code])
    known = await indicators.get_indicators(tx, list(seen.indicators))
    new = [code for code in sorted(set(seen.indicators) - set(known)) if await _create(tx, seen, code, faults)]
    broken_down = [code for code, found in sorted(known.items()) if await _extend(tx, order, seen, found)]
    return {"areas": new_areas, "indicators": new, "dimensions": broken_down}


async def _create(tx: Tx, seen: Seen, code: str, faults: Faults) -> bool:
    made = seen.indicator(code)
    if isinstance(made, str):
        faults.add_file(made)
        return False
    try:
        await add_indicator(tx, made)
    except Problem as problem:
        faults.add_file(f"{code} cannot be created: {problem}")
        return False
    return True


async def _extend(tx: Tx, order: ImportOrder, seen: Seen, found: Indicator) -> bool:
    """Declare values of dimensions that the file has and the definition has not; whether there were any."""
    wider = _wider(found.dimensions, seen.indicators[found.code].dimensions)
    if wider == dict(found.dimensions) or found.gap is not None:
        return False
    await change_indicator(tx, found.code, {"dimensions": wider}, f"Broken down so in {order.filename}")
    return True


def _wider(declared: Mapping[str, Sequence[str]], used: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    names = dict.fromkeys([*declared, *sorted(used)])
    return {
        name: (*declared.get(name, ()), *sorted(used.get(name, set()) - set(declared.get(name, ())))) for name in names
    }
