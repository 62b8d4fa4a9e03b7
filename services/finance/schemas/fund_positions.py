"""Positions of funds: their lines, their quarters, who shares the variance."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from chassis.web.bodies import OutBody
from contracts.money import Money, pounds
from services.finance.domain.budget import PrintedDifference
from services.finance.domain.fund_position import FundPosition, GroupPosition, LinePosition, QuarterTotals, Savings
from services.finance.domain.fund_sharing import RiskShare, SharedPart
from services.finance.domain.reconciliation import Reconciled
from services.finance.domain.risk_share import RiskShareRule
from services.finance.domain.sharing import SharedVariance
from services.finance.schemas.triggers import TriggerOut


class SavingsOut(OutBody):
    """Savings of a line or fund, year to date. Only ``banked`` has left the budget."""

    plan_low: Money
    plan_high: Money
    indicated: Money
    validated: Money
    banked: Money

    @classmethod
    def of(cls, savings: Savings) -> Self:
        return cls(
            plan_low=pounds(savings.plan_low),
            plan_high=pounds(savings.plan_high),
            indicated=pounds(savings.indicated),
            validated=pounds(savings.validated),
            banked=pounds(savings.banked),
        )


class LinePositionOut(OutBody):
    """A line's year: the outturn is the budget less what is banked, and nothing else.

    The budget has what was ``vired`` to the line; ``spent`` is what was posted as outturn to date. ``forecast`` is what
    the year is expected to come to; ``trigger`` is null where none is agreed.
    """

    code: str
    division: str
    budget: Money
    savings: SavingsOut
    outturn: Money
    variance: Money
    flags: list[str]
    vired: Money
    spent: Money
    forecast: Money
    trigger: TriggerOut | None
    partner: Annotated[str | None, Field(description="Partner that pays for the line; null is the host")]

    @classmethod
    def of(cls, position: LinePosition) -> Self:
        return cls(
            code=position.line.code,
            division=position.line.division,
            budget=pounds(position.budget),
            savings=SavingsOut.of(position.savings),
            outturn=pounds(position.outturn),
            variance=pounds(position.variance),
            flags=list(position.flags),
            vired=pounds(position.moves.vired),
            spent=pounds(position.moves.spent),
            forecast=pounds(position.forecast.as_budgeted),
            trigger=None if position.trigger is None else TriggerOut.of(position.trigger),
            partner=position.line.partner,
        )


class QuarterOut(OutBody):
    """What was posted in a quarter. Once it is closed these figures never change."""

    quarter: str
    closed: bool
    indicated: Money
    validated: Money
    banked: Money

    @classmethod
    def of(cls, totals: QuarterTotals) -> Self:
        return cls(
            quarter=totals.quarter.label,
            closed=totals.closed,
            indicated=pounds(totals.indicated),
            validated=pounds(totals.validated),
            banked=pounds(totals.banked),
        )


class PrintedDifferenceOut(OutBody):
    where: str
    column: str
    printed: Money
    computed: Money
    difference: Money
    used: Literal["printed", "computed"]

    @classmethod
    def of(cls, found: PrintedDifference) -> Self:
        return cls(
            where=found.where,
            column=found.column,
            printed=pounds(found.printed),
            computed=pounds(found.computed),
            difference=pounds(found.difference),
            used="computed" if found.where == "total" else "printed",
        )


class DrawnOut(OutBody):
    name: str
    amount: Money


class PartnerShareOut(OutBody):
    partner: str
    amount: Money


class SharedOut(OutBody):
    """A variance, all of it: what sources absorbed, what is each partner's, what is kept, and the rest.

    An overspend is positive, an underspend negative. What is ``unallocated`` is above a cap that has no fallback, or
    the agreement does not say enough to share it.
    """

    rule: RiskShareRule
    drawn: list[DrawnOut]
    partner_shares: list[PartnerShareOut]
    retained: Money
    carried_forward: Money
    unallocated: Money


def _shared(shared: SharedVariance) -> dict[str, Any]:
    return {
        "drawn": [DrawnOut(name=name, amount=pounds(amount)) for name, amount in shared.drawn],
        "partner_shares": [PartnerShareOut(partner=p, amount=pounds(a)) for p, a in sorted(shared.by_partner.items())],
        "retained": pounds(shared.retained),
        "carried_forward": pounds(shared.carried_forward),
        "unallocated": pounds(shared.unallocated),
    }


class SharedPartOut(SharedOut):
    """The variance of a line with terms of its own, or of all the others together.

    What covers an overspend of another line stands as drawn, with the other sign.
    """

    line: Annotated[str | None, Field(description="Code of the budget line; null is all the others")]
    variance: Annotated[Money, Field(description="What is shared: an overspend is positive")]

    @classmethod
    def of(cls, part: SharedPart) -> Self:
        return cls(line=part.line, rule=part.rule, variance=pounds(part.variance), **_shared(part.shared))


class RiskShareOut(SharedOut):
    """The fund's variance as shared by a version of the agreement; the sum of its parts, where lines have their own."""

    agreement: int
    parts: Annotated[
        list[SharedPartOut], Field(description="Each line with terms of its own, then all others; empty without any")
    ]
    obliges: Annotated[str | None, Field(description="What the variance obliges partners to; null where there is none")]

    @classmethod
    def of(cls, found: RiskShare) -> Self:
        return cls(
            agreement=found.agreement,
            rule=found.rule,
            parts=[SharedPartOut.of(part) for part in found.parts],
            obliges=found.obliges,
            **_shared(found.shared),
        )


