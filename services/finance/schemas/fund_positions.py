"""Positions of funds: their lines, their quarters, who shares the variance."""

from datetime import datetime
from typing import Literal, Self

from chassis.web.bodies import OutBody
from contracts.money import Money, pounds
from services.finance.domain.budget import PrintedDifference
from services.finance.domain.fund_position import FundPosition, LinePosition, QuarterTotals, Savings
from services.finance.domain.risk_share import RiskShareRule
from services.finance.domain.sharing import RiskShare


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

    The budget has what was ``vired`` to the line; ``spent`` is what was posted as outturn to date.
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


class RiskShareOut(OutBody):
    """The fund's variance, all of it: what sources absorbed, what is each partner's, what is kept, and the rest.

    An overspend is positive, an underspend negative. What is ``unallocated`` is above a cap that has no fallback, or
    the agreement does not say enough to share it.
    """

    agreement: int
    rule: RiskShareRule
    drawn: list[DrawnOut]
    partner_shares: list[PartnerShareOut]
    retained: Money
    carried_forward: Money
    unallocated: Money

    @classmethod
    def of(cls, found: RiskShare) -> Self:
        shared = found.shared
        return cls(
            agreement=found.agreement,
            rule=found.rule,
            drawn=[DrawnOut(name=name, amount=pounds(amount)) for name, amount in shared.drawn],
            partner_shares=[PartnerShareOut(partner=p, amount=pounds(a)) for p, a in sorted(shared.by_partner.items())],
            retained=pounds(shared.retained),
            carried_forward=pounds(shared.carried_forward),
            unallocated=pounds(shared.unallocated),
        )


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
            quarter=None if position.as_at.quarter is None else position.as_at.quarter.label,
            as_of=position.as_at.as_of,
        )
