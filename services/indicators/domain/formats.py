"""The formats in which domain state is stored as JSON. Each is read by one function that knows every version.

Format 0 names no version: it is how the first release stored what its callers had sent.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.colours import Polarity
from contracts.period import Period, PeriodKind
from services.indicators.domain.definitions import BenchmarkMethod, Indicator, Unit
from services.indicators.domain.standards import StandardLimit, StandardUnit, WorkingCalendar
from services.indicators.domain.targets import DEFAULT_TOLERANCE, Baseline, Target, TargetKind

FORMAT = "format"

Json = dict[str, Any]


class UnknownFormatError(ValueError):
    """Stored content of a version that this release does not know."""


def _require(content: Mapping[str, Any], *known: int) -> int:
    found = content.get(FORMAT, 0)
    if found not in known:
        raise UnknownFormatError(f"format {found!r} is not one of {known}")
    return int(found)


def indicator_to_json(indicator: Indicator) -> Json:
    names = ("code", "name", "unit", "decimals", "polarity", "frequency", "framework", "benchmark_method")
    return {
        FORMAT: 1,
        **{name: getattr(indicator, name) for name in names},
        "owner": indicator.owner,
        "definition": indicator.definition,
        "source": indicator.source,
    }


def indicator_from_json(content: Mapping[str, Any]) -> Indicator:
    """Formats 0 and 1 name the same fields."""
    _require(content, 0, 1)
    return Indicator(
        code=content["code"],
        name=content["name"],
        unit=Unit(content["unit"]),
        decimals=content["decimals"],
        polarity=Polarity(content["polarity"]),
        frequency=PeriodKind(content["frequency"]),
        framework=content["framework"],
        benchmark_method=BenchmarkMethod(content["benchmark_method"]),
        owner=content["owner"],
        definition=content["definition"],
        source=content["source"],
    )


def target_to_json(target: Target) -> Json:
    return {
        FORMAT: 1,
        "kind": target.kind.value,
        "value": _text(target.value),
        "low": _text(target.low),
        "high": _text(target.high),
        "baseline": _point(target.baseline.period, target.baseline.value) if target.baseline else None,
        "due": _period_to_json(target.due),
        "milestones": [_point(period, value) for period, value in target.milestones.items()],
        "tolerance_percent": _text(target.tolerance),
        "applies_from": _period_to_json(target.applies_from),
        "illustrative": target.illustrative,
        "source": target.source,
        "note": target.note,
    }


def target_from_json(content: Mapping[str, Any], version: int) -> Target:
    """Format 0 may leave out what it did not say, and names the area, which is the series' own."""
    _require(content, 0, 1)
    start = content.get("baseline")
    return Target(
        kind=TargetKind(content["kind"]),
        value=_decimal(content.get("value")),
        low=_decimal(content.get("low")),
        high=_decimal(content.get("high")),
        baseline=Baseline(_some_period(start["period"]), Decimal(start["value"])) if start else None,
        due=_period_from_json(content.get("due")),
        milestones={_some_period(p["period"]): Decimal(p["value"]) for p in content.get("milestones") or ()},
        tolerance=_tolerance(content),
        applies_from=_period_from_json(content.get("applies_from")),
        illustrative=bool(content.get("illustrative")),
        source=content.get("source"),
        note=content.get("note"),
        version=version,
    )


def _tolerance(content: Mapping[str, Any]) -> Decimal:
    found = _decimal(content.get("tolerance_percent"))
    return DEFAULT_TOLERANCE if found is None else found


def codes_to_json(codes: Iterable[str]) -> Json:
    return {FORMAT: 1, "codes": list(codes)}


def codes_from_json(content: Mapping[str, Any] | list[str]) -> tuple[str, ...]:
    """Format 0 is the bare list."""
    if isinstance(content, list):
        return tuple(content)
    _require(content, 1)
    return tuple(content["codes"])


def limits_to_json(limits: Iterable[StandardLimit]) -> Json:
    return {FORMAT: 1, "limits": [_limit_to_json(limit) for limit in limits]}


def _limit_to_json(limit: StandardLimit) -> Json:
    return {
        "limit": limit.limit,
        "unit": limit.unit.value,
        "calendar": limit.calendar.value if limit.calendar else None,
        "valid_from": limit.valid_from.isoformat() if limit.valid_from else None,
        "valid_to": limit.valid_to.isoformat() if limit.valid_to else None,
    }


def limits_from_json(content: Mapping[str, Any] | list[Json]) -> tuple[StandardLimit, ...]:
    """Format 0 is the bare list."""
    if isinstance(content, list):
        return tuple(map(_limit_from_json, content))
    _require(content, 1)
    return tuple(map(_limit_from_json, content["limits"]))


def _limit_from_json(content: Mapping[str, Any]) -> StandardLimit:
    calendar, first, last = (content.get(name) for name in ("calendar", "valid_from", "valid_to"))
    return StandardLimit(
        limit=content["limit"],
        unit=StandardUnit(content["unit"]),
        calendar=WorkingCalendar(calendar) if calendar else None,
        valid_from=date.fromisoformat(first) if first else None,
        valid_to=date.fromisoformat(last) if last else None,
    )


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _period_to_json(period: Period | None) -> Json | None:
    if period is None:
        return None
    return {"kind": period.kind.value, "start": period.start.isoformat(), "end": period.end.isoformat()}


def _period_from_json(content: Json | str | None) -> Period | None:
    return None if content is None else _some_period(content)


def _some_period(content: Json | str) -> Period:
    """Format 0 has the label."""
    if isinstance(content, str):
        return Period.parse(content)
    first, last = date.fromisoformat(content["start"]), date.fromisoformat(content["end"])
    return Period(PeriodKind(content["kind"]), first, last)


def _point(period: Period, value: Decimal) -> Json:
    return {"period": _period_to_json(period), "value": _text(value)}
