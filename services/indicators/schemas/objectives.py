"""Outcomes and objectives, gaps of the system and priorities."""

from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.breakdown import Breakdown
from contracts.colours import Colour
from contracts.envelope import Timestamp
from contracts.indicators import Missing
from contracts.period import Period
from services.indicators.domain.objectives import Objective, ObjectiveView, RolledUp, RollUp
from services.indicators.schemas.values import Code, Name, Shown

LINKED_EXAMPLE: dict[str, Any] = {
    "title": "Improved A&E four hour performance",
    "indicators": ["ae-four-hour-wait"],
    "position": 5,
}

Position = Annotated[int, Field(ge=1, le=1000, description="Its place in print, from 1")]


class LinkedIn(StrictBody):
    """An outcome, objective, gap or priority, with the indicators that show how it goes, in order."""

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [LINKED_EXAMPLE]}}

    title: Name
    indicators: Annotated[list[Code], Field(max_length=200, default_factory=list)]
    position: Position | None = None
    part_of: Code | None = None

    def to_domain(self, code: str) -> Objective:
        return Objective(code, self.title, tuple(self.indicators), self.position, self.part_of)


class RolledUpOut(OutBody):
    """An indicator's latest value in an area and its colours, in total."""

    indicator: str
    name: str
    breakdown: Breakdown
    period: Period | None
    value: Shown | None
    missing: Missing | None
    benchmark: Colour
    trend: Colour
    target: Colour

    @classmethod
    def of(cls, row: RolledUp) -> Self:
        state, latest = row.state, row.state.latest
        return cls(
            indicator=row.indicator.code,
            name=row.indicator.name,
            breakdown=Breakdown.TOTAL,
            period=latest.period if latest else None,
            value=latest.observation.value if latest else None,
            missing=latest.observation.missing if latest else None,
            benchmark=state.benchmark.colour,
            trend=state.trend.colour,
            target=state.target.colour if state.target else Colour.WHITE,
        )


Counts = dict[Colour, int]


class RollUpOut(OutBody):
    """How the indicators of it and its parts stand in an area: each once, and how many have which colour."""

    area: str
    period: Period | None
    as_of: Timestamp | None
    benchmark: Counts
    trend: Counts
    target: Counts
    rows: list[RolledUpOut]

    @classmethod
    def of(cls, found: RollUp) -> Self:
        return cls(
            area=found.wanted.area,
            period=found.wanted.period,
            as_of=found.wanted.as_of,
            **{name: dict(counts) for name, counts in found.counts.items()},
            rows=[RolledUpOut.of(row) for row in found.rows],
        )


class LinkedOut(OutBody):
    """One of them; ``parts`` are the objectives of an outcome, or the priorities of a gap, in printed order."""

    code: str
    title: str
    indicators: list[str]
    position: int | None
    part_of: str | None
    parts: list[str]
    roll_up: RollUpOut | None

    @classmethod
    def of(cls, view: ObjectiveView) -> Self:
        objective = view.objective
        return cls(
            code=objective.code,
            title=objective.title,
            indicators=list(objective.indicators),
            position=objective.position,
            part_of=objective.part_of,
            parts=[part.code for part in view.parts],
            roll_up=RollUpOut.of(view.roll_up) if view.roll_up else None,
        )
