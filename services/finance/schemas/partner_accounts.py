"""Memorandum accounts of partners."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from chassis.web.bodies import OutBody
from chassis.web.render.table import Column, Note, Row, Table
from contracts.money import Money, pounds
from services.finance.domain.as_at import AsAt
from services.finance.domain.partner_account import ContributionLine, PartnerAccount
from services.finance.schemas.fund_positions import SavingsOut


class ContributionLineOut(OutBody):
    """What the partner puts in by the agreement in force."""

    amount: Money
    varies: str | None

    @classmethod
    def of(cls, line: ContributionLine) -> Self:
        return cls(amount=pounds(line.amount), varies=line.varies)


class PartnerAccountOut(OutBody):
    """A partner's year: contributions, its part of what was spent by those, and its part of the variance."""

    fund: str
    financial_year: str
    partner: str
    name: str
    agreement: Annotated[
        int | None, Field(description="Version of the agreement that applied, or was signed off; null for none")
    ]
    contributions: Annotated[list[ContributionLineOut], Field(description="What the partner puts in")]
    contributed: Annotated[Money, Field(description="Its contributions, added up")]
    spent: Annotated[Money, Field(description="Its part of what was spent to date, by what partners put in")]
    balance: Annotated[Money, Field(description="Contributed less its part of what was spent")]
    variance: Annotated[Money, Field(description="What it bears of an overspend, or gets of an underspend (negative)")]
    signed_off: Annotated[
        bool,
        Field(description="Whether the end of the year is signed off; then variance and version are what was signed"),
    ]
    savings: Annotated[SavingsOut, Field(description="Savings of its schemes, year to date")]
    fund_contributed: Annotated[Money, Field(description="What all partners put in")]
    fund_spent: Annotated[Money, Field(description="What was spent to date on all lines")]
    fund_balance: Annotated[Money, Field(description="The balances of all partners, added up")]
    quarter: Annotated[str | None, Field(description="Past quarter at whose end it is shown; null for now")]
    as_of: datetime | None

    @classmethod
    def of(cls, found: PartnerAccount, as_at: AsAt) -> Self:
        return cls(
            fund=found.fund,
            financial_year=found.financial_year.label,
            partner=found.partner.code,
            name=found.partner.name,
            agreement=found.agreement,
            contributions=[ContributionLineOut.of(line) for line in found.contributions],
            contributed=pounds(found.contributed),
            spent=pounds(found.spent),
            balance=pounds(found.balance),
            variance=pounds(found.variance),
            signed_off=found.signed_off,
            savings=SavingsOut.of(found.savings),
            fund_contributed=pounds(found.fund_contributed),
            fund_spent=pounds(found.fund_spent),
            fund_balance=pounds(found.fund_balance),
            quarter=None if as_at.quarter is None else as_at.quarter.label,
            as_of=as_at.as_of,
        )


_COLUMNS = (
    Column("item", "Item", "What the account is made of"),
    Column("partner", "Partner (£)", "The partner's part, in pounds", is_number=True),
    Column("fund", "Fund (£)", "Of the whole fund, in pounds; empty where it is the partner's alone", is_number=True),
)


def partner_account_table(found: PartnerAccount, made_at: datetime) -> Table:
    """A row for each item of the account."""
    return Table(
        name=f"account-{found.fund}-{found.partner.code}-{found.financial_year.label.replace('/', '-')}",
        title=f"Memorandum account of {found.partner.name}, {found.fund}, {found.financial_year}",
        about="What the partner put in, its part of what was spent, and its part of the variance.",
        columns=_COLUMNS,
        rows=_rows(found),
        made_at=made_at,
        notes=(Note("What was spent is divided by what partners put in, to the penny."),),
    )


def _rows(found: PartnerAccount) -> list[Row]:
    return [
        ("Contributed", found.contributed, found.fund_contributed),
        ("Spent", found.spent, found.fund_spent),
        ("Balance", found.balance, found.fund_balance),
        ("Variance", found.variance, None),
        ("Savings validated", found.savings.validated, None),
        ("Savings banked", found.savings.banked, None),
    ]
