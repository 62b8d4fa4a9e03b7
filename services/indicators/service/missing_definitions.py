"""Creating what a file names and nobody has defined: indicators, areas, values of dimensions."""

from collections.abc import Mapping, Sequence

from chassis.errors import Problem
from chassis.storage.transaction import Tx
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.importing.order import ImportOrder
from services.indicators.domain.importing.tally import Faults, Seen
from services.indicators.errors import IndicatorExists
from services.indicators.repository import areas, indicators
from services.indicators.service.areas import add_areas
from services.indicators.service.definitions import add_indicator, change_indicator


async def create_missing(tx: Tx, order: ImportOrder, seen: Seen, faults: Faults) -> dict[str, Sequence[str]]:
    """Create what is not there; the codes of what was created. What cannot be goes to ``faults``."""
    known_areas = await areas.get_areas(tx, list(seen.areas))
    new_areas = await add_areas(tx, [area for code, area in sorted(seen.areas.items()) if code not in known_areas])
    known = await indicators.get_indicators(tx, list(seen.indicators))
    missing = sorted(set(seen.indicators) - set(known))
    new = [code for code in missing if await _create(tx, seen, code, faults)]
    known |= await indicators.get_indicators(tx, set(missing) - set(new))  # another import has defined them meanwhile
    broken_down = [code for code, found in sorted(known.items()) if await _extend(tx, order, seen, found)]
    return {"areas": new_areas, "indicators": new, "dimensions": broken_down}


async def _create(tx: Tx, seen: Seen, code: str, faults: Faults) -> bool:
    """Whether it was created; not where it cannot be, or is there by now."""
    made = seen.indicator(code)
    if isinstance(made, str):
        faults.add_file(made)
        return False
    try:
        return (await add_indicator(tx, made))[1]
    except IndicatorExists:
        return False
    except Problem as problem:
        faults.add_file(f"{code} cannot be created: {problem}")
        return False


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
