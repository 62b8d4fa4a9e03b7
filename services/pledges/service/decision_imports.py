"""Decisions that are asked for out of files: every row is saved in one transaction, or none where one is not right."""

from collections.abc import Sequence

from chassis.audit import record_unchanged
from chassis.storage.transaction import Tx
from services.pledges.domain.board_decisions import BoardDecision
from services.pledges.domain.decision_rows import DecisionPlan, DecisionRow
from services.pledges.domain.file_rows import Imported, RowFault, repeated
from services.pledges.domain.governance import RecordKind
from services.pledges.domain.governance_formats import write_record
from services.pledges.repository import actions as stored_actions
from services.pledges.repository import governance as stored
from services.pledges.service.file_imports import rows_wrong
from services.pledges.service.governance import get_there
from services.pledges.service.history import StateChange, record_states


async def import_decisions(
    tx: Tx, rows: Sequence[DecisionRow], reason: str | None = None, unreadable: Sequence[RowFault] = ()
) -> Imported:
    """Ask for the decisions that are not there, and put what is asked of those that are. All rows, or none.

    How they were taken stays, and so does what was asked then.

    Raises:
        RowsWrong: some row is not right; every one is named.
    """
    plan = await _plan(tx, rows, {fault.code for fault in unreadable if fault.code})
    if faults := [*unreadable, *repeated(rows, "code"), *plan.faults()] or plan.circles():
        raise rows_wrong(faults)
    await _save(tx, plan, reason)
    changed = [one.code for one in plan.changed]
    return Imported(
        created=tuple(code for code in changed if code not in plan.before),
        changed=tuple(code for code in changed if code in plan.before),
        unchanged=tuple(sorted({row.code for row in rows}.difference(changed))),
    )


async def _plan(tx: Tx, rows: Sequence[DecisionRow], unread: set[str]) -> DecisionPlan:
    """With the decisions of the rows locked: one may be taken meanwhile."""
    every = await stored.lock_all_records(tx, RecordKind.DECISION)
    locked = await stored.lock_records(tx, RecordKind.DECISION, {row.code for row in rows})
    there = await get_there(tx, [named for row in rows for named in row.named()])
    actions = await stored_actions.list_there(tx, {code for row in rows for code in row.asked.actions})
    before = {one.code: one for one in (*every, *locked) if isinstance(one, BoardDecision)}
    return DecisionPlan(before, rows, unread, there, actions)


async def _save(tx: Tx, plan: DecisionPlan, reason: str | None) -> None:
    changed = plan.changed
    if not changed:
        record_unchanged(tx)
        return
    await _insert(tx, plan, [one for one in changed if one.code not in plan.before])
    if others := [one for one in changed if one.code in plan.before]:
        await stored.save_records(tx, others)
    former = {code: write_record(one) for code, one in plan.before.items()}
    states = [StateChange(one.code, former.get(one.code), write_record(one)) for one in changed]
    await record_states(tx, f"{RecordKind.DECISION}.put", states, await tx.business_date(), reason)


async def _insert(tx: Tx, plan: DecisionPlan, new: Sequence[BoardDecision]) -> None:
    """Insert those that are not there.

    Raises:
        RowsWrong: somebody has asked for one meanwhile, or for one that differs in case only.
    """
    if not new:
        return
    taken = set(await stored.insert_or_lock_records(tx, RecordKind.DECISION, new))
    taken |= set(await stored.list_taken_in_other_case(tx, RecordKind.DECISION, {one.code for one in new}))
    if taken:
        raise rows_wrong([RowFault(row.line, "code", "is taken") for row in plan.rows if row.code in taken])
