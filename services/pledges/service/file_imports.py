"""Returns and actions out of files: every row is saved in one transaction, or none where one is not right."""

from collections.abc import Sequence

from chassis.audit import record_unchanged
from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from services.pledges.domain.action_views import ActionView
from services.pledges.domain.actions import Action
from services.pledges.domain.file_rows import (
    MOST_FAULTS,
    ActionPlan,
    ActionRow,
    Imported,
    ReturnRow,
    RowFault,
    repeated,
)
from services.pledges.domain.formats import write_action_state, write_return_state
from services.pledges.errors import RowsWrong
from services.pledges.repository import actions as stored_actions
from services.pledges.repository import indicators as linked
from services.pledges.repository import priorities as stored_priorities
from services.pledges.repository import returns as stored_returns
from services.pledges.service.history import State, StateChange, record_states
from services.pledges.service.readiness import emit_changed_of
from services.pledges.service.returns import WRITTEN


def rows_wrong(faults: Sequence[RowFault]) -> RowsWrong:
    """The refusal of a file, with its faults in the order of lines."""
    named = sorted(faults, key=lambda fault: fault.line)
    more = f" The first {MOST_FAULTS} are named." if len(named) > MOST_FAULTS else ""
    detail = f"Nothing was saved: {len(named)} {'fault' if len(named) == 1 else 'faults'}.{more}"
    return RowsWrong(detail, [FieldError(fault.location, fault.message) for fault in named[:MOST_FAULTS]])


async def import_returns(tx: Tx, rows: Sequence[ReturnRow], unreadable: Sequence[RowFault] = ()) -> Imported:
    """Write what rows say into returns that are drafts or were handed back. All rows, or none.

    Raises:
        RowsWrong: some row is not right; every one is named.
    """
    today = await tx.business_date()
    there = {one.id: one for one in await stored_returns.lock_returns(tx, {row.code for row in rows})}
    faults = [*unreadable, *repeated(rows, "id")]
    for row in rows:
        found = there.get(row.code)
        if found is None:
            faults.append(RowFault(row.line, "id", f"there is no return {row.code}"))
        elif not found.can_be_written(today):
            faults.append(RowFault(row.line, None, f"is {found.state} and cannot be written"))
    if faults:
        raise rows_wrong(faults)
    after = {row.code: there[row.code].changed(row.changes) for row in rows}
    changed = {code: one for code, one in after.items() if one != there[code]}
    await stored_returns.save_returns(tx, list(changed.values()))
    states = [
        StateChange(code, write_return_state(there[code]), write_return_state(one)) for code, one in changed.items()
    ]
    await record_states(tx, WRITTEN, states, today)
    return Imported((), tuple(sorted(changed)), tuple(sorted(after.keys() - changed.keys())))


async def import_actions(
    tx: Tx, rows: Sequence[ActionRow], reason: str | None = None, unreadable: Sequence[RowFault] = ()
) -> Imported:
    """Make the actions that are not there, and bring those that are to what their row says. All rows, or none.

    Their links and notes stay. What is blocked or freed by all of them is published once.

    Raises:
        RowsWrong: some row is not right; every one is named.
    """
    before = {one.code: one for one in await stored_actions.lock_actions(tx)}
    priorities = {one.code for one in await stored_priorities.list_all_priorities(tx)}
    unread = {fault.code for fault in unreadable if fault.code}
    plan = ActionPlan(before, rows, unread, priorities, await tx.business_date())
    faults = [*unreadable, *repeated(rows, "code"), *plan.faults()]
    if faults := faults or plan.circles():
        raise rows_wrong(faults)
    await _save(tx, plan, reason)
    await emit_changed_of(tx, [plan.after[code] for code in sorted(plan.after)])
    changed = sorted(one.code for one in plan.changed)
    return Imported(
        created=tuple(code for code in changed if code not in before),
        changed=tuple(code for code in changed if code in before),
        unchanged=tuple(sorted({row.code for row in rows}.difference(changed))),
    )


async def _save(tx: Tx, plan: ActionPlan, reason: str | None) -> None:
    changed = plan.changed
    if not changed:
        record_unchanged(tx)
        return
    await stored_actions.insert_actions(tx, [one for one in changed if one.code not in plan.before])
    await stored_actions.save_actions(tx, [one for one in changed if one.code in plan.before])
    links = await linked.indicators_of_actions(tx, [one.code for one in changed])

    def state(action: Action) -> State:
        return write_action_state(ActionView(action, links.get(action.code, ()), plan.today))

    former = {one.code: state(plan.before[one.code]) for one in changed if one.code in plan.before}
    states = [StateChange(one.code, former.get(one.code), state(one)) for one in changed]
    await record_states(tx, "action.put", states, plan.today, reason)
