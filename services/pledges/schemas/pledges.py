"""Bodies of pledges."""

from datetime import date, datetime
from typing import Annotated, Self, cast

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import UNCHANGED, OutBody, PatchBody, StrictBody
from contracts.reasons import Reason
from services.pledges.domain import pledges as domain
from services.pledges.domain.linked import WantedLinks
from services.pledges.domain.pledges import NewWording, PledgeChanges, PledgeDefinition, PledgeView
from services.pledges.domain.sets import plain_number
from services.pledges.domain.status import Delivery, Evidence, Schedule
from services.pledges.schemas.fields import (
    ClosedOn,
    LinkedIndicatorOut,
    Name,
    Names,
    Notes,
    PledgeNumber,
    SeriesLink,
    SeriesLinks,
    SetCode,
    Wording,
)
from services.pledges.schemas.linked import LinkedRiskOut, LinkedSchemeOut, RiskRefs, SchemeCodes

Day = date
"""For bodies that have a field named ``date``."""


class Assignment(StrictBody):
    """Who answers for a pledge, from a day and until a day where that is known; officers in their printed order."""

    portfolio_holder: Name = Field(examples=["Ian Tuffin"])
    department: Name = Field(examples=["People - Strategic Co-operative Commissioning"])
    director: Name = Field(examples=["Craig McArdle"])
    lead_officers: Names = Field(min_length=1, examples=[["Rachel Silcock"]])
    valid_from: date | None = Field(None, examples=["2018-05-04"])
    valid_to: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.to_domain().ends_before_it_begins:
            raise ValueError("ends before it begins")
        return self

    def to_domain(self) -> domain.Assignment:
        officers = tuple(self.lead_officers)
        who = (self.portfolio_holder, self.department, self.director, officers)
        return domain.Assignment(*who, self.valid_from, self.valid_to)


Assignments = Annotated[list[Assignment], Field(min_length=1, max_length=20)]


class MeasureIn(StrictBody):
    """How a pledge is measured."""

    measure: Wording = Field(examples=["Residents who say they feel lonely often or always"])
    baseline: Wording = Field(examples=["7 per cent in the survey of 2017"])
    date: Day = Field(description="The day by which it is judged", examples=["2022-05-05"])

    def to_domain(self) -> domain.Measure:
        return domain.Measure(self.measure, self.baseline, self.date)


class PledgeIn(StrictBody):
    """A pledge says how it is measured, or why it cannot be rated; with neither it reads that nobody said."""

    set: SetCode | None = Field(None, description="Its pledge set; without one, the newest")
    number: PledgeNumber
    theme: Name = Field(examples=["Health and Adult Social Care"])
    title: Wording = Field(
        description="Original wording; never changes", examples=["Publish an action plan to ease loneliness"]
    )
    top: bool | None = Field(None, description="A top pledge; null where it was not recorded")
    due: date | None = Field(None, examples=["2018-09-30"])
    delivery: Delivery = Delivery.NOT_STARTED
    evidence: Evidence = Evidence.NONE
    assignments: list[Assignment] = Field(default=[], max_length=20, description="None where nobody is printed")
    measure: MeasureIn | None = None
    cannot_be_rated: Reason | None = Field(None, description="Why it cannot be rated")
    notes: Notes = ()

    @model_validator(mode="after")
    def _measured_or_not(self) -> Self:
        _refuse_both(self.measure, self.cannot_be_rated)
        return self

    def to_domain(self) -> PledgeDefinition:
        return PledgeDefinition(
            set_code=self.set,
            number=plain_number(self.number),
            theme=self.theme,
            title=self.title,
            assignments=tuple(one.to_domain() for one in self.assignments),
            top=self.top,
            due=self.due,
            delivery=self.delivery,
            evidence=self.evidence,
            measure=self.measure.to_domain() if self.measure else None,
            cannot_be_rated=self.cannot_be_rated,
            notes=self.notes,
        )


def _refuse_both(measure: MeasureIn | None, cannot_be_rated: str | None) -> None:
    if measure and cannot_be_rated:
        raise ValueError("a pledge that has a measure can be rated")


class AmendmentIn(StrictBody):
    text: Wording = Field(examples=["Publish and review each year an action plan to ease loneliness"])
    reason: Reason = Field(examples=["Cabinet asked for a yearly review"])

    def to_domain(self) -> NewWording:
        return NewWording(self.text, self.reason)


