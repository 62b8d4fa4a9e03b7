"""Savings schemes: definition, ledger entries and position."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.colours import Colour
from contracts.money import Money, Number
from contracts.period import Period
from services.finance.domain.ledger import State, overlapping, within
from services.finance.schemas.fields import Code, Cost, FinancialYear, Pounds, Quarter, Share, Title, YearPart, refused


class Workstream(StrEnum):
    COMMISSIONED_CONTRACTS = "commissioned_contracts"
    PREVENTION_AND_DEMAND = "prevention_and_demand"
    MAXIMISING_GRANTS = "maximising_grants"
    BEST_USE_OF_RESOURCES = "best_use_of_resources"
    PACKAGES_OF_CARE = "packages_of_care"


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


class LinkBody(StrictBody):
    """How a change of the indicator becomes money; polarity comes with the indicator's events.

    ``volume`` turns a point of the indicator into units; ``reprovision`` is the cost a period of providing otherwise.
    """

    indicator: Annotated[str, Field(min_length=1, max_length=100)]
    area: Annotated[str, Field(min_length=1, max_length=40)]
    baseline: BaselineBody
    volume: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=8)]
    unit_cost: UnitCostBody
    marginal_rate: Share = Decimal(1)
    attribution: Annotated[Share, Field(gt=0)]
    reprovision: Cost = Money(amount=Decimal("0.00"))


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
    cashable_share: Share = Decimal(1)
    recurrent: bool = True
    delivered_by: Literal["plan", "mitigation"] = "plan"
    optimism_bias: Share = Decimal(0)
    confidence: Share = Decimal(1)
    illustrative: bool = False
    link: LinkBody | None = None

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


def _misfits(place: tuple[str, ...], periods: list[Period], year: Period) -> list[tuple[tuple[str | int, ...], str]]:
    wrong = [(i, f"{period} is not within {year}") for i, period in enumerate(periods) if not within(period, year)]
    twice = overlapping(periods)
    if twice is not None and not wrong:
        last = len(periods) - 1 - periods[::-1].index(twice)
        wrong = [(last, f"{twice} overlaps another period")]
    return [((*place, i, "period"), why) for i, why in wrong]


class SchemePatch(StrictBody):
    """A scheme is never changed, since its ledger was made by its terms; it can be withdrawn, and defined anew."""

    state: Literal["withdrawn"]
    reason: Annotated[str, Field(min_length=1, max_length=1000)]

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
    delivered_by: str
    optimism_bias: Decimal
    confidence: Decimal
    illustrative: bool
    link: LinkBody | None
    version: int
    created_at: datetime
    created_by: str
    state: Literal["active", "withdrawn"]
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str | None


class EntryBody(StrictBody):
    """Money that finance validated or banked in a period; negative takes back. ``reference`` makes it safe to repeat.

    ``posted_in`` is the quarter it falls in, by default that of the period; a period of a closed quarter is
    corrected by posting in an open one.
    """

    reference: Annotated[str, Field(min_length=1, max_length=100)]
    state: Literal["validated", "banked"]
    period: Period
    posted_in: Quarter | None = None
    amount: Pounds
    reason: Annotated[str, Field(min_length=1, max_length=1000)]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "reference": "journal-2018-0042",
                    "state": "validated",
                    "period": "2017/18 Q4",
                    "amount": {"amount": "25000.00"},
                    "reason": "Agreed with the provider's invoices",
                }
            ]
        }
    )


class EntryOut(OutBody):
    """``relates_to`` names the period where the entry restates an earlier one or came after its quarter was closed."""

    id: int
    scheme: str
    state: State
    period: str
    posted_in: str
    relates_to: str | None
    cash: Money
    non_cash: Money
    indicator: str | None
    area: str | None
    revision: int | None
    rule_version: str | None
    event_id: str | None
    reference: str | None
    reason: str
    actor: str
    at: datetime


class RangeOut(OutBody):
    low: Money
    high: Money


class HeldOut(OutBody):
    """What is held back because the budget line is not that large."""

    indicated: Money
    validated: Money
    banked: Money


class LineEffectOut(OutBody):
    """The scheme's budget line before and after all that is banked on it."""

    code: str
    before: Money
    banked: Money
    after: Money


class PeriodTotalOut(OutBody):
    period: str
    indicated: Money
    non_cash: Money
    validated: Money
    banked: Money


class SchemePositionOut(OutBody):
    """Year to date. Indicated money is what the indicators suggest; it is never delivered money."""

    scheme: str
    name: str
    financial_year: str
    version: int
    plan: RangeOut
    indicated: Money
    non_cash: Money
    validated: Money
    banked: Money
    forecast: RangeOut
    colour: Colour
    flags: list[str]
    held: HeldOut
    budget_line: LineEffectOut
    periods: list[PeriodTotalOut]
    why: str
