"""Bodies of actions."""

from datetime import date
from decimal import Decimal
from typing import Self, cast

from pydantic import ConfigDict, Field

from chassis.web.bodies import UNCHANGED, OutBody, PatchBody, StrictBody
from contracts.reasons import Reason
from services.pledges.domain.action_views import ActionView, CriticalDates
from services.pledges.domain.actions import ActionChanges, ActionDefinition, ActionInput, ActionKind
from services.pledges.domain.readiness import Blocker, BlockerKind
from services.pledges.domain.status import Delivery, Schedule
from services.pledges.schemas.fields import (
    STATE_ON,
    ClosedOn,
    Code,
    Figure,
    LinkedIndicatorOut,
    Name,
    Names,
    Notes,
    SeriesLinks,
    Weight,
    Wording,
)


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
    part_of: Code | None = Field(
        None, description="The action it is a milestone of, which weighs as one action", examples=["care-homes"]
    )
    partners: Names = Field(default_factory=list, examples=[["Livewell Southwest"]])
    printed_period: Name | None = Field(None, examples=["April 2019"])
    due_basis: Name | None = Field(None, examples=["end of the printed month"])
    figure: Figure | None = Field(None, examples=["350"])
    figure_unit: Figure | None = Field(None, examples=["places"])
    indicators: SeriesLinks = Field(default_factory=list)
    notes: Notes = ()

    def to_domain(self) -> ActionInput:
        definition = ActionDefinition(
            title=self.title,
            priority=self.priority,
            kind=self.kind,
            due=self.due,
            weight=self.weight,
            phase=self.phase,
            step=self.step,
            confirmed=self.confirmed,
            source=self.source,
            leads=tuple(self.leads),
            depends_on=tuple(self.depends_on),
            part_of=self.part_of,
            notes=self.notes,
            partners=tuple(self.partners),
            printed_period=self.printed_period,
            due_basis=self.due_basis,
            figure=self.figure,
            figure_unit=self.figure_unit,
        )
        links = frozenset(one.to_domain() for one in self.indicators)
        return ActionInput(definition, links, self.delivery, self.closed_on)


class ActionPatch(PatchBody):
    model_config = ConfigDict(json_schema_extra={"examples": [{"delivery": "delivered", "closed_on": "2018-02-20"}]})

    delivery: Delivery = UNCHANGED
    due: date | None = None
    weight: Weight | None = None
    confirmed: bool | None = None
    closed_on: ClosedOn = None
    notes: Notes = Field((), description="The whole list; what is not named is gone")
    reason: Reason | None = Field(None, description="Why the change is made; recorded with it")

    def to_domain(self) -> ActionChanges:
        return cast("ActionChanges", self.changes())


class BlockerOut(OutBody):
    """What keeps an action from going on."""

    kind: BlockerKind = Field(description="Whether it is another action, or a dependency")
    code: str = Field(examples=["first-wellbeing-hub"])

    @classmethod
    def of(cls, blocker: Blocker) -> Self:
        return cls(kind=blocker.kind, code=blocker.code)


class ActionOut(OutBody):
    code: str = Field(examples=["crisis-cafe"])
    state_on: date | None = Field(description=STATE_ON)
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
    part_of: str | None
    blocked: bool = Field(description="Whether anything keeps it from going on")
    blocked_by: list[BlockerOut]
    blocked_at: list[BlockerOut]
    needed_by: date | None
    needed_for: str | None
    partners: list[str]
    printed_period: str | None
    due_basis: str | None
    figure: str | None
    figure_unit: str | None
    version: int | None = Field(description="How many events it had; null of a past state")
    indicators: list[LinkedIndicatorOut]
    notes: Notes

    @classmethod
    def of(cls, view: ActionView) -> Self:
        action, definition = view.action, view.action.definition
        return cls(
            code=action.code,
            state_on=view.state_on,
            priority=definition.priority,
            kind=definition.kind,
            title=definition.title,
            due=definition.due,
            weight=definition.weight,
            delivery=action.progress.delivery,
            schedule=view.schedule,
            closed_on=action.progress.closed_on,
            phase=definition.phase,
            step=definition.step,
            confirmed=definition.confirmed,
            source=definition.source,
            leads=list(definition.leads),
            depends_on=list(definition.depends_on),
            part_of=definition.part_of,
            notes=definition.notes,
            blocked=view.readiness.is_blocked,
            blocked_by=[BlockerOut.of(one) for one in view.readiness.blocked_by],
            blocked_at=[BlockerOut.of(one) for one in view.readiness.blocked_at],
            needed_by=view.readiness.needed_by,
            needed_for=view.readiness.needed_for,
            partners=list(definition.partners),
            printed_period=definition.printed_period,
            due_basis=definition.due_basis,
            figure=definition.figure,
            figure_unit=definition.figure_unit,
            version=view.version,
            indicators=[LinkedIndicatorOut.of(one) for one in view.indicators],
        )


class CriticalDatesOut(OutBody):
    """The days ahead by which open actions are needed, the earliest first."""

    business_date: date
    until: date = Field(description="Last day that is looked at")
    items: list[ActionOut] = Field(description="Open actions that are needed by then")

    @classmethod
    def of(cls, found: CriticalDates) -> Self:
        return cls(business_date=found.today, until=found.until, items=[ActionOut.of(one) for one in found.actions])
