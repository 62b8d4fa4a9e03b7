"""Virements as they are proposed, decided and shown."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.money import Money, pounds
from contracts.reasons import Reason
from services.finance.domain.virements import Virement, VirementProposal, VirementState
from services.finance.schemas.fields import Code, Cost, FinancialYear, refused

VirementReference = Annotated[
    str,
    Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", examples=["vir-2018-03"]),
]


class VirementBody(StrictBody):
    """Budget to be moved from one line to another."""

    reference: Annotated[VirementReference, Field(description="Names the virement within its fund, for good")]
    financial_year: FinancialYear
    from_line: Annotated[Code, Field(description="Code of the line that gives")]
    to_line: Annotated[Code, Field(description="Code of the line that receives")]
    amount: Cost
    effective_on: Annotated[date, Field(description="Day of the year with effect on which the budget moves")]
    reason: Reason

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "reference": "vir-2018-03",
                    "financial_year": "2017/18",
                    "from_line": "leisure",
                    "to_line": "commissioning",
                    "amount": {"amount": "1500.00"},
                    "effective_on": "2018-02-01",
                    "reason": "The pools cost less than was budgeted",
                }
            ]
        }
    )

    @model_validator(mode="after")
    def something(self) -> Self:
        if not self.amount.amount:
            raise refused((("amount",), "must be more than nought"))
        return self

    def to_domain(self) -> VirementProposal:
        return VirementProposal(
            reference=self.reference,
            financial_year=self.financial_year,
            giving=self.from_line,
            receiving=self.to_line,
            amount=self.amount.amount,
            effective_on=self.effective_on,
            reason=self.reason,
        )


class DecisionBody(StrictBody):
    """Why it is approved or rejected; rejecting needs a reason."""

    reason: Reason | None = None


class VirementOut(OutBody):
    """A virement. ``entry`` is the entry of the ledger by which the budget moved, null until it is approved."""

    fund: str
    reference: Annotated[str, Field(description="Names the virement within its fund")]
    financial_year: str
    from_line: Annotated[str, Field(description="Code of the line that gives")]
    to_line: Annotated[str, Field(description="Code of the line that receives")]
    amount: Money
    effective_on: Annotated[date, Field(description="Day with effect on which the budget moves")]
    reason: str
    state: Annotated[VirementState, Field(description="Whether it is proposed, approved or rejected")]
    proposed_by: Annotated[str, Field(description="Who proposed it: the name of the API key")]
    proposed_at: Annotated[datetime, Field(description="When it was proposed (UTC)")]
    business_date: date
    decided_by: Annotated[str | None, Field(description="Who approved or rejected it; null until then")]
    decided_at: Annotated[datetime | None, Field(description="When it was decided (UTC); null until then")]
    decision_reason: Annotated[str | None, Field(description="Why it was decided so; null where nobody said")]
    entry: Annotated[str | None, Field(description="Id of the entry by which the budget moved")]

    @classmethod
    def of(cls, virement: Virement) -> Self:
        proposal, decided = virement.proposal, virement.decided
        return cls(
            fund=virement.fund,
            reference=proposal.reference,
            financial_year=proposal.financial_year.label,
            from_line=proposal.giving,
            to_line=proposal.receiving,
            amount=pounds(proposal.amount),
            effective_on=proposal.effective_on,
            reason=proposal.reason,
            state=virement.state,
            proposed_by=virement.proposed_by,
            proposed_at=virement.proposed_at,
            business_date=virement.business_date,
            decided_by=None if decided is None else decided.by,
            decided_at=None if decided is None else decided.at,
            decision_reason=None if decided is None else decided.reason,
            entry=virement.entry_id,
        )
