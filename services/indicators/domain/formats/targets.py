"""Targets."""

from decimal import Decimal

from contracts.period import Period
from services.indicators.domain.formats.provenance import provenance_from_json, provenance_to_json
from services.indicators.domain.formats.versions import (
    FORMAT,
    Json,
    Stored,
    number_from_json,
    number_to_json,
    period_from_json,
    period_to_json,
    require_format,
)
from services.indicators.domain.targets import DEFAULT_TOLERANCE, Baseline, Target, TargetKind


def target_to_json(target: Target) -> Json:
    """Its version is no part of it."""
    return {
        FORMAT: 2,
        "kind": target.kind.value,
        "value": number_to_json(target.value),
        "low": number_to_json(target.low),
        "high": number_to_json(target.high),
        "baseline": _point(target.baseline.period, target.baseline.value) if target.baseline else None,
        "due": _period_or_none(target.due),
        "milestones": [_point(period, value) for period, value in target.milestones.items()],
        "tolerance_percent": number_to_json(target.tolerance),
        "absolute_tolerance": number_to_json(target.absolute_tolerance),
        "applies_from": _period_or_none(target.applies_from),
        "applies_to": _period_or_none(target.applies_to),
        "illustrative": target.illustrative,
        "source": target.source,
        "note": target.note,
        "provenance": provenance_to_json(target.provenance),
    }


def target_from_json(content: Stored, version: int) -> Target:
    """Formats 0 and 1 have no end, no absolute tolerance and no provenance.

    Format 0 may leave out what it did not say, and names the area, which is the series' own.
    """
    require_format(content, 0, 1, 2)
    return Target(
        kind=TargetKind(content["kind"]),
        value=number_from_json(content.get("value")),
        low=number_from_json(content.get("low")),
        high=number_from_json(content.get("high")),
        baseline=_baseline(content.get("baseline")),
        due=_read_period(content, "due"),
        milestones=dict(_read_point(point) for point in content.get("milestones") or ()),
        tolerance=_tolerance(content),
        absolute_tolerance=number_from_json(content.get("absolute_tolerance")),
        applies_from=_read_period(content, "applies_from"),
        applies_to=_read_period(content, "applies_to"),
        illustrative=bool(content.get("illustrative")),
        source=content.get("source"),
        note=content.get("note"),
        provenance=provenance_from_json(content.get("provenance")),
        version=version,
    )


def _point(period: Period, value: Decimal) -> Json:
    return {"period": period_to_json(period), "value": number_to_json(value)}


def _read_point(content: Stored) -> tuple[Period, Decimal]:
    return period_from_json(content["period"]), Decimal(content["value"])


def _baseline(content: Stored | None) -> Baseline | None:
    return Baseline(*_read_point(content)) if content else None


def _period_or_none(period: Period | None) -> Json | None:
    return None if period is None else period_to_json(period)


def _read_period(content: Stored, name: str) -> Period | None:
    found = content.get(name)
    return None if found is None else period_from_json(found)


def _tolerance(content: Stored) -> Decimal:
    found = number_from_json(content.get("tolerance_percent"))
    return DEFAULT_TOLERANCE if found is None else found
