"""The bodies of recoveries and verifications."""

from dataclasses import asdict
from datetime import datetime
from typing import Self

from pydantic import ConfigDict, Field

from chassis.jobs.job import JobState
from chassis.recovery.report import Difference, Report
from chassis.web.bodies import OutBody, StrictBody
from gateway.operations.work import Operation


class RecoveryIn(StrictBody):
    """What to recover: one aggregate, or everything where none is named."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"subject": "ae-four-hour-wait/E06000026"}]})

    subject: str | None = Field(
        default=None, min_length=1, max_length=200, description="One aggregate, by the subject of its events"
    )


class RecoveredOut(OutBody):
    """What was done in one service's database."""

    service: str = Field(description="The service", examples=["indicators"])
    generation: int = Field(description="The generation that its database began", examples=[2])
    aggregates: int = Field(description="Aggregates whose state was published again", examples=[90])
    requeued: int = Field(description="Events that the bus had lost and that were published again", examples=[8])
    outdated: int = Field(description="Events that the bus had lost and that are no longer kept", examples=[0])


class RewoundOut(OutBody):
    """A consumer that reads a log from its begin, since it is another than the one it had read."""

    consumer: str = Field(description="The consumer", examples=["risks"])
    partitions: int = Field(description="How many partitions it reads from their begin", examples=[0])


class ForgottenOut(OutBody):
    """What a consumer forgot, since its producer no longer has it."""

    consumer: str = Field(description="The consumer", examples=["risks"])
    aggregates: int = Field(description="How many aggregates it forgot", examples=[0])


class DifferenceOut(OutBody):
    """An aggregate of which a consumer has something else than its producer, or derived something else from that."""

    consumer: str = Field(description="The consumer", examples=["risks"])
    subject: str = Field(description="The aggregate, by the subject of its events", examples=["ed-wait/E06000026"])
    detail: str = Field(
        description="What differs, in a sentence",
        examples=["risks has applied nothing of ed-wait/E06000026, and its producer's newest is version 3."],
    )

    @classmethod
    def of(cls, difference: Difference) -> Self:
        return cls.model_validate(difference, from_attributes=True)


class OperationOut(OutBody):
    """What a recovery and a verification have in common."""

    id: int = Field(description="Its number", examples=[7])
    state: JobState = Field(description="Waiting, running, or how it ended; it succeeds also where something differs")
    requested_by: str = Field(description="Who asked for it", examples=["Ana Nowak"])
    requested_at: datetime = Field(description="When, in UTC")
    finished_at: datetime | None = Field(description="When it ended, null until then")
    error: str | None = Field(description="Why it failed, or why its last attempt did", examples=[None])
    differs: bool | None = Field(description="Whether anything differs, null until it has succeeded", examples=[False])
    count: int | None = Field(description="How many faults and differences there are", examples=[0])
    faults: list[str] = Field(description="Which stores went back in time, a sentence each", examples=[[]])
    differences: list[DifferenceOut] = Field(description="What differs, the first thousand", examples=[[]])


class VerificationOut(OperationOut):
    """A verification: whether every consumer has what its producers say."""

    @classmethod
    def of(cls, operation: Operation) -> "VerificationOut":
        return cls(**_common(operation))


class RecoveryOut(OperationOut):
    """A recovery: what it did, and what differs after it."""

    subject: str | None = Field(description="The one aggregate that is recovered, null for all", examples=[None])
    recovered: list[RecoveredOut] = Field(description="What was done in producing databases")
    rewound: list[RewoundOut] = Field(description="Which consumers read their log again")
    forgotten: list[ForgottenOut] = Field(description="What consumers forgot of a time that was lost")

    @classmethod
    def of(cls, operation: Operation) -> "RecoveryOut":
        report = operation.report or Report()
        return cls(
            **_common(operation),
            subject=operation.subject,
            recovered=[RecoveredOut(service=name, **asdict(done)) for name, done in report.recovered.items()],
            rewound=[RewoundOut(consumer=name, partitions=count) for name, count in report.rewound.items()],
            forgotten=[ForgottenOut(consumer=name, aggregates=count) for name, count in report.forgotten.items()],
        )


def _common(operation: Operation) -> dict[str, object]:
    job, report = operation.job, operation.report
    return {
        "id": job.id,
        "state": job.state,
        "requested_by": job.actor,
        "requested_at": job.created_at,
        "finished_at": job.finished_at,
        "error": job.error,
        "differs": None if report is None else not report.is_clean,
        "count": None if report is None else report.count,
        "faults": list(report.faults) if report else [],
        "differences": [DifferenceOut.of(each) for each in report.differences] if report else [],
    }
