"""Scorecards: sections hold aims, which hold indicators in order."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.period import Period
from services.indicators.domain.definitions import ENGLAND
from services.indicators.domain.scorecards import (
    Aim,
    Scorecard,
    ScorecardHead,
    ScorecardRow,
    ScorecardState,
    Section,
)
from services.indicators.schemas.areas import AreaOut
from services.indicators.schemas.indicators import IndicatorOut
from services.indicators.schemas.status import ColoursOut, colours_fields
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

    def to_domain(self) -> Aim[str]:
        return Aim(self.name, tuple(self.indicators))

    @classmethod
    def of(cls, aim: Aim[str]) -> Self:
        return cls(name=aim.name, indicators=list(aim.rows))


class SectionBody(StrictBody):
    code: Code
    name: Name
    aims: Annotated[list[AimBody], Field(max_length=50)]

    def to_domain(self) -> Section[str]:
        return Section(self.code, self.name, tuple(aim.to_domain() for aim in self.aims))

    @classmethod
    def of(cls, section: Section[str]) -> Self:
        return cls(code=section.code, name=section.name, aims=[AimBody.of(aim) for aim in section.aims])


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

    def to_domain(self, code: str) -> Scorecard:
        head = ScorecardHead(code, self.name, self.area, self.comparator)
        return Scorecard(head, tuple(section.to_domain() for section in self.sections))


class ScorecardSummary(OutBody):
    code: str
    name: str
    area: str | None
    comparator: str

    @classmethod
    def of(cls, head: ScorecardHead) -> Self:
        return cls(code=head.code, name=head.name, area=head.area, comparator=head.comparator)


class ScorecardDefinition(ScorecardIn):
    """A scorecard as it is defined."""

    model_config = OutBody.model_config

    code: str

    @classmethod
    def of(cls, scorecard: Scorecard) -> Self:
        head = scorecard.head
        sections = [SectionBody.of(section) for section in scorecard.sections]
        return cls(code=head.code, name=head.name, area=head.area, comparator=head.comparator, sections=sections)


class LineOut(ColoursOut):
    """An indicator's row: its definition, latest value and colours."""

    indicator: IndicatorOut

    @classmethod
    def of(cls, row: ScorecardRow) -> Self:
        return cls(indicator=IndicatorOut.of(row.indicator), **colours_fields(row.state, row.indicator.unit))


class AimOut(OutBody):
    name: str
    rows: list[LineOut]

    @classmethod
    def of(cls, aim: Aim[ScorecardRow]) -> Self:
        return cls(name=aim.name, rows=[LineOut.of(row) for row in aim.rows])


class SectionOut(OutBody):
    code: str
    name: str
    aims: list[AimOut]

    @classmethod
    def of(cls, section: Section[ScorecardRow]) -> Self:
        return cls(code=section.code, name=section.name, aims=[AimOut.of(aim) for aim in section.aims])


class ScorecardOut(OutBody):
    """A scorecard for one area, as at the end of ``period`` or now."""

    code: str
    name: str
    area: AreaOut
    comparator: str
    period: Period | None
    sections: list[SectionOut]

    @classmethod
    def of(cls, state: ScorecardState) -> Self:
        return cls(
            code=state.head.code,
            name=state.head.name,
            area=AreaOut.of(state.area),
            comparator=state.head.comparator,
            period=state.period,
            sections=[SectionOut.of(section) for section in state.sections],
        )