class PledgePatch(PatchBody):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"delivery": "in_progress", "evidence": "partial", "due": "2018-09-30"}]}
    )

    delivery: Delivery = UNCHANGED
    evidence: Evidence = UNCHANGED
    due: date | None = None
    top: bool | None = None
    closed_on: ClosedOn = None
    amendment: Annotated[AmendmentIn, Field(description="Later wording, appended beside the original")] = UNCHANGED
    title: Annotated[Wording, Field(description="Accepted only if it is the original wording, which stays")] = UNCHANGED
    measure: MeasureIn | None = None
    cannot_be_rated: Reason | None = Field(None, description="Why it cannot be rated; takes the place of a measure")
    notes: Notes = Field((), description="The whole list; what is not named is gone")
    reason: Reason | None = Field(None, description="Why the change is made; recorded with it")

    @model_validator(mode="after")
    def _measured_or_not(self) -> Self:
        _refuse_both(self.measure, self.cannot_be_rated)
        return self

    def to_domain(self) -> PledgeChanges:
        named = self.changes()
        if "amendment" in named:
            named["amendment"] = self.amendment.to_domain()
        if self.measure:
            named["measure"] = self.measure.to_domain()
        return cast("PledgeChanges", named)


class LinksIn(StrictBody):
    """The whole set; what is not named is no longer linked."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "links": [{"indicator": "dtoc-all", "area": "E06000026"}],
                    "risks": ["OCC4"],
                    "schemes": ["sooner-home"],
                }
            ]
        }
    )

    links: SeriesLinks
    risks: RiskRefs = Field(default=[])
    schemes: SchemeCodes = Field(default=[])

    def to_domain(self) -> WantedLinks:
        return WantedLinks([one.to_domain() for one in self.links], self.risks, self.schemes)


class AssignmentsIn(StrictBody):
    """The whole list, with those that have ended."""

    assignments: Assignments
    reason: Reason | None = Field(None, description="Why they change; recorded with the change")

    def to_domain(self) -> list[domain.Assignment]:
        return [one.to_domain() for one in self.assignments]


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
    valid_from: date | None
    valid_to: date | None

    @classmethod
    def of(cls, assignment: domain.Assignment) -> Self:
        return cls(
            portfolio_holder=assignment.portfolio_holder,
            department=assignment.department,
            director=assignment.director,
            lead_officers=list(assignment.lead_officers),
            valid_from=assignment.valid_from,
            valid_to=assignment.valid_to,
        )


class AssignmentsOut(OutBody):
    """Who answers for a pledge, as it can be sent again in the place of the whole list."""

    assignments: list[AssignmentOut]

    @classmethod
    def of(cls, view: PledgeView) -> Self:
        return cls(assignments=[AssignmentOut.of(one) for one in view.assignments])


class PledgeLinksOut(OutBody):
    """What a pledge is linked to, as it can be sent again in the place of the whole set."""

    links: list[SeriesLink]
    risks: list[str] = Field(description="References of risks")
    schemes: list[str] = Field(description="Codes of savings schemes")

    @classmethod
    def of(cls, view: PledgeView) -> Self:
        return cls(
            links=[SeriesLink.of(one.key) for one in view.indicators],
            risks=[one.code for one in view.elsewhere.risks],
            schemes=[one.code for one in view.elsewhere.schemes],
        )


class MeasureOut(OutBody):
    measure: str
    baseline: str
    date: Day

    @classmethod
    def of(cls, measure: domain.Measure) -> Self:
        return cls(measure=measure.measure, baseline=measure.baseline, date=measure.date)


class PledgeOut(OutBody):
    """A promise with its three axes, who answers for it, its indicators, risks and money, each with its date."""

    id: str = Field(description="Set and number, as in paths", examples=["2018-55"])
    set: str = Field(examples=["2018"])
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
    last_evidence_on: date | None = Field(
        description="Day of the last evidence that a return or a sign-off linked to; null: there is no evidence"
    )
    measure: MeasureOut | None
    cannot_be_rated: str | None = Field(description="Why it cannot be rated; null where it has a measure")
    assignments: list[AssignmentOut]
    amendments: list[AmendmentOut]
    indicators: list[LinkedIndicatorOut] = Field(description="Values and colours are null until an event told of them")
    risks: list[LinkedRiskOut] = Field(description="Risks to it, with their ratings")
    schemes: list[LinkedSchemeOut] = Field(description="Savings schemes that hang on it, with their positions")
    notes: Notes
    version: int = Field(description="Counts the events of this pledge", examples=[3])

    @classmethod
    def of(cls, view: PledgeView) -> Self:
        pledge = view.pledge
        return cls(
            id=pledge.id,
            set=pledge.set_code,
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
            last_evidence_on=view.last_evidence_on,
            measure=MeasureOut.of(pledge.measure) if pledge.measure else None,
            cannot_be_rated=pledge.cannot_be_rated,
            assignments=[AssignmentOut.of(one) for one in view.assignments],
            amendments=[AmendmentOut.of(one) for one in view.amendments],
            indicators=[LinkedIndicatorOut.of(one) for one in view.indicators],
            risks=[LinkedRiskOut.of(one) for one in view.elsewhere.risks],
            schemes=[LinkedSchemeOut.of(one) for one in view.elsewhere.schemes],
            notes=pledge.notes,
            version=pledge.version,
        )
