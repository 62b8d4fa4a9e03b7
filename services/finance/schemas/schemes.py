"""Savings schemes as they are defined."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import UNCHANGED, OutBody, PatchBody, StrictBody
from contracts.areas import AreaCode
from contracts.breakdown import Breakdown
from contracts.money import Money, Number, pounds
from contracts.period import Period
from contracts.reasons import Reason
from services.finance.domain.ledger import overlapping, within
from services.finance.domain.savings import Baseline, SchemeLink, SharedCost, Terms, UnitCost
from services.finance.domain.scheme import Delivery, PlannedPeriod, Scheme, SchemeDefinition, Workstream
from services.finance.domain.series import Series
from services.finance.schemas.fields import (
    Code,
    Cost,
    FinancialYear,
    IndicatorCode,
    Notes,
    Proportion,
    Title,
    Volume,
    YearPart,
    refused,
)


class PlannedPeriodBody(StrictBody):
    """Saving planned for a period: a month, a quarter or the whole year."""

    period: Period
    low: Cost
    high: Cost

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.low.amount > self.high.amount:
            raise refused((("low",), "must not be above high"))
        return self

    def to_domain(self) -> PlannedPeriod:
        return PlannedPeriod(self.period, self.low.amount, self.high.amount)

    @classmethod
    def of(cls, part: PlannedPeriod) -> Self:
        return cls(period=part.period, low=pounds(part.low), high=pounds(part.high))


class BaselinePeriodBody(StrictBody):
    period: Period
    value: Number


class BaselineBody(StrictBody):
    """What the indicator would have been: one value for ``every`` month, quarter or year; or a value a period."""

    value: Number | None = None
    every: YearPart | None = None
    periods: list[BaselinePeriodBody] = Field(default_factory=list, max_length=12)

    @model_validator(mode="after")
    def one_way(self) -> Self:
        if (self.value is None) != (self.every is None):
            missing = "value" if self.value is None else "every"
            raise refused(((missing,), "value and every go together"))
        if (self.value is None) == (not self.periods):
            raise refused((("periods",), "give either value with every, or periods"))
        return self

    def to_domain(self) -> Baseline:
        return Baseline(self.value, self.every, {part.period: part.value for part in self.periods})

    @classmethod
    def of(cls, baseline: Baseline) -> Self:
        periods = [BaselinePeriodBody(period=p, value=v) for p, v in sorted(baseline.periods.items())]
        return cls(value=baseline.value, every=baseline.every, periods=periods)


class UnitCostBody(StrictBody):
    """Pounds a unit, and where the figure comes from. No default is shipped."""

    amount: Cost
    source: Annotated[str, Field(min_length=1, max_length=300)]
    price_year: FinancialYear
    effective_from: date | None = None
    effective_to: date | None = None

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.effective_from and self.effective_to and self.effective_from > self.effective_to:
            raise refused((("effective_to",), "must not be before effective_from"))
        return self

    def to_domain(self) -> UnitCost:
        return UnitCost(self.amount.amount, self.source, self.price_year.label, self.effective_from, self.effective_to)

    @classmethod
    def of(cls, cost: UnitCost) -> Self:
        return cls(
            amount=pounds(cost.amount),
            source=cost.source,
            price_year=Period.parse(cost.price_year),
            effective_from=cost.effective_from,
            effective_to=cost.effective_to,
        )


_SHARED: Final = "Code of a unit cost of the library, instead of one of its own; not recorded yet, it is waited for"
_IN_BUDGET: Final = (
    "Whether the budget of its line has been reduced by the saving already: then nothing of it is banked"
)


class LinkBody(StrictBody):
    """How a change of the indicator becomes money; polarity comes with the indicator's events.

    ``volume`` turns a point of the indicator into units; ``reprovision`` is the cost a period of providing otherwise.
    Without a ``breakdown`` the link is to the total.
    """

    indicator: IndicatorCode
    area: AreaCode
    breakdown: Breakdown = Breakdown.TOTAL
    baseline: BaselineBody
    volume: Volume
    unit_cost: UnitCostBody | None = None
    unit_cost_code: Annotated[Code | None, Field(description=_SHARED)] = None
    marginal_rate: Proportion = Decimal(1)
    attribution: Annotated[Proportion, Field(gt=0)]
    reprovision: Cost = Money(amount=Decimal("0.00"))

    @model_validator(mode="after")
    def one_cost(self) -> Self:
        if (self.unit_cost is None) == (self.unit_cost_code is None):
            raise refused((("unit_cost",), "give either unit_cost or unit_cost_code"))
        return self

    def to_domain(self, year: Period, cashable_share: Decimal) -> SchemeLink:
        shared = SharedCost(self.unit_cost_code or "")
        terms = Terms(
            volume=self.volume,
            unit_cost=shared if self.unit_cost is None else self.unit_cost.to_domain(),
            marginal_rate=self.marginal_rate,
            attribution=self.attribution,
            cashable_share=cashable_share,
            reprovision=self.reprovision.amount,
        )
        series = Series(self.indicator, self.area, self.breakdown)
        return SchemeLink(series, year, self.baseline.to_domain(), terms)


class LinkOut(OutBody):
    """``unit_cost`` is the newest version of the library's where it is one of that, null while that is not recorded.

    ``pending`` while nothing has been heard of the series: of a misspelt indicator nothing ever will be.
    """

    indicator: str
    area: str
    breakdown: Breakdown
    pending: bool
    baseline: BaselineBody
    volume: Decimal
    unit_cost: UnitCostBody | None
    unit_cost_code: Annotated[str | None, Field(description=_SHARED)]
    marginal_rate: Decimal
    attribution: Decimal
    reprovision: Money

    @classmethod
    def of(cls, link: SchemeLink, *, pending: bool) -> Self:
        cost = link.terms.unit_cost
        return cls(
            indicator=link.series.indicator,
            area=link.series.area,
            breakdown=link.series.breakdown,
            pending=pending,
            baseline=BaselineBody.of(link.baseline),
            volume=link.terms.volume,
            unit_cost=None if cost.newest is None else UnitCostBody.of(cost.newest),
            unit_cost_code=cost.code if isinstance(cost, SharedCost) else None,
            marginal_rate=link.terms.marginal_rate,
            attribution=link.terms.attribution,
            reprovision=pounds(link.terms.reprovision),
        )


class SchemeBody(StrictBody):
    """A scheme; with a ``link`` it is moved by an indicator, without one finance posts to it by hand."""

    code: Code
    name: Title
    workstream: Workstream
    fund: Code
    budget_line: Code
    partner: Code
    financial_year: FinancialYear
    plan: list[PlannedPeriodBody] = Field(min_length=1, max_length=12)
    cashable_share: Proportion = Decimal(1)
    recurrent: bool = True
    delivered_by: Delivery = Delivery.PLAN
    optimism_bias: Proportion = Decimal(0)
    confidence: Proportion = Decimal(1)
    illustrative: bool = False
    link: LinkBody | None = None
    notes: Notes = ()
    in_budget: Annotated[bool, Field(description=_IN_BUDGET)] = False

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "fewer-emergency-admissions",
                    "name": "Fewer emergency admissions of people over 65",
                    "workstream": "prevention_and_demand",
                    "fund": "integrated-fund",
                    "budget_line": "commissioning",
                    "partner": "CCG",
                    "financial_year": "2017/18",
                    "plan": [{"period": "2017/18", "low": {"amount": "100000.00"}, "high": {"amount": "180000.00"}}],
                    "cashable_share": "0.6",
                    "confidence": "0.8",
                    "optimism_bias": "0.1",
                    "illustrative": True,
                    "link": {
                        "indicator": "emergency-admissions-65-plus",
                        "area": "E06000026",
                        "baseline": {"value": "1400", "every": "month"},
                        "volume": "1",
                        "unit_cost": {
                            "amount": {"amount": "1600.00"},
                            "source": "illustrative",
                            "price_year": "2017/18",
                        },
                        "marginal_rate": "0.5",
                        "attribution": "0.4",
                    },
                }
            ]
        }
    )

    @model_validator(mode="after")
    def periods_fit(self) -> Self:
        wrong = _misfits(("plan",), [part.period for part in self.plan], self.financial_year)
        if self.link is not None:
            baselines = [part.period for part in self.link.baseline.periods]
            wrong += _misfits(("link", "baseline", "periods"), baselines, self.financial_year)
        if wrong:
            raise refused(*wrong)
        return self

    def to_domain(self) -> SchemeDefinition:
        return SchemeDefinition(
            code=self.code,
            name=self.name,
            workstream=self.workstream,
            fund=self.fund,
            budget_line=self.budget_line,
            partner=self.partner,
            financial_year=self.financial_year,
            plan=tuple(part.to_domain() for part in self.plan),
            cashable_share=self.cashable_share,
            recurrent=self.recurrent,
            delivered_by=self.delivered_by,
            optimism_bias=self.optimism_bias,
            confidence=self.confidence,
            illustrative=self.illustrative,
            link=None if self.link is None else self.link.to_domain(self.financial_year, self.cashable_share),
            notes=self.notes,
            in_budget=self.in_budget,
        )


def _misfits(path: tuple[str, ...], periods: list[Period], year: Period) -> list[tuple[tuple[str | int, ...], str]]:
    wrong = [(i, f"{period} is not within {year}") for i, period in enumerate(periods) if not within(period, year)]
    twice = overlapping(periods)
    if twice is not None and not wrong:
        last = len(periods) - 1 - periods[::-1].index(twice)
        wrong = [(last, f"{twice} overlaps another period")]
    return [((*path, i, "period"), why) for i, why in wrong]


class SchemePatch(PatchBody):
    """A scheme is never changed, since its ledger was made by its terms; it can be withdrawn, and defined anew."""

    state: Literal["withdrawn"] = UNCHANGED
    reason: Reason | None = Field(None, description="Why; needed to withdraw it")

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"state": "withdrawn", "reason": "Defined with the unit cost of another year"}]}
    )


class SchemeOut(OutBody):
    code: str
    name: str
    workstream: Workstream
    fund: str
    budget_line: str
    partner: str
    financial_year: str
    plan: list[PlannedPeriodBody]
    cashable_share: Decimal
    recurrent: bool
    delivered_by: Delivery
    optimism_bias: Decimal
    confidence: Decimal
    illustrative: bool
    link: LinkOut | None
    notes: Notes
    in_budget: Annotated[bool, Field(description=_IN_BUDGET)]
    version: int
    created_at: datetime
    created_by: str
    state: Literal["active", "withdrawn"]
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str | None

    @classmethod
    def of(cls, scheme: Scheme) -> Self:
        agreed, withdrawal = scheme.definition, scheme.withdrawal
        return cls(
            code=agreed.code,
            name=agreed.name,
            workstream=agreed.workstream,
            fund=agreed.fund,
            budget_line=agreed.budget_line,
            partner=agreed.partner,
            financial_year=agreed.financial_year.label,
            plan=[PlannedPeriodBody.of(part) for part in agreed.plan],
            cashable_share=agreed.cashable_share,
            recurrent=agreed.recurrent,
            delivered_by=agreed.delivered_by,
            optimism_bias=agreed.optimism_bias,
            confidence=agreed.confidence,
            illustrative=agreed.illustrative,
            link=None if agreed.link is None else LinkOut.of(agreed.link, pending=scheme.pending),
            notes=agreed.notes,
            in_budget=agreed.in_budget,
            version=scheme.version,
            created_at=scheme.created_at,
            created_by=scheme.created_by,
            state="active" if withdrawal is None else "withdrawn",
            withdrawn_at=None if withdrawal is None else withdrawal.at,
            withdrawn_by=None if withdrawal is None else withdrawal.by,
            withdrawn_reason=None if withdrawal is None else withdrawal.reason,
        )
