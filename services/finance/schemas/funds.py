"""Funds: partners, agreement, budget lines as printed and as added up, and the position."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.money import Money
from services.finance.domain.risk_share import ShareRule, UnderspendRule
from services.finance.schemas.fields import Code, Cost, FinancialYear, Pounds, Title, Weight, refused

Column = Literal["opening", "cost_increases", "savings", "other_savings", "net_budget"]


class PartnerBody(StrictBody):
    code: Code
    name: Title
    role: Title | None = None


class ContributionBody(StrictBody):
    """What a partner puts in, in a year, and in words how that may vary."""

    partner: Code
    financial_year: FinancialYear
    amount: Cost
    varies: str | None = Field(None, max_length=500)


class TierBody(StrictBody):
    up_to: Cost | None = None
    shares: dict[Code, Weight] = Field(min_length=1, max_length=20)


class CapBody(StrictBody):
    limit: Cost
    fallback: Code | None = None


class SourceBody(StrictBody):
    name: Title
    available: Cost


class RiskShareBody(StrictBody):
    """Who bears a variance, after the waterfall: ``shares`` for fixed_share, ``tiers`` for tiered."""

    rule: ShareRule
    shares: dict[Code, Weight] = Field(default_factory=dict, max_length=20)
    tiers: list[TierBody] = Field(default_factory=list, max_length=20)
    caps: dict[Code, CapBody] = Field(default_factory=dict, max_length=20)
    waterfall: list[SourceBody] = Field(default_factory=list, max_length=10)
    underspend: UnderspendRule = UnderspendRule.RETAIN

    @model_validator(mode="after")
    def complete(self) -> Self:
        if self.rule is ShareRule.FIXED_SHARE and sum(self.shares.values()) != 1:
            raise refused((("shares",), "fixed shares must sum to exactly 1"))
        ends = [tier.up_to.amount for tier in self.tiers[:-1] if tier.up_to is not None]
        rising = len(ends) == len(self.tiers) - 1 and ends == sorted(set(ends))
        if self.rule is ShareRule.TIERED and not (self.tiers and self.tiers[-1].up_to is None and rising):
            raise refused((("tiers",), "tiers must rise, and only the last has no upper end"))
        empty = [i for i, tier in enumerate(self.tiers) if sum(tier.shares.values()) == 0]
        if empty:
            raise refused(*((("tiers", i, "shares"), "must sum to more than zero") for i in empty))
        return self

    def partners(self) -> set[str]:
        named = {*self.shares, *self.caps, *(cap.fallback for cap in self.caps.values() if cap.fallback)}
        return named.union(*(tier.shares for tier in self.tiers))


class AgreementBody(StrictBody):
    effective_from: date
    contributions: list[ContributionBody] = Field(default_factory=list, max_length=200)
    risk_share: RiskShareBody | None = None


class BudgetLineBody(StrictBody):
    """A division's budget. Savings are negative, as printed. ``printed_net`` is what the document says."""

    code: Code
    financial_year: FinancialYear
    directorate: Title
    department: Title
    division: Title
    opening: Pounds
    cost_increases: Pounds
    savings: Pounds
    other_savings: Pounds
    printed_net: Pounds | None = None


class PrintedTotalBody(StrictBody):
    financial_year: FinancialYear
    column: Column
    amount: Pounds


class FundBody(StrictBody):
    """The whole definition of a fund. Sending it again changes nothing; a changed agreement becomes a new version."""

    name: Title
    host: Code | None = None
    partners: list[PartnerBody] = Field(min_length=1, max_length=20)
    agreement: AgreementBody | None = None
    budget_lines: list[BudgetLineBody] = Field(default_factory=list, max_length=500)
    printed_totals: list[PrintedTotalBody] = Field(default_factory=list, max_length=100)

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Plymouth Integrated Fund",
                    "host": "PCC",
                    "partners": [{"code": "PCC", "name": "Plymouth City Council"}],
                    "budget_lines": [
                        {
                            "code": "childrens-commissioning",
                            "financial_year": "2018/19",
                            "directorate": "People",
                            "department": "Joint commissioning and adult social care",
                            "division": "Childrens Commissioning",
                            "opening": {"amount": "4915000.00"},
                            "cost_increases": {"amount": "4000.00"},
                            "savings": {"amount": "-4000.00"},
                            "other_savings": {"amount": "0.00"},
                            "printed_net": {"amount": "4914000.00"},
                        }
                    ],
                    "printed_totals": [
                        {"financial_year": "2018/19", "column": "net_budget", "amount": {"amount": "75182000.00"}}
                    ],
                }
            ]
        }
    )


