"""Bodies of quarterly returns."""

from datetime import date, datetime
from typing import Annotated, Literal, Self, cast

from pydantic import ConfigDict, Field, StringConstraints

from chassis.web.bodies import OutBody, PatchBody, StrictBody
from contracts.colours import Colour
from contracts.period import Period
from contracts.reasons import Reason
from services.pledges.domain import returns as domain
from services.pledges.domain.returns import ReturnChanges, ReturnState, ReturnView, Step, StepTaken
from services.pledges.schemas.fields import WHOLE_TEXT, Name
from services.pledges.schemas.pledges import AssignmentOut

Account = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=WHOLE_TEXT)]
OwnColour = Literal[Colour.GREEN, Colour.AMBER, Colour.RED]
Url = Annotated[str, StringConstraints(max_length=1000, pattern=r"^https?://[^\s\x00]+$")]


class EvidenceLink(StrictBody):
    """Something that shows what is claimed."""

    title: Name = Field(examples=["Survey of carers, autumn 2017"])
    url: Url = Field(examples=["https://example.org/survey-2017"])


class ReturnPatch(PatchBody):
    """What is left out stays; null takes back what was said. The colour is the author's own judgement."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"colour": "amber", "narrative": "The plan is out for consultation."}]}
    )

    colour: OwnColour | None = None
    narrative: Account | None = None
    next_steps: Account | None = None
    evidence: list[EvidenceLink] = Field(default_factory=list, max_length=50, description="The whole list")

    def to_domain(self) -> ReturnChanges:
        named = self.changes()
        if "evidence" in named:
            named["evidence"] = tuple(domain.EvidenceLink(one.title, one.url) for one in self.evidence)
        return cast("ReturnChanges", named)


class ReturnStepIn(StrictBody):
    on_behalf_of: Name | None = Field(
        None,
        description="Who delegated this step to the caller: a person of the assignment, of whom a delegation holds",
        examples=[None],
    )


class ReturnBackIn(ReturnStepIn):
    reason: Reason = Field(examples=["The number of carers is missing"])


class StepOut(OutBody):
    step: Step
    by: str
    person: str | None = Field(description="Code of the person behind it, where one is entered")
    on_behalf_of: str | None
    reason: str | None
    at: datetime
    business_date: date

    @classmethod
    def of(cls, taken: StepTaken) -> Self:
        return cls(
            step=taken.step,
            by=taken.by,
            person=taken.person,
            on_behalf_of=taken.on_behalf_of,
            reason=taken.reason,
            at=taken.at,
            business_date=taken.business_date,
        )


class ReturnOut(OutBody):
    """What an assignment's people report of a pledge for one quarter."""

    id: str = Field(examples=["2018-46.2017-18-Q3.1"])
    pledge: str = Field(examples=["2018-46"])
    quarter: Period
    due: date = Field(description="The last day of the month after the quarter")
    closes_on: date = Field(description="Last day of the next quarter: later nothing is written, submitted or returned")
    assignment: AssignmentOut = Field(description="As it was when the return was opened")
    state: ReturnState
    locked: bool = Field(description="Approved, or of a quarter that is closed")
    late: bool = Field(description="First submitted after it was due")
    missing: bool = Field(
        description="Due and never submitted, or handed back and not submitted again before it closed"
    )
    submitted_on: date | None = Field(description="Business date of the first submission")
    colour: Colour | None
    narrative: str | None
    next_steps: str | None
    evidence: list[EvidenceLink]
    steps: list[StepOut] = Field(description="Who submitted, returned or approved it, and when; oldest first")

    @classmethod
    def of(cls, view: ReturnView) -> Self:
        found = view.quarterly_return
        return cls(
            id=found.id,
            pledge=found.pledge,
            quarter=found.quarter,
            due=found.due,
            closes_on=found.closes_on,
            assignment=AssignmentOut.of(found.assignment),
            state=found.state,
            locked=found.is_locked(view.today),
            late=found.is_late,
            missing=found.is_missing(view.today),
            submitted_on=found.submitted_on,
            colour=found.colour,
            narrative=found.narrative,
            next_steps=found.next_steps,
            evidence=[EvidenceLink(title=one.title, url=one.url) for one in found.evidence],
            steps=[StepOut.of(one) for one in view.steps],
        )
