"""Bodies of pledges."""

from datetime import date, datetime
from typing import Self, cast

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from services.pledges.domain import pledges as domain
from services.pledges.domain.indicators import SeriesKey
from services.pledges.domain.pledges import NewWording, PledgeChanges, PledgeDefinition, PledgeView
from services.pledges.domain.status import Delivery, Evidence, Schedule
from services.pledges.schemas.fields import (
    Changes,
    ClosedOn,
    LinkedIndicatorOut,
    Links,
    Name,
    Names,
    Number,
    Reason,
    Wording,
)


class Assignment(StrictBody):
    """Who answers for a pledge; lead officers in their printed order."""

    portfolio_holder: Name = Field(examples=["Ian Tuffin"])
    department: Name = Field(examples=["People - Strategic Co-operative Commissioning"])
    director: Name = Field(examples=["Craig McArdle"])
    lead_officers: Names = Field(min_length=1, examples=[["Rachel Silcock"]])

    def to_domain(self) -> domain.Assignment:
        return domain.Assignment(self.portfolio_holder, self.department, self.director, tuple(self.lead_officers))


class PledgeIn(StrictBody):
    number: Number
    theme: Name = Field(examples=["Health and Adult Social Care"])
    title: Wording = Field(
        description="Original wording; never changes", examples=["Publish an action plan to ease loneliness"]
    )
    top: bool | None = Field(None, description="A top pledge; null where it was not recorded")
    due: date | None = Field(None, examples=["2018-09-30"])
    delivery: Delivery = Delivery.NOT_STARTED
    evidence: Evidence = Evidence.NONE
    assignments: list[Assignment] = Field(min_length=1, max_length=20)

    def to_domain(self) -> PledgeDefinition:
        return PledgeDefinition(
            number=self.number,
            theme=self.theme,
            title=self.title,
            assignments=tuple(one.to_domain() for one in self.assignments),
            top=self.top,
            due=self.due,
            delivery=self.delivery,
            evidence=self.evidence,
        )


class AmendmentIn(StrictBody):
    text: Wording = Field(examples=["Publish and review each year an action plan to ease loneliness"])
    reason: Reason = Field(examples=["Cabinet asked for a yearly review"])

    def to_domain(self) -> NewWording:
        return NewWording(self.text, self.reason)


class PledgePatch(Changes):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"delivery": "in_progress", "evidence": "partial", "due": "2018-09-30"}]}
    )

    delivery: Delivery | None = None
    evidence: Evidence | None = None
    due: date | None = None
    top: bool | None = None
    closed_on: ClosedOn = None
    amendment: AmendmentIn | None = Field(None, description="Later wording, appended beside the original")
    title: Wording | None = Field(None, description="Accepted only if it is the original wording, which never changes")

    def to_domain(self) -> PledgeChanges:
        named = self.named()
        if self.amendment:
            named["amendment"] = self.amendment.to_domain()
        return cast("PledgeChanges", named)


class LinksIn(StrictBody):
    """The whole set; what is not named is no longer linked."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"links": [{"indicator": "ae-four-hour-wait", "area": "E06000026"}]}]}
    )

    links: Links

    def to_domain(self) -> list[SeriesKey]:
        return [one.to_domain() for one in self.links]


class AmendmentOut(OutBody):
    text: str
    reason: str
    by: str
    at: datetime

    @classmethod
    def of(cls, amendment: domain.Amendment) -> Self:
        return cls(text=amendment.text, reason=amendment.reason, by=amendment.by, at=amendment.at)


class AssignmentOut(OutBody):
    portfolio_holder: str
    department: str
    director: str
    lead_officers: list[str]

    @classmethod
    def of(cls, assignment: domain.Assignment) -> Self:
        return cls(
            portfolio_holder=assignment.portfolio_holder,
            department=assignment.department,
            director=assignment.director,
            lead_officers=list(assignment.lead_officers),
        )


class PledgeOut(OutBody):
    """A pledge with its three axes, who answers for it, and the latest colours of its indicators."""

    number: str = Field(examples=["55"])
    theme: str
    title: str = Field(description="Original wording")
    wording: str = Field(description="Wording now: the latest amendment, else the original")
    top: bool | None
    due: date | None
    delivery: Delivery
    evidence: Evidence
    schedule: Schedule = Field(
        description="Computed on the business date: `due` within this financial quarter, `overdue` after the due day"
    )
    closed_on: date | None
    assignments: list[AssignmentOut]
    amendments: list[AmendmentOut]
    indicators: list[LinkedIndicatorOut] = Field(description="Colours are null until an event told of them")
    version: int = Field(description="Counts the events of this pledge", examples=[3])

    @classmethod
    def of(cls, view: PledgeView) -> Self:
        pledge = view.pledge
        return cls(
            number=pledge.number,
            theme=pledge.theme,
            title=pledge.title,
            wording=view.wording,
            top=pledge.top,
            due=pledge.due,
            delivery=pledge.progress.delivery,
            evidence=pledge.evidence,
            schedule=view.schedule,
            closed_on=pledge.progress.closed_on,
            assignments=[AssignmentOut.of(one) for one in view.assignments],
            amendments=[AmendmentOut.of(one) for one in view.amendments],
            indicators=[LinkedIndicatorOut.of(one) for one in view.indicators],
            version=pledge.version,
        )
