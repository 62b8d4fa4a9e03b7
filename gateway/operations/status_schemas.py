"""The bodies of what operators look at."""

from datetime import datetime
from typing import Self

from pydantic import Field

from chassis.jobs.job import JobState
from chassis.web.bodies import OutBody
from gateway.operations.status import ConsumerStatus, NamedJob, OutboxStatus

_SERVICE = "Whose it is"


class ConsumerOut(OutBody):
    """A consumer of events."""

    service: str = Field(description=_SERVICE, examples=["risks"])
    consumer: str = Field(description="Its name", examples=["risks"])
    lag: int | None = Field(description="Events it has still to read; null where the bus does not say", examples=[0])
    lag_seconds: float | None = Field(
        description="By how much time it is behind; null where the bus or this instance cannot say", examples=[0.0]
    )
    age_seconds: float = Field(description="For how long it has made no progress while some waited", examples=[0.0])
    dead_letters: int = Field(description="Events that are parked", examples=[0])
    stopped: str | None = Field(description="Why it is stopped; null while it works", examples=["10 failures in a row"])

    @classmethod
    def of(cls, status: ConsumerStatus) -> Self:
        return cls.model_validate(status, from_attributes=True)


class OutboxOut(OutBody):
    """What a service has still to publish."""

    service: str = Field(description=_SERVICE, examples=["indicators"])
    unpublished: int = Field(description="Events that wait", examples=[0])
    failing: str | None = Field(
        description="Why publishing fails; null while it does not", examples=["BusError: no broker"]
    )
    refusal: str | None = Field(
        description="Why nothing is published where a store went back", examples=["The bus went back by 12"]
    )

    @classmethod
    def of(cls, status: OutboxStatus) -> Self:
        return cls.model_validate(status, from_attributes=True)


class JobOut(OutBody):
    """A job that a service does beside requests."""

    id: str = Field(description="Its name among the jobs of all services", examples=["indicators-12"])
    service: str = Field(description=_SERVICE, examples=["indicators"])
    name: str = Field(description="What kind of job it is", examples=["import"])
    state: JobState = Field(description="How it stands")
    attempts: int = Field(description="How often it was begun", examples=[1])
    max_attempts: int = Field(description="How often it may be", examples=[5])
    due_at: datetime = Field(description="From when on it may be taken, in UTC")
    done: int | None = Field(description="How much is done, where it says so", examples=[400])
    total: int | None = Field(description="Of how much", examples=[1000])
    error: str | None = Field(description="The error of the last attempt", examples=["StoresUnreachable"])
    actor: str = Field(description="Who asked for it", examples=["Ana Nowak"])
    created_at: datetime = Field(description="When it was asked for, in UTC")
    finished_at: datetime | None = Field(description="When it ended, null until then")

    @classmethod
    def of(cls, named: NamedJob) -> Self:
        own = {"id": named.name, "service": named.service}
        return cls.model_validate({field: getattr(named.job, field, None) for field in cls.model_fields} | own)
