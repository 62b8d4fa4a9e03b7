"""Targets."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from chassis.errors import FieldError
from chassis.web.bodies import OutBody, StrictBody
from contracts.areas import AreaCode
from contracts.breakdown import Breakdown
from contracts.envelope import Timestamp
from contracts.period import Period, PeriodKind, UnknownPeriodError
from contracts.reasons import Reason
from services.indicators.domain.targets import DEFAULT_TOLERANCE, Baseline, RecordedTarget, Target, TargetKind
from services.indicators.errors import TargetInvalid
from services.indicators.schemas.provenance import Inferred, Notes, provenance_fields, provenance_of
from services.indicators.schemas.values import Figure, Percent, PeriodText, Tally, Text

TARGET_EXAMPLE: dict[str, Any] = {
    "area": "E06000026",
    "kind": "reach",
    "value": "90",
    "baseline": {"period": "2017/18 Q1", "value": "84"},
    "due": "2018/19 Q4",
    "milestones": [{"period": "2017/18 Q4", "value": "86"}],
    "source": "Better Care Fund plan",
}


class PointIn(StrictBody):
    """A value in a period."""

    period: PeriodText
    value: Figure


class TargetIn(StrictBody):
    """A target of an indicator in an area, in total or of a breakdown; each one sent is a new version.

    ``value`` is the level to ``reach`` (or to ``maintain``), or the per cent to reduce or increase by; ``low`` and
    ``high`` are the ends of a ``range``. In force from the start of ``applies_from``, which only the first version may
    leave out, until ``applies_to`` ends or the next version begins. ``absolute_tolerance``, in the unit of the
    indicator, goes in the place of ``tolerance_percent``.
    """

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [TARGET_EXAMPLE]}}

    area: AreaCode
    breakdown: Breakdown = Breakdown.TOTAL
    kind: TargetKind
    value: Figure | None = None
    low: Figure | None = None
    high: Figure | None = None
    baseline: PointIn | None = None
    due: PeriodText | None = None
    milestones: Annotated[list[PointIn], Field(max_length=120, default_factory=list)]
    tolerance_percent: Annotated[Percent | None, Field(description="Per cent of the expected value; 5 by default")] = (
        None
    )
    absolute_tolerance: Tally | None = None
    applies_from: PeriodText | None = None
    applies_to: PeriodText | None = None
    illustrative: bool = False
    source: Text | None = None
    note: Text | None = None
    reason: Annotated[Reason | None, Field(description="Why; needed where there is a target already")] = None
    inferred: Annotated[Inferred, Field(default_factory=list)]
    notes: Annotated[Notes, Field(default_factory=list)]

    @model_validator(mode="after")
    def _one_tolerance(self) -> Self:
        if self.tolerance_percent is not None and self.absolute_tolerance is not None:
            raise ValueError("a tolerance is absolute or in per cent, not both")
        return self

    def read(self, kind: PeriodKind) -> Target:
        """The target, of an indicator that is recorded by ``kind``.

        Raises:
            TargetInvalid: names every period that is none, and milestones of one period.
        """
        periods = _Periods(self, kind)
        baseline = periods.point("baseline", self.baseline)
        milestones = [periods.point(f"milestones.{n}", point) for n, point in enumerate(self.milestones)]
        same = ("kind", "value", "low", "high", "absolute_tolerance", "illustrative", "source", "note")
        target = Target(
            **{name: getattr(self, name) for name in same},
            baseline=Baseline(*baseline) if baseline else None,
            due=periods.named("due"),
            milestones=dict(point for point in milestones if point),
            tolerance=DEFAULT_TOLERANCE if self.tolerance_percent is None else self.tolerance_percent,
            applies_from=periods.named("applies_from"),
            applies_to=periods.named("applies_to"),
            provenance=provenance_of(self.inferred, self.notes),
        )
        if len(target.milestones) < len(self.milestones):
            periods.errors.append(FieldError("milestones", "name a period twice"))
        if periods.errors:
            raise TargetInvalid("The target is not usable.", periods.errors)
        return target


class _Periods:
    """The periods of a body, read by the kind of the indicator; what is none is noted by its field."""

    def __init__(self, body: TargetIn, kind: PeriodKind) -> None:
        self.body, self.kind = body, kind
        self.errors: list[FieldError] = []

    def named(self, field: str) -> Period | None:
        text = getattr(self.body, field)
        return None if text is None else self._read(field, text)

    def point(self, field: str, point: PointIn | None) -> tuple[Period, Any] | None:
        period = self._read(f"{field}.period", point.period) if point else None
        return (period, point.value) if point and period else None

    def _read(self, field: str, text: str) -> Period | None:
        try:
            return Period.parse(text, self.kind)
        except UnknownPeriodError as error:
            self.errors.append(FieldError(field, str(error)))
            return None


class TargetOut(TargetIn):
    """A version of a target."""

    model_config = OutBody.model_config | {
        "json_schema_extra": {
            "examples": [
                TARGET_EXAMPLE
                | {
                    "indicator": "ae-four-hour-wait",
                    "version": 1,
                    "actor": "Ana Nowak",
                    "recorded_at": "2018-02-28T09:30:00Z",
                }
            ]
        }
    }

    indicator: str
    version: int
    actor: str
    recorded_at: Timestamp

    @classmethod
    def of(cls, recorded: RecordedTarget) -> Self:
        series, target = recorded.series, recorded.target
        return cls(
            **series._asdict(),
            **_fields(target),
            version=target.version,
            actor=recorded.actor,
            recorded_at=recorded.recorded_at,
        )


def _fields(target: Target) -> dict[str, Any]:
    """The fields of ``TargetIn`` but for those of the series."""
    baseline, in_percent = target.baseline, target.absolute_tolerance is None
    same = ("kind", "value", "low", "high", "absolute_tolerance", "illustrative", "source", "note")
    periods = ("due", "applies_from", "applies_to")
    return {
        **{name: getattr(target, name) for name in same},
        **{name: str(period) if (period := getattr(target, name)) else None for name in periods},
        **provenance_fields(target.provenance),
        "baseline": _point(baseline.period, baseline.value) if baseline else None,
        "milestones": [_point(period, value) for period, value in target.milestones.items()],
        "tolerance_percent": target.tolerance if in_percent else None,
    }


def _point(period: Period, value: Any) -> PointIn:
    return PointIn(period=period.label, value=value)
