"""Scorecards: sections hold aims, which hold indicators in order."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.areas import AreaCode
from contracts.breakdown import Breakdown
from contracts.envelope import Timestamp
from contracts.notes import SourceNote
from contracts.period import Period
from services.indicators.domain.areas import ENGLAND
from services.indicators.domain.comparisons import Comparison, Rank
from services.indicators.domain.scorecards import (
    Aim,
    Scorecard,
    ScorecardHead,
    ScorecardLine,
    ScorecardRow,
    ScorecardState,
    Section,
)
from services.indicators.schemas.areas import AreaOut
from services.indicators.schemas.commentaries import PublishedOut
from services.indicators.schemas.indicators import IndicatorOut
from services.indicators.schemas.provenance import Inferred, Notes, provenance_fields, provenance_of
from services.indicators.schemas.status import ColoursOut, colours_fields
from services.indicators.schemas.values import Code, Name, Shown

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


class LineBody(StrictBody):
    """A row: an indicator, in total or of a breakdown that it declares."""

    indicator: Code
    breakdown: Breakdown = Breakdown.TOTAL
    inferred: Annotated[Inferred, Field(default_factory=list)]
    notes: Annotated[Notes, Field(default_factory=list)]

    def to_domain(self) -> ScorecardLine:
        return ScorecardLine(self.indicator, self.breakdown, provenance_of(self.inferred, self.notes))

    @classmethod
    def of(cls, line: ScorecardLine) -> Self:
        return cls(indicator=line.indicator, breakdown=line.breakdown, **provenance_fields(line.provenance))


class AimBody(StrictBody):
    """An aim with its rows in order; ``indicators`` is the short way to write rows that are nothing but a code."""

    name: Name
    indicators: Annotated[list[Code] | None, Field(max_length=100)] = None
    rows: Annotated[list[LineBody] | None, Field(max_length=100)] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.indicators is None) == (self.rows is None):
            raise ValueError("an aim has either rows or indicators")
        return self

    def to_domain(self) -> Aim[ScorecardLine]:
        if self.rows is not None:
            return Aim(self.name, tuple(row.to_domain() for row in self.rows))
        return Aim(self.name, tuple(ScorecardLine(code) for code in self.indicators or ()))


class SectionBody(StrictBody):
    code: Code
    name: Name
    aims: Annotated[list[AimBody], Field(max_length=50)]

    def to_domain(self) -> Section[ScorecardLine]:
        return Section(self.code, self.name, tuple(aim.to_domain() for aim in self.aims))


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


class AimDefinition(OutBody):
    name: str
    indicators: list[str]
    rows: list[LineBody]

    @classmethod
    def of(cls, aim: Aim[ScorecardLine]) -> Self:
        codes = [row.indicator for row in aim.rows]
        return cls(name=aim.name, indicators=codes, rows=[LineBody.of(row) for row in aim.rows])


class SectionDefinition(OutBody):
    code: str
    name: str
    aims: list[AimDefinition]

    @classmethod
    def of(cls, section: Section[ScorecardLine]) -> Self:
        return cls(code=section.code, name=section.name, aims=[AimDefinition.of(aim) for aim in section.aims])


class ScorecardDefinition(ScorecardSummary):
    """A scorecard as it is defined."""

    sections: list[SectionDefinition]

    @classmethod
    def of_scorecard(cls, scorecard: Scorecard) -> Self:
        sections = [SectionDefinition.of(section) for section in scorecard.sections]
        return cls(**dict(ScorecardSummary.of(scorecard.head)), sections=sections)


class RankOut(OutBody):
    """Where an area stands among the areas of a group."""

    rank: int
    of: int
    quartile: int

    @classmethod
    def of_rank(cls, rank: Rank) -> Self:
        return cls(rank=rank.rank, of=rank.of, quartile=rank.quartile)


class ComparisonOut(OutBody):
    """Whom rows are compared with: an area, or the mean of a group of areas."""

    code: str
    name: str
    group: list[str]

    @classmethod
    def of(cls, comparison: Comparison) -> Self:
        return cls(code=comparison.code, name=comparison.name, group=list(comparison.group))


class LineOut(ColoursOut):
    """An indicator's row: its definition, latest value and colours, and what is contradicted of it."""

    indicator: IndicatorOut
    breakdown: Breakdown
    comparator_value: Shown | None
    rank: RankOut | None
    commentary: PublishedOut | None
    inferred: list[str]
    notes: list[SourceNote]

    @classmethod
    def of(cls, row: ScorecardRow) -> Self:
        return cls(
            indicator=IndicatorOut.of(row.indicator),
            breakdown=row.breakdown,
            comparator_value=row.compared,
            rank=RankOut.of_rank(row.rank) if row.rank else None,
            commentary=PublishedOut.of(row.commentary) if row.commentary else None,
            **provenance_fields(row.line.provenance),
            **colours_fields(row.state, row.indicator),
        )


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
    """A scorecard for one area, as at the end of ``period`` or now; as it was known at ``as_of``."""

    code: str
    name: str
    area: AreaOut
    comparator: str
    compared_with: ComparisonOut
    period: Period | None
    as_of: Timestamp | None
    sections: list[SectionOut]

    @classmethod
    def of(cls, state: ScorecardState) -> Self:
        return cls(
            code=state.head.code,
            name=state.head.name,
            area=AreaOut.of(state.area),
            comparator=state.comparison.code,
            compared_with=ComparisonOut.of(state.comparison),
            period=state.period,
            as_of=state.as_of,
            sections=[SectionOut.of(section) for section in state.sections],
        )
