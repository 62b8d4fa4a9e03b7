"""Indicators and their definitions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.envelope import zulu
from services.indicators.domain.definitions import BenchmarkMethod, Indicator, is_code
from services.indicators.errors import (
    DefinitionFixed,
    IndicatorExists,
    IndicatorUnknown,
    NotDefinedYet,
    ReferenceInvalid,
)
from services.indicators.repository import indicators, series
from services.indicators.service.frameworks import get_framework
from services.indicators.service.publishing import emit_changes, published_state
from services.indicators.service.series_inputs import get_inputs_of_locked
from services.indicators.service.series_locks import lock_series

_FIXED = {"unit", "frequency"}


async def list_indicators(tx: Tx, request: PageRequest, framework: str | None) -> Page[Indicator]:
    return page_of(await indicators.list_indicators(tx, request, framework), request, lambda found: found.code)


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


async def _get_definition_as_of(tx: Tx, code: str, as_of: datetime) -> Indicator:
    found = await indicators.get_definition_as_of(tx, code, as_of)
    if found is None:
        raise NotDefinedYet(code, zulu(as_of))
    return found


async def get_indicators(tx: Tx, codes: Sequence[str]) -> dict[str, Indicator]:
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


async def add_indicator(tx: Tx, sent: Indicator) -> Indicator:
    """Define an indicator.

    Raises:
        IndicatorExists: the code is taken.
        ReferenceInvalid: the framework is not known.
    """
    indicator = await _with_method(tx, sent)
    if not await indicators.add_indicator(tx, indicator):
        raise IndicatorExists(indicator.code)
    await indicators.add_definition(tx, indicator)
    return indicator


async def _with_method(tx: Tx, indicator: Indicator) -> Indicator:
    """With the method its framework benchmarks by."""
    method = BenchmarkMethod.FIFTEEN_PERCENT
    if indicator.framework is not None:
        method = (await get_framework(tx, indicator.framework)).benchmark_method
    return replace(indicator, benchmark_method=method)


async def change_indicator(tx: Tx, code: str, changes: Mapping[str, Any]) -> Indicator:
    """Change fields of a definition and emit every area whose state that changes. Returns the definition.

    The same content again changes nothing.

    Raises:
        IndicatorUnknown: there is none.
        DefinitionFixed: unit or frequency would change after something was recorded.
        ReferenceInvalid: the framework is not known.
    """
    if is_code(code):
        await indicators.lock_indicators(tx, [code])
    before = await get_indicator(tx, code)
    after = await _with_method(tx, replace(before, **changes))
    if after != before:
        await _refuse_fixed(tx, before, after)
        await _redefine(tx, after)
    return after


async def _refuse_fixed(tx: Tx, before: Indicator, after: Indicator) -> None:
    fixed = sorted(name for name in _FIXED if getattr(before, name) != getattr(after, name))
    if fixed and await series.has_series(tx, before.code):
        raise DefinitionFixed(fixed)


async def _redefine(tx: Tx, indicator: Indicator) -> None:
    code = indicator.code
    locked = await lock_series(tx, (), [code])
    inputs = await get_inputs_of_locked(tx, [code], None)
    before = {key: published_state(inputs, key) for key in locked.before}
    await indicators.save_indicator(tx, indicator)
    await indicators.add_definition(tx, indicator)
    inputs.indicators[code] = indicator
    await emit_changes(tx, locked, inputs, {}, before)
