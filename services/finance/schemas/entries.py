"""Entries of a scheme's ledger."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.breakdown import Breakdown
from contracts.money import Money, pounds
from contracts.period import Period
from contracts.reasons import Reason
from services.finance.domain.ledger import RecordedEntry, State
from services.finance.domain.posting import Posting
from services.finance.schemas.fields import Pounds, Quarter


class EntryBody(StrictBody):
    """Money that finance validated or banked in a period; negative takes back. ``reference`` makes it safe to repeat.

    ``posted_in`` is the open quarter it falls in, by default that of the period's last day, or if that is closed the
    first open one after it. It is never later than the current quarter or the period's own, whichever is later. A
    correction of an earlier posting names its reference in ``corrects`` and is for the same period.
    """

    reference: Annotated[str, Field(min_length=1, max_length=100)]
    state: Literal["validated", "banked"]
    period: Period
    posted_in: Quarter | None = None
    corrects: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    amount: Pounds
    reason: Reason

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
            corrects=self.corrects,
        )


class EntryOut(OutBody):
    """``relates_to`` names the period where the entry restates an earlier one or came after its quarter was closed.

    ``corrects`` is the reference of the posting that this one corrects. An indicated entry says which revision of
    which series it was made from, and by which rule; a revision counts within its ``generation``.
    """

    id: int
    scheme: str
    state: State
    period: str
    posted_in: str
    relates_to: str | None
    corrects: str | None
    cash: Money
    non_cash: Money
    indicator: str | None
    area: str | None
    breakdown: Breakdown | None
    generation: int | None
    revision: int | None
    rule_version: str | None
    event_id: str | None
    reference: str | None
    reason: str
    actor: str
    at: datetime
    business_date: date

    @classmethod
    def of(cls, recorded: RecordedEntry) -> Self:
        entry, posted, basis = recorded.entry, recorded.entry.posted, recorded.entry.basis
        return cls(
            id=recorded.id,
            scheme=entry.scheme,
            state=posted.state,
            period=posted.period.label,
            posted_in=posted.quarter.label,
            relates_to=posted.period.label if entry.restates else None,
            corrects=entry.corrects,
            cash=pounds(posted.amounts.cash),
            non_cash=pounds(posted.amounts.non_cash),
            indicator=None if basis is None else basis.series.indicator,
            area=None if basis is None else basis.series.area,
            breakdown=None if basis is None else basis.series.breakdown,
            generation=None if basis is None else basis.version.generation,
            revision=None if basis is None else basis.version.number,
            rule_version=None if basis is None else basis.rule_version,
            event_id=None if basis is None else basis.event_id,
            reference=entry.reference,
            reason=entry.reason,
            actor=recorded.actor,
            at=recorded.at,
            business_date=recorded.business_date,
        )
