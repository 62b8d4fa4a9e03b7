"""What callers send and get."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints, field_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.pledges import LinkedIndicatorState
from services.pledges.domain import ActionKind, Delivery, Evidence, Schedule

WHOLE_TEXT = r"^[^\x00]+$"  # PostgreSQL keeps no NUL in text
CODE_FORM = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"

Number = Annotated[str, StringConstraints(max_length=20, pattern=CODE_FORM), Field(examples=["55"])]
Code = Annotated[str, StringConstraints(max_length=80, pattern=CODE_FORM)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=WHOLE_TEXT)]
Wording = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=WHOLE_TEXT)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=WHOLE_TEXT)]
Names = Annotated[list[Name], Field(max_length=20)]
Weight = Annotated[Decimal, Field(ge=0, max_digits=9, decimal_places=4, examples=["2.5"])]
PerCent = Annotated[Decimal, Field(description="Per cent of the weight, two decimals", examples=["25.00"])]
ClosedOn = Annotated[
    date | None,
    Field(description="Day of delivery, or the day it was found out of reach; today where none is given"),
]


class Assignment(StrictBody):
    """Who answers for a pledge; lead officers in their printed order."""

    portfolio_holder: Name = Field(examples=["Ian Tuffin"])
    department: Name = Field(examples=["People - Strategic Co-operative Commissioning"])
    director: Name = Field(examples=["Craig McArdle"])
    lead_officers: Names = Field(min_length=1, examples=[["Rachel Silcock"]])


class Link(StrictBody):
    """An indicator in an area."""

    indicator: Code = Field(examples=["ae-four-hour-wait"])
    area: Code = Field(examples=["E06000026"])


Links = Annotated[list[Link], Field(max_length=100)]


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


class AmendmentIn(StrictBody):
    text: Wording = Field(examples=["Publish and review each year an action plan to ease loneliness"])
    reason: Reason = Field(examples=["Cabinet asked for a yearly review"])


class _Changes(StrictBody):
    """A change names what it changes. Null clears a date or an unknown; it is refused for a status."""

    @field_validator("delivery", "evidence", "amendment", "title", mode="before", check_fields=False)
    @classmethod
    def _a_status_is_never_null(cls, sent: Any) -> Any:
        if sent is None:
            raise ValueError("cannot be null; leave it out to keep it")
        return sent


class PledgePatch(_Changes):
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


class LinksIn(StrictBody):
    """The whole set; what is not named is no longer linked."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"links": [{"indicator": "ae-four-hour-wait", "area": "E06000026"}]}]}
    )

    links: Links


class AmendmentOut(OutBody):
    text: str
    reason: str
    by: str
    at: datetime


class AssignmentOut(OutBody):
    portfolio_holder: str
    department: str
    director: str
    lead_officers: list[str]


class PledgeOut(OutBody):
    """A pledge with its three axes, who answers for it, and what its indicators last said."""

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
    indicators: list[LinkedIndicatorState] = Field(description="Colours are null until anything was heard")
    version: int = Field(description="Counts the events of this pledge", examples=[3])


class PriorityIn(StrictBody):
    title: Wording = Field(examples=["Local, integrated and responsive mental health services"])
    gap: Code | None = Field(None, description="The gap it closes", examples=["care-and-quality"])
    leads: Names = Field(default_factory=list, examples=[["Dave MacAulay"]])


class RollUpOut(OutBody):
    """Where a priority stands by its actions. The four shares are exactly 100.00 together."""

    actions: int
    overdue: int
    delivered: PerCent
    in_progress: PerCent
    not_started: PerCent
    undeliverable_external: PerCent
    progress: PerCent | None = Field(description="Delivered, of what can still be; null where nothing can")


class PriorityOut(OutBody):
    code: str = Field(examples=["mental-health"])
    title: str
    gap: str | None
    leads: list[str]
    roll_up: RollUpOut


class ActionIn(StrictBody):
    """The definition of an action. A ``delivery`` left out keeps what was recorded; anything else left out is empty."""

    priority: Code | None = Field(None, examples=["mental-health"])
    kind: ActionKind = ActionKind.MUST_DO
    title: Wording = Field(examples=["Open a crisis cafe"])
    due: date | None = Field(None, examples=["2018-04-30"])
    weight: Weight | None = Field(None, description="Weight in the roll-up; without one it counts 1")
    delivery: Delivery | None = None
    closed_on: ClosedOn = None
    phase: int | None = Field(None, ge=1, le=20)
    step: int | None = Field(None, ge=1, le=999, description="Place in a numbered plan")
    confirmed: bool | None = Field(None, description="Whether a site is confirmed; null for anything but a site")
    source: Name | None = Field(None, examples=["commissioning intentions"])
    leads: Names = Field(default_factory=list)
    depends_on: list[Code] = Field(default_factory=list, max_length=50, description="Actions that come first")
    indicators: Links = Field(default_factory=list)


class ActionPatch(_Changes):
    model_config = ConfigDict(json_schema_extra={"examples": [{"delivery": "delivered", "closed_on": "2018-02-20"}]})

    delivery: Delivery | None = None
    due: date | None = None
    weight: Weight | None = None
    confirmed: bool | None = None
    closed_on: ClosedOn = None


class ActionOut(OutBody):
    code: str = Field(examples=["crisis-cafe"])
    priority: str | None
    kind: ActionKind
    title: str
    due: date | None
    weight: Decimal | None
    delivery: Delivery
    schedule: Schedule
    closed_on: date | None
    phase: int | None
    step: int | None
    confirmed: bool | None
    source: str | None
    leads: list[str]
    depends_on: list[str]
    indicators: list[LinkedIndicatorState]


class PriorityDetail(PriorityOut):
    actions: list[ActionOut]
