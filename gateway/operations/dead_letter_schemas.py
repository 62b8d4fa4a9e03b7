"""The bodies of dead letters."""

from datetime import datetime
from typing import Self

from pydantic import ConfigDict, Field

from chassis.events.dead_letters import DeadLetterFilter, DeadLetterState, Reason
from chassis.recovery.dead_letters import MOST
from chassis.web.bodies import OutBody, StrictBody
from chassis.web.moments import Moment
from contracts import reasons
from gateway.operations.dead_letters import Decision, Decisions, NamedLetter

ID = "risks-7"
_SUBJECT = "The aggregates, by the subject of their events; `*` stands for any text"
_WHY = "Why, for those who look later"


class DeadLetterOut(OutBody):
    """An event that a consumer could not apply."""

    id: str = Field(description="Its name among the dead letters of all services", examples=[ID])
    service: str = Field(description="Whose consumer it is", examples=["risks"])
    number: int = Field(description="Its number within the service", examples=[7])
    consumer: str = Field(description="The consumer that could not apply it", examples=["risks"])
    state: DeadLetterState = Field(description="Parked, or what became of it")
    reason: Reason = Field(description="Whether it failed, is of an unknown version, or could not be read")
    error: str = Field(description="The error of the last attempt", examples=["ValueError: no period: 2017-13"])
    attempts: int = Field(description="How often it was tried", examples=[4])
    type: str | None = Field(description="The event's type", examples=["commissioning.indicator.updated.v1"])
    subject: str | None = Field(description="The event's subject", examples=["ae-four-hour-wait/E06000026"])
    version: int | None = Field(description="The aggregate's version", examples=[12])
    generation: int | None = Field(description="The generation of the producing database", examples=[1])
    event_id: str | None = Field(description="The event's id", examples=["6f1f8e0e-2d6b-4a1f-9a53-0d6c3a8b9f10"])
    topic: str = Field(description="The topic that it was read from", examples=["commissioning.indicators.v1"])
    partition: int = Field(description="The partition", examples=[3])
    offset: int = Field(description="The offset in the partition", examples=[120])
    parked_at: datetime = Field(description="When it was parked, in UTC")
    resolved_at: datetime | None = Field(description="When it was decided on, null until then")
    resolution: str | None = Field(description="What became of it in words, null until then", examples=["applied"])
    value: str | None = Field(description="The event's body as text; null in lists", examples=['{"specversion":"1.0"}'])
    headers: dict[str, str] | None = Field(description="The record's headers; null in lists", examples=[{}])

    @classmethod
    def of(cls, named: NamedLetter) -> Self:
        letter, name = named.letter, named.name
        own = {"id": str(name), "service": name.service, "number": name.number}
        return cls.model_validate({field: getattr(letter, field, None) for field in cls.model_fields} | own)


class DecisionOut(OutBody):
    """What came of a dead letter."""

    id: str = Field(description="Its name", examples=[ID])
    outcome: str = Field(description="What came of it, in words", examples=["applied"])
    is_parked: bool = Field(description="Whether it is parked still", examples=[False])

    @classmethod
    def of(cls, decision: Decision) -> Self:
        return cls(id=str(decision.name), outcome=decision.outcome.words, is_parked=decision.outcome.is_parked)


class DecisionsOut(OutBody):
    """What came of those that were asked for."""

    items: list[DecisionOut] = Field(description="One for each that was decided on")
    has_more: bool = Field(description="Whether there are others: ask again", examples=[False])

    @classmethod
    def of(cls, decisions: Decisions) -> Self:
        return cls(items=[DecisionOut.of(each) for each in decisions.decided], has_more=decisions.has_more)


class Wanted(StrictBody):
    """Which parked events are meant: all that fit everything that is given."""

    consumer: str | None = Field(default=None, max_length=60, description="Of one consumer", examples=["risks"])
    reason: Reason | None = Field(default=None, description="Parked for this reason", examples=["failed"])
    subject: str | None = Field(default=None, max_length=200, description=_SUBJECT, examples=["ae-four-hour-wait/*"])
    since: Moment | None = Field(
        default=None, description="Parked at this moment or later", examples=["2018-02-28T00:00:00Z"]
    )

    def to_domain(self) -> DeadLetterFilter:
        return DeadLetterFilter(self.consumer, self.reason, self.subject, self.since)


class RetryIn(StrictBody):
    """Which parked events to retry."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"where": {"consumer": "risks"}, "most": 100}]})

    where: Wanted = Field(description="Which are meant")
    most: int = Field(ge=1, le=MOST, description="No more than so many in this call", examples=[100])


class DiscardIn(StrictBody):
    """Why a parked event is discarded."""

    reason: reasons.Reason = Field(description=_WHY, examples=["sent by mistake"])


class DiscardManyIn(RetryIn):
    """Which parked events to discard, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"where": {"subject": "ae-four-hour-wait/*"}, "most": 100, "reason": "sent by mistake"}]
        }
    )

    reason: reasons.Reason = Field(description=_WHY, examples=["sent by mistake"])


class AllowedFailuresIn(StrictBody):
    """How many events more a stopped consumer may park in a row, and why."""

    most: int = Field(ge=1, le=10_000, description="No more than so many", examples=[500])
    reason: reasons.Reason = Field(description=_WHY, examples=["a foreign producer wrote these"])


class AllowedFailuresOut(OutBody):
    """What was allowed."""

    consumer: str = Field(description="The consumer", examples=["risks"])
    most: int = Field(description="So many events more it may park in a row", examples=[500])
