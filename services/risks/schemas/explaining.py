"""Bodies of explanations, of what is and of what would be."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.areas import AreaCode
from contracts.breakdown import Breakdown
from contracts.colours import SEVERITY, Colour
from contracts.envelope import Timestamp
from contracts.risks import RatingState
from services.risks.domain.funds import LEVELS
from services.risks.domain.links import SeriesKey, fund_series
from services.risks.domain.rating import Basis
from services.risks.domain.severity import is_stale
from services.risks.domain.view import Explanation, RegisterSimulation, Simulation
from services.risks.schemas.fund_links import ExplainedFundLinkOut, FundCode
from services.risks.schemas.linking import ExplainedLinkOut
from services.risks.schemas.ratings import explained_ratings, three_ratings
from services.risks.schemas.values import IndicatorCode, Ref


class SupposedSignal(StrictBody):
    """A series as it might be: a severity (0 green, 1 amber, 2 red) or a colour."""

    indicator: IndicatorCode
    area: AreaCode
    breakdown: Breakdown = Breakdown.TOTAL
    severity: Annotated[int, Field(ge=0, le=2, strict=True)] | None = None
    colour: Literal["dark_green", "green", "amber", "red", "dark_red"] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.severity is None) == (self.colour is None):
            raise ValueError("give either a severity or a colour")
        return self

    @property
    def supposed_severity(self) -> int:
        if self.colour is not None:
            return SEVERITY[Colour(self.colour)]
        assert self.severity is not None  # noqa: S101  one of them is given
        return self.severity


class SupposedFund(StrictBody):
    """The variance of a fund, or of one of its lines, as finance might judge it against the trigger that is agreed."""

    fund: FundCode = Field(description="Code of the fund", examples=["better-care-fund"])
    line: FundCode | None = Field(default=None, description="Code of a budget line; left out, the whole fund")
    level: Literal["within", "beyond", "twice"] = Field(
        description="Within the trigger (green), beyond it (amber), or twice it and more (red)", examples=["twice"]
    )

    def to_domain(self) -> tuple[SeriesKey, int]:
        return fund_series(self.fund, self.line), LEVELS[self.level]


class SimulationIn(StrictBody):
    """Series of indicators, or variances of funds, as they might be: at least one of either."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"signals": [{"indicator": "ae-four-hour-wait", "area": "RK9", "colour": "red"}]}]
        }
    )

    signals: list[SupposedSignal] = Field(default=[], max_length=100, description="Series as they might stand")
    funds: list[SupposedFund] = Field(default=[], max_length=100, description="Variances of funds as they might be")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.signals and not self.funds:
            raise ValueError("suppose something: a signal, or a fund")
        return self

    def to_domain(self) -> list[tuple[SeriesKey, int]]:
        """Signals first, then funds, each in the order in which they were sent."""
        series = [(SeriesKey(x.indicator, x.area, x.breakdown), x.supposed_severity) for x in self.signals]
        return series + [each.to_domain() for each in self.funds]


class RegisterSimulationIn(SimulationIn):
    """Any series at once. Without ``risks`` it is of all that hang on them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"signals": [{"indicator": "ae-four-hour-wait", "area": "RK9", "colour": "red"}], "risks": []}]
        }
    )

    risks: list[Ref] = Field(default=[], max_length=500, description="Only these risks, by reference")


class GroupOut(OutBody):
    group: str
    severity_at: int
    severity_now: int


class RuleOut(OutBody):
    number: int
    sentence: str


class ExplanationOut(OutBody):
    """Why a risk stands where it does, in parts and in words.

    ``change`` is the change of the worst group's severity, ``steps`` what it did to the likelihood after ``rules``.
    """

    ref: str
    business_date: date
    matrix: str
    rule_version: int
    assessed: RatingState
    indicated: RatingState
    effective: RatingState
    basis: Basis | None
    groups: list[GroupOut]
    links: list[ExplainedLinkOut]
    fund_links: list[ExplainedFundLinkOut]
    change: int
    steps: int
    rules: list[RuleOut]
    formula: list[str] = Field(
        description="How the indicated rating was worked out, a line a step", examples=[["likelihood = 3 + 1 = 4"]]
    )
    event_ids: list[str]
    text: str
    recorded_at: Timestamp | None = Field(
        description="Of a past moment: when the rating became what it was then (UTC); null for the present"
    )

    @classmethod
    def of(cls, given: Explanation) -> Self:
        links, today = given.links, given.today
        ratings = given.ratings
        indication = ratings.indication if ratings else None
        return cls(
            ref=given.risk.ref,
            business_date=today,
            matrix=given.matrix.name,
            rule_version=given.rule_version,
            **explained_ratings(given),
            groups=[
                GroupOut(group=g.group, severity_at=g.at, severity_now=g.now)
                for g in (indication.groups if indication else ())
            ],
            links=[ExplainedLinkOut.of(x, stale=is_stale(x.latest, today)) for x in links if not x.series.is_fund],
            fund_links=[ExplainedFundLinkOut.of(x, stale=is_stale(x.latest, today)) for x in links if x.series.is_fund],
            change=indication.change if indication else 0,
            steps=indication.steps if indication else 0,
            rules=[RuleOut(number=x.value, sentence=x.sentence) for x in (ratings.rules if ratings else ())],
            formula=given.formula,
            event_ids=sorted({link.event_id for link in links if link.event_id}),
            text=given.text,
            recorded_at=given.recorded_at,
        )


class SimulationOut(OutBody):
    """What would be: nothing is stored and nobody is told."""

    present: RatingState
    supposed: ExplanationOut

    @classmethod
    def of(cls, simulation: Simulation) -> Self:
        present = three_ratings(simulation.present)["effective"]
        return cls(present=present, supposed=ExplanationOut.of(simulation.supposed.explanation))


class MovedRiskOut(SimulationOut):
    """A risk that would be rated otherwise."""

    ref: str
    title: str

    @classmethod
    def of_register(cls, simulation: Simulation) -> Self:
        found, risk = SimulationOut.of(simulation), simulation.present.risk
        return cls(ref=risk.ref, title=risk.description.title, present=found.present, supposed=found.supposed)


class RegisterSimulationOut(OutBody):
    """What would be across the register: nothing is stored and nobody is told."""

    looked_at: int = Field(description="How many rated risks hang on these series, or were named")
    moved: list[MovedRiskOut] = Field(description="Those whose rating in effect would be another, by reference")
    unlinked: list[str] = Field(description="Series that none of these risks hangs on", examples=[["waits/RK9"]])

    @classmethod
    def of(cls, found: RegisterSimulation) -> Self:
        moved = [MovedRiskOut.of_register(one) for one in found.moved]
        return cls(looked_at=found.looked_at, moved=moved, unlinked=list(found.unlinked))