class ReconciledOut(OutBody):
    """What a partner puts in, against the budget lines that it pays for."""

    partner: str
    contributed: Annotated[Money, Field(description="Contributions of the year by the agreement in force")]
    lines: Annotated[Money, Field(description="Budgets in force of the lines that it pays for")]
    illustrative: Annotated[Money, Field(description="What of the lines nobody printed")]
    difference: Annotated[Money, Field(description="What is put in beyond the lines; negative where they lack it")]

    @classmethod
    def of(cls, found: Reconciled) -> Self:
        return cls(
            partner=found.partner,
            contributed=pounds(found.contributed),
            lines=pounds(found.lines),
            illustrative=pounds(found.illustrative),
            difference=pounds(found.difference),
        )


class GroupPositionOut(OutBody):
    """What the lines of a division, or of a partner, come to together."""

    budget: Money
    vired: Money
    savings: SavingsOut
    outturn: Money
    variance: Money
    spent: Money
    forecast: Money
    lines: list[str] = Field(description="Codes of its budget lines")


class DivisionPositionOut(GroupPositionOut):
    """The lines of a division together."""

    division: str

    @classmethod
    def of(cls, group: GroupPosition) -> Self:
        return cls(division=group.name or "", **_group(group))


class PayerPositionOut(GroupPositionOut):
    """The lines that a partner pays for together: the host for those that name nobody."""

    partner: str | None

    @classmethod
    def of(cls, group: GroupPosition) -> Self:
        return cls(partner=group.name, **_group(group))


def _group(group: GroupPosition) -> dict[str, Any]:
    return {
        "budget": pounds(group.budget),
        "vired": pounds(group.vired),
        "savings": SavingsOut.of(group.savings),
        "outturn": pounds(group.outturn),
        "variance": pounds(group.variance),
        "spent": pounds(group.spent),
        "forecast": pounds(group.forecast),
        "lines": [one.line.code for one in group.lines],
    }


class SpentOut(OutBody):
    """What was posted as outturn for a month or quarter."""

    period: str
    spent: Money


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
    spent: Money
    forecast: Money
    trigger: TriggerOut | None
    partners: Annotated[
        list[ReconciledOut], Field(description="What each partner puts in, against the budget lines that it pays for")
    ]
    by_division: Annotated[list[DivisionPositionOut], Field(description="The same figures by division")]
    by_partner: Annotated[list[PayerPositionOut], Field(description="The same figures by who pays for the lines")]
    spent_in: Annotated[list[SpentOut], Field(description="What was spent by month or quarter, as it was posted")]
    quarter: str | None
    as_of: datetime | None

    @classmethod
    def of(cls, position: FundPosition) -> Self:
        return cls(
            fund=position.fund,
            financial_year=position.financial_year.label,
            budget=pounds(position.budget),
            savings=SavingsOut.of(position.savings),
            outturn=pounds(position.outturn),
            variance=pounds(position.variance),
            risk_share=None if position.risk_share is None else RiskShareOut.of(position.risk_share),
            lines=[LinePositionOut.of(line) for line in position.lines],
            quarters=[QuarterOut.of(quarter) for quarter in position.quarters],
            printed_differences=[PrintedDifferenceOut.of(found) for found in position.printed_differences],
            flags=position.flags,
            spent=pounds(position.spent),
            forecast=pounds(position.forecast.as_budgeted),
            trigger=None if position.trigger is None else TriggerOut.of(position.trigger),
            partners=[ReconciledOut.of(one) for one in position.reconciled],
            by_division=[DivisionPositionOut.of(one) for one in position.by_division],
            by_partner=[PayerPositionOut.of(one) for one in position.by_partner],
            spent_in=[SpentOut(period=one.label, spent=pounds(spent)) for one, spent in position.spent_in.items()],
            quarter=None if position.as_at.quarter is None else position.as_at.quarter.label,
            as_of=position.as_at.as_of,
        )