class PartnerOut(OutBody):
    code: str
    name: str
    role: str | None


class AgreementOut(OutBody):
    version: int
    effective_from: date
    contributions: list[ContributionBody]
    risk_share: RiskShareBody | None
    recorded_at: datetime
    recorded_by: str


class BudgetLineOut(OutBody):
    """``net_budget`` is the one in force: the printed figure where there is one, since that was approved."""

    code: str
    financial_year: str
    directorate: str
    department: str
    division: str
    opening: Money
    cost_increases: Money
    savings: Money
    other_savings: Money
    computed_net: Money
    printed_net: Money | None
    net_budget: Money


class FundSummary(OutBody):
    code: str
    name: str
    host: str | None


class FundOut(FundSummary):
    partners: list[PartnerOut]
    agreements: list[AgreementOut]
    budget_lines: list[BudgetLineOut]
    closed_quarters: list[str]


class SavingsOut(OutBody):
    """Savings of a line or fund, year to date. Only ``banked`` has left the budget."""

    plan_low: Money
    plan_high: Money
    indicated: Money
    validated: Money
    banked: Money


class LinePositionOut(OutBody):
    """A line's year: the outturn is the budget less what is banked, and nothing else."""

    code: str
    division: str
    budget: Money
    savings: SavingsOut
    outturn: Money
    variance: Money
    flags: list[str]


class QuarterOut(OutBody):
    """What was posted in a quarter. Once it is closed these figures never change."""

    quarter: str
    closed: bool
    indicated: Money
    validated: Money
    banked: Money


class PrintedDifferenceOut(OutBody):
    where: str
    column: str
    printed: Money
    computed: Money
    difference: Money
    used: Literal["printed", "computed"]


class DrawnOut(OutBody):
    name: str
    amount: Money


class PartnerShareOut(OutBody):
    partner: str
    amount: Money


class RiskShareOut(OutBody):
    """The fund's variance, all of it: what sources absorbed, what is each partner's, what is kept, and the rest.

    An overspend is positive, an underspend negative. What is ``unallocated`` is above a cap that has no fallback, or
    the agreement does not say enough to share it.
    """

    agreement: int
    rule: ShareRule
    drawn: list[DrawnOut]
    partner_shares: list[PartnerShareOut]
    retained: Money
    carried_forward: Money
    unallocated: Money


class FundPositionOut(OutBody):
    fund: str
    financial_year: str
    budget: Money
    savings: SavingsOut
    outturn: Money
    variance: Money
    risk_share: RiskShareOut | None
    lines: list[LinePositionOut]
    quarters: list[QuarterOut]
    printed_differences: list[PrintedDifferenceOut]
    flags: list[str]


class ClosedQuarterOut(OutBody):
    fund: str
    quarter: str
    closed_at: datetime
    closed_by: str


class SavingsRangeBody(StrictBody):
    """A base and two rates; ``unit`` is what the printed table counts in, such as 1000 for thousands."""

    base: Cost
    low_percent: Decimal = Field(ge=0, le=100, max_digits=11, decimal_places=8)
    high_percent: Decimal = Field(ge=0, le=100, max_digits=11, decimal_places=8)
    unit: Decimal = Field(Decimal("0.01"), ge=Decimal("0.01"), le=1_000_000, max_digits=9, decimal_places=2)
    printed_low: Cost | None = None
    printed_high: Cost | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "base": {"amount": "1629000.00"},
                    "low_percent": "2",
                    "high_percent": "5",
                    "unit": "1000",
                    "printed_low": {"amount": "32000.00"},
                    "printed_high": {"amount": "81000.00"},
                }
            ]
        }
    )

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.low_percent > self.high_percent:
            raise refused((("low_percent",), "must not be above high_percent"))
        return self


class FigureOut(OutBody):
    """To the penny, rounded half up to the unit, and how a printed figure stands to that."""

    exact: Money
    rounded: Money
    printed: Money | None
    reading: Literal["as_computed", "truncated", "differs"] | None


class SavingsRangeOut(OutBody):
    low: FigureOut
    high: FigureOut
