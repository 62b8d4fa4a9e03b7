"""The register out of a file: every row is saved in one transaction, or none where one is not right."""

from collections import defaultdict
from collections.abc import Sequence

from chassis.audit import record_unchanged
from chassis.errors import FieldError, Problem
from chassis.identity import require_scope
from chassis.storage.transaction import Tx
from services.risks.domain.importing import (
    Imported,
    Outcome,
    RegisterRow,
    RowFault,
    change_faults,
    column_of,
    entry_faults,
    is_judging,
    judged_anew,
)
from services.risks.domain.register import Amendment, Risk
from services.risks.errors import RowsWrong
from services.risks.repository import appetites
from services.risks.service.assessing import ASSESS, assess, lock_risks
from services.risks.service.register import amend, enter

MOST_FAULTS = 100
"""That are named; how many there are is told all the same."""


async def import_rows(
    tx: Tx, rows: Sequence[RegisterRow], reason: str, unreadable: Sequence[RowFault] = ()
) -> Imported:
    """Enter the risks that are not there, and bring those that are to what their row says. All rows, or none.

    ``unreadable``: what is wrong with other rows of the file. Those that can be read are tried all the same, so that
    whoever sends it learns of every fault at once.

    Raises:
        RowsWrong: some row is not right; every one is named.
        InsufficientScope: some row assesses a risk, and the caller may not.
    """
    outcomes: dict[Outcome, list[str]] = defaultdict(list)
    once, repeated = _once(rows)
    faults = [*unreadable, *repeated]
    await appetites.lock_against_all_statements(tx)
    there = await lock_risks(tx, once)
    if any(is_judging(row, there.get(ref)) for ref, row in once.items()):
        require_scope(tx.caller, ASSESS)
    for ref, row in sorted(once.items()):  # so two files with the same new risks only wait
        try:
            found, wrong = await _import(tx, row, there.get(ref), reason)
        except Problem as problem:
            faults += _faults(row.line, problem)
        else:
            outcomes[found].append(ref)
            faults += wrong
    if faults:
        raise rows_wrong(faults)
    if set(outcomes) <= {Outcome.UNCHANGED}:
        record_unchanged(tx)
    return Imported(outcomes)


def rows_wrong(faults: Sequence[RowFault]) -> RowsWrong:
    """The refusal of a file, with its faults in the order of lines."""
    named = sorted(faults, key=lambda fault: fault.line)
    more = f" The first {MOST_FAULTS} are named." if len(named) > MOST_FAULTS else ""
    detail = f"Nothing was saved: {len(named)} {'fault' if len(named) == 1 else 'faults'}.{more}"
    return RowsWrong(detail, [FieldError(fault.location, fault.message) for fault in named[:MOST_FAULTS]])


def _once(rows: Sequence[RegisterRow]) -> tuple[dict[str, RegisterRow], list[RowFault]]:
    """The first row of each reference, and the others as faults."""
    first: dict[str, RegisterRow] = {}
    faults = []
    for row in rows:
        line = first.setdefault(row.new.ref, row).line
        if line != row.line:
            faults.append(RowFault(row.line, "ref", f"{row.new.ref} stands on line {line} already"))
    return first, faults


def _faults(line: int, problem: Problem) -> list[RowFault]:
    """A refusal of one risk as faults of its row, by the columns that the fields stand in."""
    if not problem.errors:
        return [RowFault(line, None, problem.detail)]
    return [RowFault(line, column_of(error.field.split(".")), error.message) for error in problem.errors]


async def _import(tx: Tx, row: RegisterRow, risk: Risk | None, reason: str) -> tuple[Outcome, list[RowFault]]:
    if risk is None:
        if faults := entry_faults(row):
            return Outcome.UNCHANGED, faults
        await enter(tx, row.new)
        return Outcome.ENTERED, []
    if faults := change_faults(row, risk):
        return Outcome.UNCHANGED, faults
    return await _change(tx, risk, row, reason), []


async def _change(tx: Tx, risk: Risk, row: RegisterRow, reason: str) -> Outcome:
    fields = {name: value for name, value in row.described.items() if value != getattr(risk.description, name)}
    mode = row.new.mode if "mode" in row.given and row.new.mode is not risk.mode else None
    status = row.new.status if "status" in row.given and row.new.status is not risk.status else None
    judged = judged_anew(row, risk)
    if fields or mode or status:
        await amend(tx, risk.ref, Amendment(fields, mode, status, reason))
    if judged:
        await assess(tx, risk.ref, judged)
    return Outcome.CHANGED if fields or mode or status or judged else Outcome.UNCHANGED
