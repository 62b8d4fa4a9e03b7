"""Indicators as others name them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from chassis.access import require_within_areas
from chassis.errors import FieldError
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from contracts.envelope import zulu
from services.indicators.domain.definitions import Indicator, IndicatorFilter, is_code
from services.indicators.domain.observations import SeriesKey
from services.indicators.errors import IndicatorUnknown, NotDefinedYet, ReferenceInvalid
from services.indicators.repository import indicators
from services.indicators.service.areas import require_areas
from services.indicators.service.breakdowns import refuse_undeclared


async def list_indicators(tx: Tx, request: PageRequest, wanted: IndicatorFilter) -> Page[Indicator]:
    return await indicators.list_indicators(tx, request, wanted)


async def get_indicator(tx: Tx, code: str, as_of: datetime | None = None) -> Indicator:
    """The definition, as it is or as it was known at ``as_of``.

    Raises:
        IndicatorUnknown: there is none.
        NotDefinedYet: there was none at that moment.
    """
    found = (await indicators.get_indicators(tx, [code])).get(code) if is_code(code) else None
    if found is None:
        raise IndicatorUnknown(code)
    return found if as_of is None else await _get_definition_as_of(tx, code, as_of)


async def lock_indicator_of(tx: Tx, key: SeriesKey) -> Indicator:
    """The indicator of a series that something is put beside, locked, as it is from now on.

    Raises:
        IndicatorUnknown: there is none.
        ReferenceInvalid: the area is not known, or the indicator is not broken down so.
    """
    if is_code(key.indicator):
        await indicators.lock_indicators(tx, [key.indicator])
        tx.catch_up()
    indicator = await get_indicator(tx, key.indicator)
    await require_areas(tx, [key.area])
    require_within_areas(tx, [key.area])
    refuse_undeclared(indicator, key.breakdown)
    return indicator


async def _get_definition_as_of(tx: Tx, code: str, as_of: datetime) -> Indicator:
    found = (await indicators.get_definitions_as_of(tx, [code], as_of)).get(code)
    if found is None:
        raise NotDefinedYet(code, zulu(as_of))
    return found


async def get_named_indicators(tx: Tx, codes: Sequence[str]) -> dict[str, Indicator]:
    """The definitions of codes named in a body.

    Raises:
        ReferenceInvalid: names every code that is not known.
    """
    found = await indicators.get_indicators(tx, codes)
    unknown = [code for code in dict.fromkeys(codes) if code not in found]
    if unknown:
        errors = [FieldError("indicators", f"{code} is not known") for code in unknown]
        raise ReferenceInvalid("An indicator is not known; add it first.", errors)
    return found


async def get_definitions(tx: Tx, codes: Collection[str], as_of: datetime | None) -> dict[str, Indicator]:
    """Definitions that are known to be there: as they were known at ``as_of``, or now where they were not yet."""
    present = await indicators.get_indicators(tx, codes)
    return present if as_of is None else present | await indicators.get_definitions_as_of(tx, codes, as_of)
