"""Returns and actions out of files: every row is saved in one transaction, or none where one is not right."""

from collections.abc import Mapping, Sequence

from chassis.audit import record_unchanged
from chassis.errors import FieldError, Problem
from chassis.storage.transaction import Tx
from services.pledges.domain.action_views import ActionView
from services.pledges.domain.actions import Action, ways_round
from services.pledges.domain.file_rows import ActionRow, Imported, ReturnRow, RowFault, in_order, repeated
from services.pledges.domain.formats import write_action_state, write_return_state
from services.pledges.errors import RowsWrong
from services.pledges.repository import actions as stored_actions
from services.pledges.repository import indicators as linked
from services.pledges.repository import returns as stored_returns
from services.pledges.service.actions import check_what_it_names
from services.pledges.service.history import record_state
from services.pledges.service.progress import moved
from services.pledges.service.readiness import emit_changed_of

MOST_FAULTS = 100
"""That are named; how many there are is told all the same."""


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
    for code, one in changed.items():
        await record_state(tx, "return.written", code, write_return_state(there[code]), write_return_state(one), today)
    if not changed:
        record_unchanged(tx)
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
    actions, faults = dict(before), [*unreadable, *repeated(rows, "code")]
    for row in in_order(rows):
        try:
            actions[row.code] = await _put(tx, row, actions)
        except Problem as problem:
            faults += _faults(row.line, problem)
    if faults := faults or _circles(rows, actions):
        raise rows_wrong(faults)
    changed = [actions[code] for code in sorted({row.code for row in rows}) if actions[code] != before.get(code)]
    await _save(tx, changed, before, reason)
    await emit_changed_of(tx, [actions[code] for code in sorted(actions)])
    created = tuple(one.code for one in changed if one.code not in before)
    unchanged = {row.code for row in rows} - {one.code for one in changed}
    return Imported(created, tuple(one.code for one in changed if one.code in before), tuple(sorted(unchanged)))


def _circles(rows: Sequence[ActionRow], actions: Mapping[str, Action]) -> list[RowFault]:
    """A fault for each row whose action waits for itself, once all rows are there."""
    ways = ways_round(actions, [row.code for row in rows])
    return [RowFault(row.line, "depends_on", " waits for ".join(ways[row.code])) for row in rows if row.code in ways]


async def _put(tx: Tx, row: ActionRow, actions: Mapping[str, Action]) -> Action:
    """The action of a row, inserted where it is not there."""
    found = actions.get(row.code)
    made = row.applied_to(found) if found else Action(row.code, row.sent.definition)
    await check_what_it_names(tx, row.code, made.definition, actions)
    if found is None:
        await stored_actions.insert_action(tx, made)
    progress = moved(made.progress, row.sent.delivery, row.sent.closed_on, await tx.business_date())
    return Action(row.code, made.definition, progress, made.version, made.published)


async def _save(tx: Tx, changed: Sequence[Action], before: Mapping[str, Action], reason: str | None) -> None:
    if not changed:
        record_unchanged(tx)
        return
    today = await tx.business_date()
    links = await linked.indicators_of_actions(tx, [one.code for one in changed])
    await stored_actions.save_actions(tx, changed)
    for one in changed:
        shown, former = links.get(one.code, ()), before.get(one.code)
        state = write_action_state(ActionView(former, shown, today)) if former else None
        await record_state(
            tx, "action.put", one.code, state, write_action_state(ActionView(one, shown, today)), today, reason
        )


def _faults(line: int, problem: Problem) -> list[RowFault]:
    if not problem.errors:
        return [RowFault(line, None, problem.detail)]
    return [RowFault(line, error.field, error.message) for error in problem.errors]
