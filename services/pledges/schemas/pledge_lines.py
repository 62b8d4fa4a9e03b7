"""Bodies of pledges as they are on a day: now, at the end of a past quarter, or as they were known at a moment."""

from collections.abc import Sequence
from datetime import date
from typing import Self

from pydantic import Field

from chassis.web.bodies import OutBody
from services.pledges.domain.past import PledgeLine
from services.pledges.domain.status import Delivery, Evidence, Schedule
from services.pledges.schemas.fields import SeriesLink
from services.pledges.schemas.pledges import AssignmentOut, MeasureOut


class PledgeLineOut(OutBody):
    """A pledge as people had set it by that day, with who answered for it then and what it was linked to."""

    id: str = Field(description="Set and number", examples=["2018-55"])
    state_on: date = Field(description="Day that the schedule, the assignments and the evidence are of")
    theme: str
    original: str = Field(description="As the pledge was made", examples=["Open the first hub"])
    wording: str = Field(description="Wording then: the latest amendment, else the original")
    top: bool | None
    due: date | None
    delivery: Delivery
    evidence: Evidence
    schedule: Schedule = Field(description="`overdue` says late, never broken")
    closed_on: date | None
    last_evidence_on: date | None = Field(description="Day of the last evidence; null where there was none yet")
    measure: MeasureOut | None
    cannot_be_rated: str | None = Field(description="Why it cannot be rated; null where it has a measure")
    assignments: list[AssignmentOut] = Field(description="Those that hold on that day")
    links: list[SeriesLink] = Field(description="Series that it is linked to")
    risks: list[str] = Field(description="References of risks that it is linked to")
    schemes: list[str] = Field(description="Codes of savings schemes that it is linked to")

    @classmethod
    def of(cls, line: PledgeLine) -> Self:
        state = line.state
        return cls(
            id=state.id,
            state_on=line.day,
            theme=state.theme,
            original=state.title,
            wording=state.wording,
            top=state.top,
            due=state.due,
            delivery=state.progress.delivery,
            evidence=state.evidence,
            schedule=line.schedule,
            closed_on=state.progress.closed_on,
            last_evidence_on=line.last_evidence_on,
            measure=MeasureOut.of(state.measure) if state.measure else None,
            cannot_be_rated=state.cannot_be_rated,
            assignments=[AssignmentOut.of(one) for one in line.assignments],
            links=[SeriesLink.of(one) for one in state.links],
            risks=list(state.risks),
            schemes=list(state.schemes),
        )


class PledgeLinesOut(OutBody):
    """All pledges, or those of a set, on a day."""

    pledges: list[PledgeLineOut] = Field(description="By set and number")

    @classmethod
    def of(cls, lines: Sequence[PledgeLine]) -> Self:
        return cls(pledges=[PledgeLineOut.of(line) for line in lines])
