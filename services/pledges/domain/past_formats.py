"""Reading the states that revisions record: format 1 of ``formats``, whose earliest know fewer fields."""

from services.pledges.domain.actions import Action, ActionDefinition
from services.pledges.domain.dependencies import Dependency, DependencyDefinition, DependencyState
from services.pledges.domain.past import PledgeState
from services.pledges.domain.priorities import Priority
from services.pledges.domain.status import Progress
from services.pledges.domain.stored_fields import Stored, read_fields


def read_pledge_state(stored: Stored) -> PledgeState:
    return read_fields(PledgeState, {**stored, "set_code": stored["set"], "progress": stored})


def read_action_state(code: str, stored: Stored) -> Action:
    """Without its links, which nothing that is made of the past shows."""
    return Action(code, read_fields(ActionDefinition, stored), read_fields(Progress, stored))


def read_priority_state(code: str, stored: Stored) -> Priority:
    return read_fields(Priority, {**stored, "code": code})


def read_dependency_state(code: str, stored: Stored) -> Dependency:
    return Dependency(code, read_fields(DependencyDefinition, stored), DependencyState(stored["state"]))
