"""Delegations: a person has what they may sign or submit done by somebody else, between two days."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.pledges.domain.pledges import Assignment
from services.pledges.domain.returns import Step


class DelegateKind(StrEnum):
    """What a delegate is given by: a name that opens the door, which stands for whoever has it, or a person's code."""

    NAME = "name"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Delegation:
    """``person`` is named in assignments; ``delegate`` is of ``kind``. ``valid_to`` None: until ended."""

    code: str
    person: str
    delegate: str
    valid_from: date
    valid_to: date | None = None
    reason: str | None = None
    kind: DelegateKind = DelegateKind.NAME

    @property
    def ends_before_it_begins(self) -> bool:
        return self.valid_to is not None and self.valid_to < self.valid_from

    def holds(self, today: date) -> bool:
        return self.valid_from <= today and (self.valid_to is None or today <= self.valid_to)


def can_delegate(assignment: Assignment, step: Step) -> tuple[str, ...]:
    """Who can have a step of a return of this assignment taken on their behalf.

    Any of its people can have it submitted; only the portfolio holder can have it approved or handed back.
    """
    if step is Step.SUBMIT:
        return (assignment.portfolio_holder, assignment.director, *assignment.lead_officers)
    return (assignment.portfolio_holder,)
