"""Funds: partners, agreement, budget lines as printed and as added up, closed quarters."""

from datetime import date, datetime
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.areas import AreaCode
from contracts.breakdown import Breakdown
from contracts.money import Money, pounds
from contracts.reasons import Reason
from services.finance.domain.budget import Budget, BudgetLine, PrintedTotal
from services.finance.domain.fund import ClosedQuarter, Fund, FundDefinition, FundSummary, Partner
from services.finance.domain.return_forms import Metric, MetricLink
from services.finance.domain.series import Series
from services.finance.schemas.agreements import AgreementBody, AgreementOut
from services.finance.schemas.fields import Code, FinancialYear, IndicatorCode, Notes, Pounds, Title

Column = Literal["opening", "cost_increases", "savings", "other_savings", "net_budget"]
_PAYS: Final = "Partner that pays for the line; null is the host"
_MADE_UP: Final = "Whether nobody printed the line: then it is in no printed total"


class PartnerBody(StrictBody):
    code: Code
    name: Title
    role: Title | None = None

    def to_domain(self) -> Partner:
        return Partner(self.code, self.name, self.role)


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
    notes: Notes = ()
    partner: Annotated[Code | None, Field(description=_PAYS)] = None
    illustrative: Annotated[bool, Field(description=_MADE_UP)] = False

    def to_domain(self) -> BudgetLine:
        budget = Budget(
            code=self.code,
            opening=self.opening.amount,
            cost_increases=self.cost_increases.amount,
            savings=self.savings.amount,
            other_savings=self.other_savings.amount,
            printed_net=None if self.printed_net is None else self.printed_net.amount,
        )
        return BudgetLine(
            self.financial_year,
            self.directorate,
            self.department,
            self.division,
            budget,
            self.notes,
            self.partner,
            self.illustrative,
        )


class PrintedTotalBody(StrictBody):
    financial_year: FinancialYear
    column: Column
    amount: Pounds

    def to_domain(self) -> PrintedTotal:
        return PrintedTotal(self.financial_year, self.column, self.amount.amount)


class MetricLinkBody(StrictBody):
    """The series of an indicator that tells a metric of the fund's return; without a breakdown the total."""

    metric: Annotated[Metric, Field(description="Metric of the return, in any of its forms")]
    indicator: IndicatorCode
    area: AreaCode
    breakdown: Breakdown = Breakdown.TOTAL

    def to_domain(self) -> MetricLink:
        return MetricLink(self.metric, Series(self.indicator, self.area, self.breakdown))

    @classmethod
    def of(cls, link: MetricLink) -> Self:
        series = link.series
        return cls(metric=link.metric, indicator=series.indicator, area=series.area, breakdown=series.breakdown)


_METRICS: Final = "Indicators that tell the metrics of the fund's return to NHS England"


class FundBody(StrictBody):
    """The whole definition of a fund. Sending it again changes nothing; a changed agreement becomes a new version."""

    name: Title
    host: Code | None = None
    partners: list[PartnerBody] = Field(min_length=1, max_length=20)
    agreement: AgreementBody | None = None
    budget_lines: list[BudgetLineBody] = Field(default_factory=list, max_length=500)
    printed_totals: list[PrintedTotalBody] = Field(default_factory=list, max_length=100)
    notes: Notes = ()
    metrics: Annotated[list[MetricLinkBody], Field(default_factory=list, max_length=20, description=_METRICS)]
    reason: Reason | None = Field(None, description="Why; needed where a budget or the agreement changes")

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

    def to_domain(self) -> FundDefinition:
        return FundDefinition(
            name=self.name,
            host=self.host,
            partners=tuple(partner.to_domain() for partner in self.partners),
            agreement=None if self.agreement is None else self.agreement.to_domain(),
            lines=tuple(line.to_domain() for line in self.budget_lines),
            printed_totals=tuple(total.to_domain() for total in self.printed_totals),
            notes=self.notes,
            metrics=tuple(link.to_domain() for link in self.metrics),
        )


class PartnerOut(OutBody):
    code: str
    name: str
    role: str | None

    @classmethod
    def of(cls, partner: Partner) -> Self:
        return cls(code=partner.code, name=partner.name, role=partner.role)


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
    notes: Notes
    partner: Annotated[str | None, Field(description=_PAYS)]
    illustrative: Annotated[bool, Field(description=_MADE_UP)]

    @classmethod
    def of(cls, line: BudgetLine) -> Self:
        budget = line.budget
        return cls(
            code=line.code,
            financial_year=line.financial_year.label,
            directorate=line.directorate,
            department=line.department,
            division=line.division,
            opening=pounds(budget.opening),
            cost_increases=pounds(budget.cost_increases),
            savings=pounds(budget.savings),
            other_savings=pounds(budget.other_savings),
            computed_net=pounds(budget.computed_net),
            printed_net=None if budget.printed_net is None else pounds(budget.printed_net),
            net_budget=pounds(budget.net_budget),
            notes=line.notes,
            partner=line.partner,
            illustrative=line.illustrative,
        )


class FundSummaryOut(OutBody):
    code: str
    name: str
    host: str | None

    @classmethod
    def of(cls, fund: FundSummary) -> Self:
        return cls(code=fund.code, name=fund.name, host=fund.host)


class FundOut(OutBody):
    code: str
    name: str
    host: str | None
    notes: Notes
    metrics: Annotated[list[MetricLinkBody], Field(description=_METRICS)]
    partners: list[PartnerOut]
    agreements: list[AgreementOut]
    budget_lines: list[BudgetLineOut]
    closed_quarters: list[str]

    @classmethod
    def of(cls, fund: Fund) -> Self:
        return cls(
            code=fund.summary.code,
            name=fund.summary.name,
            host=fund.summary.host,
            notes=fund.summary.notes,
            metrics=[MetricLinkBody.of(link) for link in fund.summary.metrics],
            partners=[PartnerOut.of(partner) for partner in fund.partners],
            agreements=[AgreementOut.of(agreement) for agreement in fund.agreements],
            budget_lines=[BudgetLineOut.of(line) for line in fund.lines],
            closed_quarters=[quarter.label for quarter in fund.closed_quarters],
        )


class ClosedQuarterOut(OutBody):
    fund: str
    quarter: str
    closed_at: datetime
    closed_by: str
    business_date: date

    @classmethod
    def of(cls, closed: ClosedQuarter) -> Self:
        return cls(
            fund=closed.fund,
            quarter=closed.quarter.label,
            closed_at=closed.closed_at,
            closed_by=closed.closed_by,
            business_date=closed.business_date,
        )
