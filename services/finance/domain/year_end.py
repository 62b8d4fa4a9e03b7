"""The end of a fund's year: who bears its variance, signed off once, and from then on as it was signed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from contracts.period import Period
from services.finance.domain.fund import Fund
from services.finance.domain.fund_position import FundPosition
from services.finance.domain.fund_sharing import SharedPart
from services.finance.domain.risk_share import RiskShareRule
from services.finance.domain.sharing import SharedVariance
from services.finance.domain.transfers import Layer, Transfer, first_open_day, sides


@dataclass(frozen=True, slots=True)
class YearResult:
    """What a year came to, in pounds, and its variance as shared by a version of the agreement.

    ``spent`` is what was posted as outturn; the variance is that of the position, outturn less budget. ``parts`` are of
    lines with terms of their own, ``plan`` is what partners resolved of what the variance ``obliges`` them to, in
    words, and ``action_plan`` the reference of the action plan that has it.
    """

    agreement: int
    rule: RiskShareRule
    budget: Decimal
    outturn: Decimal
    spent: Decimal
    shared: SharedVariance
    parts: tuple[SharedPart, ...] = ()
    obliges: str | None = None
    plan: str | None = None
    action_plan: str | None = None

    @property
    def variance(self) -> Decimal:
        return self.outturn - self.budget


@dataclass(frozen=True, slots=True)
class Signing:
    """What is said of the end of a year: the meeting that decided it, why, and the plan that partners resolved.

    The plan is in words, or the reference of an action plan of the year, or both.
    """

    decision: str
    reason: str
    plan: str | None = None
    action_plan: str | None = None

    @property
    def has_plan(self) -> bool:
        return self.plan is not None or self.action_plan is not None


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who signed it off and when, by which decision of the partners, and why."""

    by: str
    at: datetime
    business_date: date
    decision: str
    reason: str


@dataclass(frozen=True, slots=True)
class YearEnd:
    fund: str
    financial_year: Period
    result: YearResult
    signed: SignOff


def open_quarters(fund: Fund, year: Period) -> list[Period]:
    """The quarters of the year that are not closed yet."""
    found, quarter = [], Period.quarter_of(year.start)
    while quarter.start <= year.end:
        found += [] if quarter in fund.closed.quarters else [quarter]
        quarter = quarter.next()
    return found


def year_result(position: FundPosition, said: Signing) -> YearResult | None:
    """What a year came to by its position; null where no agreement says who bears its variance."""
    share = position.risk_share
    if share is None:
        return None
    return YearResult(
        agreement=share.agreement,
        rule=share.rule,
        budget=position.budget,
        outturn=position.outturn,
        spent=position.spent,
        shared=share.shared,
        parts=share.parts,
        obliges=share.obliges,
        plan=said.plan,
        action_plan=said.action_plan,
    )


def year_end_transfers(end: YearEnd, fund: Fund) -> Iterator[Transfer]:
    """How the partners' parts stand in the ledger: on the first open day, since the year is closed."""
    for partner, amount in sorted(end.result.shared.by_partner.items()):
        if amount:
            debit, credit, pence = sides(partner, amount)
            yield Transfer(
                fund=end.fund,
                financial_year=end.financial_year,
                layer=Layer.SHARE,
                debit=debit,
                credit=credit,
                pence=pence,
                effective_on=first_open_day(end.financial_year, fund.closed.quarters),
                reason=end.signed.reason,
                period=end.financial_year,
                relates_to=f"the end of {end.financial_year}, decided by {end.signed.decision}",
            )
