"""Reading the states that revisions record: format 1 of ``formats``, whose earliest know fewer fields."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import TypeVar

from contracts.colours import Colour
from services.pledges.domain.actions import Action, ActionDefinition
from services.pledges.domain.board_decisions import BoardDecision
from services.pledges.domain.dependencies import Dependency, DependencyDefinition, DependencyState
from services.pledges.domain.indicators import SeriesKey
from services.pledges.domain.past import PledgeState, Revised, RevisedKind, states_of
from services.pledges.domain.priorities import Priority
from services.pledges.domain.returns import EvidenceLink, QuarterlyReturn, ReturnState
from services.pledges.domain.status import Progress
from services.pledges.domain.stored_fields import Stored, read_fields

Coded = TypeVar("Coded", Action, Dependency, Priority)


def as_they_were(kind: RevisedKind, revised: Iterable[Revised], read: Callable[[str, Stored], Coded]) -> list[Coded]:
    """Those of a kind that there were, by code."""
    return [read(code, state) for code, state in sorted(states_of(kind, revised).items())]


def read_pledge_state(stored: Stored) -> PledgeState:
    return read_fields(PledgeState, {**stored, "set_code": stored["set"], "progress": stored})


def read_action_state(code: str, stored: Stored) -> Action:
    """Without its links: :func:`read_links` has them."""
    return Action(code, read_fields(ActionDefinition, stored), read_fields(Progress, stored))


def read_links(stored: Stored) -> tuple[SeriesKey, ...]:
    """The series that an action was linked to."""
    return tuple(read_fields(SeriesKey, one) for one in stored.get("links", ()))


def read_priority_state(code: str, stored: Stored) -> Priority:
    return read_fields(Priority, {**stored, "code": code})


def read_return_state(found: QuarterlyReturn, stored: Stored | None) -> QuarterlyReturn:
    """A return as it was: what nobody had written in, or submitted, was as it is opened."""
    if stored is None:
        return QuarterlyReturn(found.pledge, found.ordinal, found.quarter, found.assignment)
    return replace(
        found,
        state=ReturnState(stored["state"]),
        colour=stored["colour"] and Colour(stored["colour"]),
        narrative=stored["narrative"],
        next_steps=stored["next_steps"],
        evidence=tuple(read_fields(EvidenceLink, one) for one in stored["evidence"]),
        submitted_on=stored["submitted_on"] and date.fromisoformat(stored["submitted_on"]),
    )


def read_decision_state(stored: Stored) -> BoardDecision:
    return read_fields(BoardDecision, stored)


def read_dependency_state(code: str, stored: Stored) -> Dependency:
    return Dependency(code, read_fields(DependencyDefinition, stored), DependencyState(stored["state"]))
