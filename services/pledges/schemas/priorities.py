"""Bodies of priorities."""

from datetime import date
from typing import Any, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from services.pledges.domain.priorities import Priority, PriorityView, RollUp
from services.pledges.domain.status import Delivery
from services.pledges.schemas.actions import ActionOut
from services.pledges.schemas.fields import STATE_ON, Code, Names, Notes, PerCent, Wording


class PriorityIn(StrictBody):
    title: Wording = Field(examples=["Local, integrated and responsive mental health services"])
    gap: Code | None = Field(None, description="The gap it closes", examples=["care-and-quality"])
    leads: Names = Field(default_factory=list, examples=[["Dave MacAulay"]])
    notes: Notes = ()

    def to_domain(self, code: str) -> Priority:
        return Priority(code, self.title, self.gap, tuple(self.leads), self.notes)


class RollUpOut(OutBody):
    """Where a priority stands by its actions. The four shares are exactly 100.00 together."""

    actions: int = Field(description="An action with parts counts once")
    parts: int = Field(description="Milestones, which share the weight of the action they are parts of")
    overdue: int
    delivered: PerCent
    in_progress: PerCent
    not_started: PerCent
    undeliverable_external: PerCent
    progress: PerCent | None = Field(description="Delivered, of what can still be; null where nothing can")

    @classmethod
    def of(cls, roll_up: RollUp) -> Self:
        shares = roll_up.shares
        return cls(
            actions=roll_up.actions,
            parts=roll_up.parts,
            overdue=roll_up.overdue,
            delivered=shares[Delivery.DELIVERED],
            in_progress=shares[Delivery.IN_PROGRESS],
            not_started=shares[Delivery.NOT_STARTED],
            undeliverable_external=shares[Delivery.UNDELIVERABLE_EXTERNAL],
            progress=roll_up.progress,
        )


class PriorityOut(OutBody):
    code: str = Field(examples=["mental-health"])
    state_on: date | None = Field(description=STATE_ON)
    title: str
    gap: str | None
    leads: list[str]
    notes: Notes
    roll_up: RollUpOut

    @classmethod
    def of(cls, view: PriorityView) -> Self:
        return cls(**cls.fields_of(view))

    @classmethod
    def fields_of(cls, view: PriorityView) -> dict[str, Any]:
        priority = view.priority
        return {
            "code": priority.code,
            "state_on": view.state_on,
            "title": priority.title,
            "gap": priority.gap,
            "leads": list(priority.leads),
            "notes": priority.notes,
            "roll_up": RollUpOut.of(view.roll_up),
        }


class PriorityDetail(PriorityOut):
    actions: list[ActionOut]

    @classmethod
    def fields_of(cls, view: PriorityView) -> dict[str, Any]:
        return {**super().fields_of(view), "actions": [ActionOut.of(one) for one in view.actions]}
