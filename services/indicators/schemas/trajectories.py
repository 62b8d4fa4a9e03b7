"""Trajectories of targets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from chassis.web.bodies import OutBody
from chassis.web.render.table import Column, Row, Table, known_at
from contracts.breakdown import Breakdown
from contracts.envelope import Timestamp
from contracts.period import Period
from services.indicators.domain.expectations import Expectation
from services.indicators.domain.series import SeriesPast
from services.indicators.domain.targets import TargetKind
from services.indicators.schemas.areas import AreaOut
from services.indicators.schemas.values import Shown


class ExpectationOut(OutBody):
    """What is expected in a period, by the version of the target that is in force in it."""

    period: Annotated[Period, Field(description="The period")]
    kind: Annotated[TargetKind, Field(description="Kind of the target in force")]
    version: Annotated[int, Field(description="Version of the target in force")]
    expected: Annotated[
        Shown | None,
        Field(description="What is expected; null of a range, and where the comparator that it follows has no value"),
    ]
    low: Annotated[Shown | None, Field(description="Lower end of a range; null of other targets")]
    high: Annotated[Shown | None, Field(description="Upper end of a range; null of other targets")]
    illustrative: Annotated[bool, Field(description="Whether the target is an example that nobody set")]

    @classmethod
    def of(cls, one: Expectation) -> Self:
        same = ("kind", "version", "low", "high", "illustrative")
        return cls(period=one.period, expected=one.expected, **{name: getattr(one.target, name) for name in same})


class TrajectoryOut(OutBody):
    """The way of the target of a series, from its first observed period to the one that it is due in."""

    indicator: str
    area: Annotated[AreaOut, Field(description="The area that the series is of")]
    breakdown: Breakdown
    periods: Annotated[
        list[ExpectationOut], Field(description="Periods in which a target is in force, oldest first; observed or not")
    ]
    as_of: Timestamp | None = None

    @classmethod
    def of(cls, past: SeriesPast, expected: Sequence[Expectation]) -> Self:
        return cls(
            indicator=past.key.indicator,
            area=AreaOut.of(past.area),
            breakdown=past.key.breakdown,
            periods=[ExpectationOut.of(each) for each in expected],
            as_of=past.as_of,
        )


_COLUMNS = (
    Column("period", "Period", "The period"),
    Column("kind", "Kind", "Kind of the target in force"),
    Column("version", "Version", "Version of the target in force", is_number=True),
    Column("expected", "Expected", "What is expected; empty of a range", is_number=True),
    Column("low", "Low", "Lower end of a range", is_number=True),
    Column("high", "High", "Upper end of a range", is_number=True),
    Column("illustrative", "Illustrative", "Whether the target is an example that nobody set"),
)


def trajectory_table(past: SeriesPast, expected: Sequence[Expectation], made_at: datetime) -> Table:
    """A row a period."""
    named = f"{past.indicator.name}, {past.area.name}"
    return Table(
        name=f"trajectory-{past.key.indicator}-{past.key.area}",
        title=f"Trajectory of the target: {named}{known_at(past.as_of)}",
        about="What the target in force expects of each period, from the first that was observed to the due one.",
        columns=_COLUMNS,
        rows=[_cells(each) for each in expected],
        made_at=made_at,
    )


def _cells(one: Expectation) -> Row:
    target = one.target
    return (
        one.period.label,
        target.kind.value.replace("_", " "),
        target.version,
        one.expected,
        target.low,
        target.high,
        "yes" if target.illustrative else "no",
    )
