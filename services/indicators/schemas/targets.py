"""Targets."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.envelope import Timestamp
from contracts.period import Period
from services.indicators.domain.targets import DEFAULT_TOLERANCE, Baseline, RecordedTarget, Target, TargetKind
from services.indicators.schemas.values import AreaCode, Figure, Percent, Text

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

    period: Period
    value: Figure


class TargetIn(StrictBody):
    """A target of an indicator in an area; each one sent is a new version.

    ``value`` is the level to ``reach`` (or to ``maintain``), or the per cent to reduce or increase by; ``low`` and
    ``high`` are the ends of a ``range``. In force from ``applies_from``, else from the baseline's period, else always.
    """

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [TARGET_EXAMPLE]}}

    area: AreaCode
    kind: TargetKind
    value: Figure | None = None
    low: Figure | None = None
    high: Figure | None = None
    baseline: PointIn | None = None
    due: Period | None = None
    milestones: Annotated[list[PointIn], Field(max_length=120, default_factory=list)]
    tolerance_percent: Annotated[Percent, Field(description="Per cent of the expected value")] = DEFAULT_TOLERANCE
    applies_from: Period | None = None
    illustrative: bool = False
    source: Text | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _one_milestone_a_period(self) -> Self:
        if len({point.period for point in self.milestones}) < len(self.milestones):
            raise ValueError("milestones name a period twice")
        return self

    def to_domain(self) -> Target:
        start = Baseline(self.baseline.period, self.baseline.value) if self.baseline else None
        return Target(
            kind=self.kind,
            value=self.value,
            low=self.low,
            high=self.high,
            baseline=start,
            due=self.due,
            milestones={point.period: point.value for point in self.milestones},
            tolerance=self.tolerance_percent,
            applies_from=self.applies_from,
            illustrative=self.illustrative,
            source=self.source,
            note=self.note,
        )


class TargetOut(TargetIn):
    """A version of a target."""

    model_config = OutBody.model_config

    indicator: str
    version: int
    actor: str
    recorded_at: Timestamp

    @classmethod
    def of(cls, recorded: RecordedTarget) -> Self:
        return cls(
            indicator=recorded.series.indicator,
            version=recorded.target.version,
            actor=recorded.actor,
            recorded_at=recorded.recorded_at,
            **_fields(recorded.series.area, recorded.target),
        )


def _fields(area: str, target: Target) -> dict[str, Any]:
    """The fields of ``TargetIn``."""
    baseline = target.baseline
    same = ("kind", "value", "low", "high", "due", "applies_from", "illustrative", "source", "note")
    return {
        **{name: getattr(target, name) for name in same},
        "area": area,
        "baseline": PointIn(period=baseline.period, value=baseline.value) if baseline else None,
        "milestones": [PointIn(period=period, value=value) for period, value in target.milestones.items()],
        "tolerance_percent": target.tolerance,
    }
