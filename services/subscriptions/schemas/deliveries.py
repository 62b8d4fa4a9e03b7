"""Bodies of the delivery log and of dead letters."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints

from chassis.web.bodies import OutBody, StrictBody
from contracts.reasons import Reason
from services.subscriptions.domain.deliveries import Aggregate, Delivery, Outcome, Waiting

_OUTCOME = (
    "`delivered`: answered 2xx; `refused`: another status; `redirected`: not followed; `gone`: 410, which disables; "
    "`timed_out`: not wholly answered in time; `unreachable`: nobody there; `address_refused`: not public; "
    "`undelivered`: a message that MESH accepted, and that nobody is known to have collected"
)


class DeliveryOut(OutBody):
    """One request to the receiver, or one message to a mailbox, and its answer."""

    id: int = Field(description="Counts up", examples=[412])
    event_id: str = Field(description="The `webhook-id`, or a message's local id; the same in every attempt")
    type: str = Field(
        description="Of the event; `message` for a message of many", examples=["commissioning.indicator.updated.v1"]
    )
    service: str | None = Field(
        description="Whose event it is; null for tests, heartbeats and messages", examples=["indicators"]
    )
    subject: str = Field(
        description="The aggregate, or a message's file name", examples=["ae-four-hour-wait/E06000026"]
    )
    position: int | None = Field(
        description="In the feed, of a message that of its last event; null for tests and heartbeats", examples=[4711]
    )
    attempt: int = Field(description="Which attempt at this event it was", examples=[1])
    outcome: Outcome = Field(description=_OUTCOME)
    started_at: datetime = Field(description="When it was sent")
    milliseconds: int = Field(description="How long it took", examples=[31])
    status: int | None = Field(description="The status of the answer; null without one", examples=[204])
    request: dict[str, Any] | None = Field(
        description="What was sent: address, headers without the signature, size, and of what failed the body, cut"
    )
    answer: dict[str, Any] | None = Field(description="Some headers of the answer and the beginning of its text")

    @classmethod
    def of(cls, found: Delivery) -> Self:
        attempt = found.attempt
        return cls(
            id=found.id,
            event_id=found.event_id,
            type=found.type,
            service=found.service,
            subject=found.subject,
            position=found.position,
            attempt=found.attempts,
            outcome=attempt.outcome,
            started_at=attempt.started_at,
            milliseconds=attempt.milliseconds,
            status=attempt.status,
            request=None if attempt.request is None else dict(attempt.request),
            answer=None if attempt.answer is None else dict(attempt.answer),
        )


class DeadLetterOut(OutBody):
    """An aggregate whose event the receiver never took; what follows of it waits behind that."""

    service: str = Field(description="Whose events these are", examples=["indicators"])
    subject: str = Field(description="The aggregate", examples=["ae-four-hour-wait/E06000026"])
    position: int = Field(description="Of the event, in the feed", examples=[4711])
    attempts: int = Field(description="How often it was tried", examples=[15])
    first_failed_at: datetime | None = Field(description="When it failed first")
    dead_at: datetime | None = Field(description="When it failed last")
    outcome: Outcome | None = Field(description=_OUTCOME)
    status: int | None = Field(description="The last answer's", examples=[400])

    @classmethod
    def of(cls, found: Waiting) -> Self:
        return cls.model_validate({name: getattr(found, name) for name in cls.model_fields})


class AggregateIn(StrictBody):
    """An aggregate by its service and subject."""

    service: Annotated[str, StringConstraints(min_length=1, max_length=20)] = Field(
        description="Whose events they are", examples=["indicators"]
    )
    subject: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")] = Field(
        description="The aggregate", examples=["ae-four-hour-wait/E06000026"]
    )


Aggregates = Annotated[list[AggregateIn], Field(min_length=1, max_length=200)]
_AGGREGATES = "Of which aggregates; null for all"


class DeadRetryIn(StrictBody):
    """Which dead letters are delivered again, with what waits behind them."""

    aggregates: Aggregates | None = Field(default=None, description=_AGGREGATES)

    def to_domain(self) -> list[Aggregate] | None:
        return _domain(self.aggregates)


class DeadDiscardIn(StrictBody):
    """Which events are left out for good; what waits behind them is delivered."""

    aggregates: Aggregates | None = Field(default=None, description=_AGGREGATES)
    reason: Reason = Field(
        description="Why, for the audit record", examples=["The receiver cannot read series of that length"]
    )

    def to_domain(self) -> list[Aggregate] | None:
        return _domain(self.aggregates)


def _domain(aggregates: list[AggregateIn] | None) -> list[Aggregate] | None:
    return None if aggregates is None else [(each.service, each.subject) for each in aggregates]


class DeadLettersTakenOut(OutBody):
    """How many aggregates it was."""

    aggregates: int = Field(description="How many", examples=[1])
