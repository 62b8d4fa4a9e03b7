"""Inequality gaps: series that are derived from two ends of a dimension of another indicator."""

from decimal import Decimal

from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.indicators.domain.definitions import Gap, GapKind, Indicator, Unit
from services.indicators.domain.numbers import computed
from services.indicators.domain.observations import Observation, SeriesKey

BASIS = "derived"
"""How a derived observation is known."""


def gap_series(gap: Indicator, source: SeriesKey) -> SeriesKey | None:
    """The series of a gap that a source series is an end of; None where it is none."""
    ends = gap.gap
    if ends is None or source.breakdown[ends.dimension] not in {ends.a, ends.b}:
        return None
    return SeriesKey(gap.code, source.area, source.breakdown.without(ends.dimension))


def series_beside(gap: Indicator, source: SeriesKey) -> SeriesKey | None:
    """The series of a gap beside a source series, which is an end of it or does not name its dimension.

    None beside another value of the dimension: the gap says nothing of that.
    """
    if gap.gap is not None and gap.gap.dimension not in source.breakdown.dimensions:
        return source._replace(indicator=gap.code)
    return gap_series(gap, source)


def end_series(gap: Gap, key: SeriesKey) -> tuple[SeriesKey, SeriesKey]:
    """The two source series of a series of a gap."""
    a, b = (key.breakdown.with_(gap.dimension, value) for value in (gap.a, gap.b))
    return SeriesKey(gap.source, key.area, a), SeriesKey(gap.source, key.area, b)


def derived_observation(gap: Gap, decimals: int, a: Observation | None, b: Observation | None) -> Observation | None:
    """What the ends make in a period; None where one is not there, or would divide by zero.

    Where an end is a symbol so is the gap; a mark on an end is one on the gap. Final only if both are.
    """
    if a is None or b is None or a.is_withdrawn or b.is_withdrawn:
        return None
    value, missing = _value(gap.kind, decimals, a, b), a.missing or b.missing
    if value is None and missing is None:
        return None
    both = {a.status, b.status} == {ObservationStatus.FINAL}
    return Observation(
        period=a.period,
        value=value,
        status=ObservationStatus.FINAL if both else ObservationStatus.PROVISIONAL,
        basis=BASIS,
        reason=a.reason or b.reason,
        missing=missing,
        marks=() if missing else tuple(dict.fromkeys((*a.marks, *b.marks))),
    )


def withdrawn_observation(period: Period) -> Observation:
    """Of a period whose ends no longer make a value."""
    why = "One of the two values it is derived from is no longer there"
    return Observation(period, None, ObservationStatus.WITHDRAWN, basis=BASIS, reason=why)


def _value(kind: GapKind, decimals: int, a: Observation, b: Observation) -> Decimal | None:
    if a.value is None or b.value is None:
        return None
    if kind is GapKind.ABSOLUTE:
        return computed(a.value - b.value, decimals)
    return computed(a.value / b.value, decimals) if b.value else None


def gap_faults(sent: Indicator, source: Indicator | None) -> list[tuple[str, str]]:
    """What makes the definition of a gap unusable, as (field, message)."""
    gap = sent.gap
    if gap is None:
        return []
    if source is None or source.gap is not None:
        return [("gap.source", f"{gap.source} is not known, or is a gap itself")]
    values = source.dimensions.get(gap.dimension, ())
    faults = [
        (f"gap.{name}", f"is no {gap.dimension} of {source.code}")
        for name in ("a", "b")
        if getattr(gap, name) not in values
    ]
    unit = source.unit if gap.kind is GapKind.ABSOLUTE else Unit.RATIO
    if gap.a == gap.b:
        faults.append(("gap.b", "is the same end as a"))
    if sent.unit is not unit:
        faults.append(("unit", f"the unit of this gap is {unit}"))
    if sent.frequency is not source.frequency:
        faults.append(("frequency", f"its source is recorded by {source.frequency.replace('_', ' ')}"))
    return faults


def remaining_dimensions(gap: Gap, source: Indicator) -> dict[str, tuple[str, ...]]:
    return {name: values for name, values in source.dimensions.items() if name != gap.dimension}
