"""Dependencies on partners, approvals, resources, programmes and policies."""

from collections.abc import Sequence

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.pledges.domain.actions import Action
from services.pledges.domain.dependencies import (
    Dependency,
    DependencyChanges,
    DependencyDefinition,
    DependencyFilter,
    DependencyView,
)
from services.pledges.domain.formats import write_dependency_state
from services.pledges.errors import DependencyUnknown, ReferenceUnknown
from services.pledges.repository import actions as stored_actions
from services.pledges.repository import dependencies as stored
from services.pledges.repository import priorities as stored_priorities
from services.pledges.service.history import record_state
from services.pledges.service.readiness import emit_changed_of


async def put_dependency(tx: Tx, code: str, definition: DependencyDefinition) -> tuple[DependencyView, bool]:
    """Make or replace a dependency; and whether it is new. What was said of its state stays.

    The lock on all actions is also that on dependencies: each of them can concern any action.

    Raises:
        ReferenceUnknown: its priority or its action does not exist.
    """
    actions = await stored_actions.lock_actions(tx)
    await _check_references(tx, definition, actions)
    before = await stored.get_dependency(tx, code)
    after = Dependency(code, definition, before.state) if before else Dependency(code, definition)
    created = await stored.save_dependency(tx, after)
    return await _record(tx, "dependency.put", before, after, actions), created


async def change_dependency(tx: Tx, code: str, changes: DependencyChanges) -> DependencyView:
    """Say whether it is met, or by when it is needed."""
    actions = await stored_actions.lock_actions(tx)
    before = await stored.get_dependency(tx, code)
    if before is None:
        raise DependencyUnknown(f"There is no dependency {code}.")
    after = before.changed(changes)
    await stored.save_dependency(tx, after)
    return await _record(tx, "dependency.amended", before, after, actions, changes.get("reason"))


async def _record(
    tx: Tx,
    what: str,
    before: Dependency | None,
    after: Dependency,
    actions: Sequence[Action],
    reason: str | None = None,
) -> DependencyView:
    """Record a change, and publish those of all ``actions``, which are locked, that it blocks or sets free."""
    today = await tx.business_date()
    former = write_dependency_state(before) if before else None
    await record_state(tx, what, after.code, former, write_dependency_state(after), today, reason)
    if before != after:
        await emit_changed_of(tx, actions)
    return DependencyView(after, today)


async def _check_references(tx: Tx, definition: DependencyDefinition, actions: Sequence[Action]) -> None:
    errors = []
    priority, action = definition.priority, definition.action
    if priority and await stored_priorities.get_priority(tx, priority) is None:
        errors.append(FieldError("priority", f"there is no priority {priority}"))
    if action and action not in {one.code for one in actions}:
        errors.append(FieldError("action", f"there is no action {action}"))
    if errors:
        raise ReferenceUnknown("Make what a dependency is of before the dependency.", errors)


async def get_dependency(tx: Tx, code: str) -> DependencyView:
    found = await stored.get_dependency(tx, code)
    if found is None:
        raise DependencyUnknown(f"There is no dependency {code}.")
    return DependencyView(found, await tx.business_date())


async def list_dependencies(tx: Tx, wanted: DependencyFilter, page: PageRequest) -> Page[DependencyView]:
    """By code."""
    today = await tx.business_date()
    return (await stored.list_dependencies(tx, wanted, page)).of(lambda one: DependencyView(one, today))
