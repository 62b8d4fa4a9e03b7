"""Entries of a scheme's ledger."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.money import Money, pounds
from contracts.period import Period
from services.finance.domain.ledger import RecordedEntry, State
from services.finance.domain.posting import Posting
from services.finance.schemas.fields import Pounds, Quarter


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

    def to_domain(self) -> Posting:
        return Posting(
            reference=self.reference,
            state=State(self.state),
            period=self.period,
            posted_in=self.posted_in,
            amount=self.amount.amount,
            reason=self.reason,
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

    @classmethod
    def of(cls, recorded: RecordedEntry) -> Self:
        entry, posted, basis = recorded.entry, recorded.entry.posted, recorded.entry.basis
        return cls(
            id=recorded.id,
            scheme=entry.scheme,
            state=posted.state,
            period=posted.period.label,
            posted_in=posted.quarter.label,
            relates_to=posted.period.label if entry.corrects else None,
            cash=pounds(posted.amounts.cash),
            non_cash=pounds(posted.amounts.non_cash),
            indicator=None if basis is None else basis.indicator,
            area=None if basis is None else basis.area,
            revision=None if basis is None else basis.revision,
            rule_version=None if basis is None else basis.rule_version,
            event_id=None if basis is None else basis.event_id,
            reference=entry.reference,
            reason=entry.reason,
            actor=recorded.actor,
            at=recorded.at,
        )
