"""The bodies of replays, rebuilds and the business date."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from chassis.business_dates import EARLIEST, LATEST, BusinessDate
from chassis.jobs.job import JobState
from chassis.recovery.replays import MAX_OFFSET, Replayed, Start
from chassis.web.bodies import OutBody, StrictBody
from chassis.web.moments import Moment
from gateway.operations.replays import Rebuild

Day = date
"""The type of a field that is itself called ``date``."""
Service = Literal["indicators", "risks", "pledges", "finance", "subscriptions"]


class ReplayIn(StrictBody):
    """Which consumer reads again, and from where: an offset or a moment."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"consumer": "risks", "from_offset": 0}]})

    consumer: str = Field(min_length=1, max_length=60, description="The consumer", examples=["risks"])
    from_offset: Annotated[int, Field(ge=0, le=MAX_OFFSET)] | None = Field(
        default=None, description="From this offset of every partition", examples=[0]
    )
    from_moment: Moment | None = Field(
        default=None, description="From what was published at this moment or later", examples=["2018-02-28T09:00:00Z"]
    )
    anyway: bool = Field(
        default=False,
        description="Also where the log no longer has all of that: from where it begins",
        examples=[False],
    )

    @model_validator(mode="after")
    def _one_start(self) -> Self:
        if (self.from_offset is None) == (self.from_moment is None):
            raise ValueError("give from_offset or from_moment, one of the two")
        return self

    def to_domain(self) -> Start:
        at = self.from_moment if self.from_offset is None else self.from_offset
        assert at is not None  # noqa: S101  one of the two is given
        return Start(at, self.anyway)


class ReplayOut(OutBody):
    """From where a consumer reads again."""

    consumer: str = Field(description="The consumer", examples=["risks"])
    partitions: int = Field(description="How many partitions it reads again", examples=[12])
    lowest: int = Field(description="The lowest offset that it reads from", examples=[0])

    @classmethod
    def of(cls, consumer: str, replayed: Replayed) -> "ReplayOut":
        return cls(consumer=consumer, partitions=replayed.partitions, lowest=replayed.lowest)


class RebuildIn(StrictBody):
    """Whose derived state is made anew."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"service": "risks"}]})

    service: Service = Field(description="The service", examples=["risks"])


class FoldedOut(OutBody):
    """What a consumer folded."""

    consumer: str = Field(description="The consumer", examples=["risks"])
    events: int = Field(description="Events of its log that it folded", examples=[212])


class RebuildOut(OutBody):
    """A rebuild of what a service derives from events."""

    id: int = Field(description="Its number", examples=[7])
    state: JobState = Field(description="Waiting, running, or how it ended; a failed one has changed nothing")
    service: str = Field(description="The service", examples=["risks"])
    requested_by: str = Field(description="Who asked for it", examples=["Ana Nowak"])
    requested_at: datetime = Field(description="When, in UTC")
    finished_at: datetime | None = Field(description="When it ended, null until then")
    error: str | None = Field(description="Why it failed", examples=[None])
    folded: list[FoldedOut] = Field(description="What was folded, by consumer")

    @classmethod
    def of(cls, rebuild: Rebuild) -> "RebuildOut":
        job = rebuild.job
        return cls(
            id=job.id,
            state=job.state,
            service=rebuild.service,
            requested_by=job.actor,
            requested_at=job.created_at,
            finished_at=job.finished_at,
            error=job.error,
            folded=[FoldedOut(consumer=name, events=count) for name, count in (rebuild.folded or {}).items()],
        )


class BusinessDateIn(StrictBody):
    """The date to pin, or null."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"date": "2018-02-28"}]})

    date: Annotated[Day, Field(ge=EARLIEST, le=LATEST)] | None = Field(
        description="What calendar rules read from now on; null lets it follow the calendar", examples=["2018-02-28"]
    )


class ServiceDateOut(OutBody):
    """The business date of one service."""

    service: str = Field(description="The service", examples=["risks"])
    date: Day = Field(description="What its calendar rules read", examples=["2018-02-28"])
    is_pinned: bool = Field(description="Whether it is pinned, or follows the calendar", examples=[True])


class BusinessDateOut(OutBody):
    """The business date that calendar rules read."""

    date: Day = Field(description="The gateway's", examples=["2018-02-28"])
    is_pinned: bool = Field(description="Whether it is pinned, or follows the calendar", examples=[True])
    is_alike: bool | None = Field(
        description="Whether every service that answered has the same; if not, set it again. Null where none was asked",
        examples=[True],
    )
    services: list[ServiceDateOut] = Field(description="Each that has answered, by itself")
    unreachable: list[str] = Field(description="Services that did not answer", examples=[[]])

    @classmethod
    def of(cls, own: BusinessDate, found: Mapping[str, BusinessDate | None] | None) -> "BusinessDateOut":
        """The gateway's own beside those that services have; ``found`` None where they were not asked."""
        is_alike, found = None if found is None else set(filter(None, found.values())) <= {own}, found or {}
        answered = {name: each for name, each in found.items() if each}
        return cls(
            date=own.day,
            is_pinned=own.is_pinned,
            is_alike=is_alike,
            services=[
                ServiceDateOut(service=name, date=each.day, is_pinned=each.is_pinned) for name, each in answered.items()
            ],
            unreachable=sorted(set(found) - set(answered)),
        )
