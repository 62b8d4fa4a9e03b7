"""Scorecards: sections hold aims, which hold indicators in order."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.period import Period
from services.indicators.domain.readings import ENGLAND
from services.indicators.schemas.definitions import AreaOut, IndicatorOut
from services.indicators.schemas.observations import ColoursOut
from services.indicators.schemas.values import AreaCode, Code, Name

SCORECARD_EXAMPLE: dict[str, Any] = {
    "name": "Integrated commissioning scorecard",
    "area": "E06000026",
    "sections": [
        {
            "code": "community",
            "name": "Community",
            "aims": [
                {"name": "Reduce unnecessary emergency admissions", "indicators": ["ae-four-hour-wait", "dtoc-all"]}
            ],
        }
    ],
}


class AimBody(StrictBody):
    name: Name
    indicators: Annotated[list[Code], Field(max_length=100)]


class SectionBody(StrictBody):
    code: Code
    name: Name
    aims: Annotated[list[AimBody], Field(max_length=50)]


class ScorecardIn(StrictBody):
    """The whole of a scorecard. ``area`` is shown unless a reader names another; England compares unless said."""

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [SCORECARD_EXAMPLE]}}

    name: Name
    area: AreaCode | None = None
    comparator: AreaCode = ENGLAND
    sections: Annotated[list[SectionBody], Field(max_length=50)]

    @model_validator(mode="after")
    def _each_section_once(self) -> Self:
        if len({section.code for section in self.sections}) < len(self.sections):
            raise ValueError("sections use a code twice")
        return self

    def indicators(self) -> list[str]:
        """Every indicator on it, once, in order."""
        return list(dict.fromkeys(c for s in self.sections for a in s.aims for c in a.indicators))


class ScorecardSummary(OutBody):
    code: str
    name: str
    area: str | None
    comparator: str


class ScorecardDefinition(ScorecardIn):
    """A scorecard as it is kept."""

    model_config = OutBody.model_config

    code: str


class LineOut(ColoursOut):
    """An indicator's row: its definition, latest value and colours."""

    indicator: IndicatorOut


class AimOut(OutBody):
    name: str
    rows: list[LineOut]


class SectionOut(OutBody):
    code: str
    name: str
    aims: list[AimOut]


class ScorecardOut(OutBody):
    """A scorecard for one area, as at the end of ``period`` or now."""

    code: str
    name: str
    area: AreaOut
    comparator: str
    period: Period | None
    sections: list[SectionOut]
