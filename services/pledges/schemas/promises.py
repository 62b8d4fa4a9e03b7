"""Bodies of the promises that are given out for anybody to read."""

from collections.abc import Sequence
from datetime import date
from typing import Self

from pydantic import Field

from chassis.web.bodies import OutBody
from services.pledges.domain.past import PledgeLine
from services.pledges.domain.status import Delivery, Evidence, Schedule


class PromiseOut(OutBody):
    """A promise: what was said, who answers for it, where it stands, and when that was last shown by evidence."""

    id: str = Field(description="Set and number", examples=["2018-55"])
    theme: str
    original: str = Field(description="As the promise was made", examples=["Open the first hub"])
    wording: str = Field(description="Wording now: the latest amendment, else the original")
    portfolio_holders: list[str] = Field(description="Who answers for it today", examples=[["A. Holder"]])
    due: date | None
    delivery: Delivery
    evidence: Evidence
    schedule: Schedule = Field(description="`overdue` says late, never broken")
    closed_on: date | None
    last_evidence_on: date | None = Field(
        description="Day of the last evidence; null where there never was any", examples=["2018-01-31"]
    )
    cannot_be_rated: str | None = Field(description="Why it cannot be rated; null where it has a measure")

    @classmethod
    def of(cls, line: PledgeLine) -> Self:
        state = line.state
        return cls(
            id=state.id,
            theme=state.theme,
            original=state.title,
            wording=state.wording,
            portfolio_holders=list(dict.fromkeys(one.portfolio_holder for one in line.assignments)),
            due=state.due,
            delivery=state.progress.delivery,
            evidence=state.evidence,
            schedule=line.schedule,
            closed_on=state.progress.closed_on,
            last_evidence_on=line.last_evidence_on,
            cannot_be_rated=state.cannot_be_rated,
        )


class PromisesOut(OutBody):
    """The promises of all sets that are public."""

    promises: list[PromiseOut] = Field(description="By set and number")

    @classmethod
    def of(cls, lines: Sequence[PledgeLine]) -> Self:
        return cls(promises=[PromiseOut.of(line) for line in lines])
