"""Defining indicators, and changing their definitions."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chassis.audit import record_unchanged
from chassis.errors import FieldError, ReasonNeeded
from chassis.storage.transaction import Tx
from services.indicators.domain.definitions import Indicator, is_code
from services.indicators.domain.gaps import gap_faults, remaining_dimensions
from services.indicators.domain.series_inputs import WholeIndicators
from services.indicators.errors import (
    DefinitionFixed,
    GapInvalid,
    IndicatorExists,
)
from services.indicators.repository import indicators, series
from services.indicators.service.auditing import record_indicator
from services.indicators.service.frameworks import refuse_ended, with_benchmark_method
from services.indicators.service.gaps import derive_whole_gap
from services.indicators.service.indicators import get_indicator
from services.indicators.service.publishing import emit_changes, published_states
from services.indicators.service.series_inputs import get_inputs_of_locked
from services.indicators.service.series_locks import lock_series

_FIXED = ("unit", "frequency", "gap")


async def add_indicator(tx: Tx, sent: Indicator) -> tuple[Indicator, bool]:
    """Define an indicator; of a gap, derive and emit all that follows from what its source has. And whether it is new.

    The same content again changes nothing.

    Raises:
        IndicatorExists: the code has other content.
        ReferenceInvalid: a framework is not known.
        FrameworkEnded: a framework takes no more indicators.
        GapInvalid: its source, or an end of its dimension, is not known, or its unit or frequency differs.
    """
    source = await _lock_source(tx, sent)
    indicator = await with_benchmark_method(tx, sent)
    if source and sent.gap:
        indicator = replace(indicator, dimensions=remaining_dimensions(sent.gap, source))
    if not await indicators.add_indicator(tx, indicator):
        return await _get_same(tx, indicator), False
    await refuse_ended(tx, indicator, indicator.frameworks)
    await indicators.add_definition(tx, indicator, reason=None)
    record_indicator(tx, None, indicator)
    if source:
        await indicators.save_indicator(tx, replace(source, gaps=(*source.gaps, indicator.code)))
        await derive_whole_gap(tx, indicator)
    return indicator, True


async def _get_same(tx: Tx, sent: Indicator) -> Indicator:
    """The indicator of this code, which was defined just so; gaps that were derived from it since are no difference."""
    there = await get_indicator(tx, sent.code)
    if replace(there, gaps=()) != sent:
        raise IndicatorExists(sent.code)
    record_unchanged(tx)
    return there


async def _lock_source(tx: Tx, sent: Indicator) -> Indicator | None:
    """The indicator that a gap is derived from, locked."""
    if sent.gap is None:
        return None
    await indicators.lock_indicators(tx, [sent.gap.source])
    source = (await indicators.get_indicators(tx, [sent.gap.source])).get(sent.gap.source)
    faults = gap_faults(sent, source)
    if faults:
        raise GapInvalid("The gap cannot be derived.", [FieldError(field, message) for field, message in faults])
    return source


async def change_indicator(tx: Tx, code: str, changes: Mapping[str, Any], reason: str | None) -> Indicator:
    """Change fields of a definition and emit every series whose state that changes. Returns the definition.

    The same content again changes nothing.

    Raises:
        IndicatorUnknown: there is none.
        DefinitionFixed: unit or frequency would change after something was recorded, or a dimension would lose what
            something was recorded by.
        ReferenceInvalid: a framework is not known.
        FrameworkEnded: a framework that it is put into takes no more indicators.
        ReasonNeeded: something changes, and it is not said why.
    """
    if is_code(code):
        await indicators.lock_indicators(tx, [code])
    before = await get_indicator(tx, code)
    after = await with_benchmark_method(tx, _changed(before, changes))
    if after == before:
        return before
    await _refuse_fixed(tx, before, after)
    await refuse_ended(tx, after, [code for code in after.frameworks if code not in before.frameworks])
    if not reason:
        raise ReasonNeeded
    await _redefine(tx, before, after, reason)
    return after


def _changed(before: Indicator, changes: Mapping[str, Any]) -> Indicator:
    """``framework`` is the first of ``frameworks``: another one takes its place, none takes all away."""
    fields = dict(changes)
    if "framework" in fields:
        first = fields.pop("framework")
        rest = (code for code in before.frameworks[1:] if code != first)
        fields.setdefault("frameworks", (first, *rest) if first else ())
    provenance = {name: fields.pop(name) for name in ("inferred", "notes") if name in fields}
    return replace(before, **fields, provenance=replace(before.provenance, **provenance))


async def _refuse_fixed(tx: Tx, before: Indicator, after: Indicator) -> None:
    fixed = sorted(name for name in _FIXED if getattr(before, name) != getattr(after, name))
    if fixed and await series.has_series(tx, before.code):
        raise DefinitionFixed(fixed)
    if before.dimensions != after.dimensions:
        used = await series.get_breakdowns(tx, before.code)
        if before.gap or any(after.breakdown_fault(breakdown) for breakdown in used):
            raise DefinitionFixed(["dimensions"])


async def _redefine(tx: Tx, before: Indicator, after: Indicator, reason: str) -> None:
    locked = await lock_series(tx, (), WholeIndicators(frozenset({after.code})))
    inputs = await get_inputs_of_locked(tx, locked.before)
    published = published_states(inputs, locked.before)
    await indicators.save_indicator(tx, after)
    await indicators.add_definition(tx, after, reason)
    record_indicator(tx, before, after, reason)
    inputs.indicators[after.code] = after
    await emit_changes(tx, locked, inputs, {}, published)
    if before.dimensions != after.dimensions:
        await _redefine_gaps(tx, after, reason)


async def _redefine_gaps(tx: Tx, source: Indicator, reason: str) -> None:
    """Gaps have the remaining dimensions of their source."""
    await indicators.lock_indicators(tx, source.gaps)
    for gap in (await indicators.get_indicators(tx, source.gaps)).values():
        if gap.gap:
            await _redefine(tx, gap, replace(gap, dimensions=remaining_dimensions(gap.gap, source)), reason)
