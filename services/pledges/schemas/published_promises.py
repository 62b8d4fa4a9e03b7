"""Bodies of the promises as they are published: nothing but what anybody may know, for it may be read without a key."""

from collections.abc import Sequence
from datetime import date
from typing import Self

from pydantic import Field

from chassis.web.bodies import OutBody
from contracts.period import Period
from services.pledges.domain.past import PledgeLine
from services.pledges.domain.status import Delivery, Evidence, Schedule


class PublishedPromiseOut(OutBody):
    """A promise as it was printed, where it stands, and when that was last shown by evidence."""

    id: str = Field(description="Set and number", examples=["2018-55"])
    text: str = Field(description="As the promise was printed", examples=["Open the first hub"])
    delivery: Delivery
    evidence: Evidence
    schedule: Schedule = Field(description="`overdue` says late, never broken")
    last_evidence_on: date | None = Field(
        description="Day of the last evidence; null where there never was any", examples=["2018-01-31"]
    )

    @classmethod
    def of(cls, line: PledgeLine) -> Self:
        state = line.state
        return cls(
            id=state.id,
            text=state.title,
            delivery=state.progress.delivery,
            evidence=state.evidence,
            schedule=line.schedule,
            last_evidence_on=line.last_evidence_on,
        )


class PublishedPromisesOut(OutBody):
    """The promises of all sets that are public."""

    quarter: Period = Field(description="Financial quarter that it is of")
    promises: list[PublishedPromiseOut] = Field(description="By set and number")

    @classmethod
    def of(cls, lines: Sequence[PledgeLine], today: date) -> Self:
        return cls(quarter=Period.quarter_of(today), promises=[PublishedPromiseOut.of(line) for line in lines])
