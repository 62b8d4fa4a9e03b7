"""Virements: budget moved from one line of a fund to another within a year, once a second person approves it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from contracts.period import Period
from services.finance.domain.fund import Fund
from services.finance.domain.transfers import Layer, Transfer, in_pence


class VirementState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class VirementProposal:
    """Pounds, more than none, to be moved from a line to another with effect on a day of the year."""

    reference: str
    financial_year: Period
    giving: str
    receiving: str
    amount: Decimal
    effective_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Decided:
    """By whom it was decided and when; the reason where one was given, the entry where it was approved."""

    by: str
    at: datetime
    reason: str | None
    entry: int | None


@dataclass(frozen=True, slots=True)
class Virement:
    """A virement as it is recorded."""

    fund: str
    proposal: VirementProposal
    state: VirementState
    proposed_by: str
    proposed_at: datetime
    business_date: date
    decided: Decided | None = None

    @property
    def reference(self) -> str:
        return self.proposal.reference

    @property
    def financial_year(self) -> Period:
        return self.proposal.financial_year

    @property
    def giving(self) -> str:
        return self.proposal.giving

    @property
    def receiving(self) -> str:
        return self.proposal.receiving

    @property
    def amount(self) -> Decimal:
        return self.proposal.amount

    @property
    def entry_id(self) -> str | None:
        number = None if self.decided is None else self.decided.entry
        return None if number is None else f"{self.fund}.{number}"


def proposal_faults(proposal: VirementProposal, fund: Fund) -> list[tuple[str, str]]:
    """Fields, and what is wrong with them: lines that are none of the year, or the same, and a day outside of it."""
    year, found = proposal.financial_year, []
    lines = {line.code for line in fund.lines if line.financial_year == year}
    for field, code in (("from_line", proposal.giving), ("to_line", proposal.receiving)):
        if code not in lines:
            found.append((field, f"{code} is no budget line of {year}"))
    if proposal.giving == proposal.receiving:
        found.append(("to_line", "is the line that gives"))
    if not year.start <= proposal.effective_on <= year.end:
        found.append(("effective_on", f"is not within {year}"))
    return found


def budget_left(fund: Fund, proposal: VirementProposal) -> Decimal:
    """What the giving line has in force, before it gives."""
    line = next(
        one for one in fund.lines if (one.financial_year, one.code) == (proposal.financial_year, proposal.giving)
    )
    return line.budget.net_budget + fund.moves_of(line).vired


def virement_transfer(virement: Virement) -> Transfer:
    """How an approved virement stands in the ledger: the line that receives is debited, the one that gives credited."""
    proposal = virement.proposal
    return Transfer(
        fund=virement.fund,
        financial_year=proposal.financial_year,
        layer=Layer.VIREMENT,
        debit=proposal.receiving,
        credit=proposal.giving,
        pence=in_pence(proposal.amount),
        effective_on=proposal.effective_on,
        reason=proposal.reason,
        relates_to=f"virement {proposal.reference}, proposed by {virement.proposed_by}",
    )
