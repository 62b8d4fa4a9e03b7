"""Many records put at once: all of them or none, in the same few statements however many they are."""

from collections.abc import Collection, Mapping, Sequence

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from services.pledges.domain.faults import Fault
from services.pledges.domain.governance import PutCounts, RecordKind
from services.pledges.domain.governance_formats import Care, Record, Register, kind_of, write_record
from services.pledges.domain.record_names import actions_named_by, named_by, repeated, unknown
from services.pledges.errors import RecordsRefused
from services.pledges.repository import actions as stored_actions
from services.pledges.repository import governance as stored
from services.pledges.repository.grouping import grouped
from services.pledges.service.governance import get_there, list_told_twice
from services.pledges.service.history import StateChange, record_states
from services.pledges.service.rating_feeds import emit_after

Faults = list[tuple[int, Fault]]
"""What is wrong with records, by their places."""


async def put_records(tx: Tx, records: Sequence[Register | Care]) -> PutCounts:
    """Make or replace many; one may name another of them.

    Raises:
        RecordsRefused: what is wrong with each, by its kind and code.
    """
    faults = [*repeated(records), *await _unknown(tx, records)]
    by_kind = grouped((kind_of(one), one) for one in records)
    created, changed = 0, 0
    for kind in sorted(by_kind):
        before = await stored.insert_or_lock_records(tx, kind, by_kind[kind])
        faults += await _taken(tx, kind, records, before.keys())
        created += len(by_kind[kind]) - len(before)
        changed += 0 if faults else await _save(tx, kind, by_kind[kind], before)
    faults += await list_told_twice(tx, records)
    if faults:
        raise RecordsRefused("Nothing was saved.", [_error(records[place], fault) for place, fault in sorted(faults)])
    await emit_after(tx, records)
    return PutCounts(created, changed, len(records) - created - changed)


def _error(record: Record, fault: Fault) -> FieldError:
    field, message = fault
    return FieldError(f"{kind_of(record)}/{record.code}/{field}", message)


async def _unknown(tx: Tx, records: Sequence[Record]) -> Faults:
    """The records and the actions that are named and are not there."""
    there = await get_there(tx, [named for one in records for named in named_by(one)])
    there |= {(kind_of(one), one.code) for one in records}
    actions = await stored_actions.list_there(tx, {code for one in records for code in actions_named_by(one)[1]})
    faults = [(place, fault) for place, one in enumerate(records) for fault in unknown(named_by(one), there)]
    for place, one in enumerate(records):
        field, codes = actions_named_by(one)
        faults += [(place, (field, f"there is no action {code}")) for code in codes if code not in actions]
    return faults


async def _taken(tx: Tx, kind: RecordKind, records: Sequence[Record], before: Collection[str]) -> Faults:
    """Those that are new, and differ from one that is there in case only."""
    new = {one.code: place for place, one in enumerate(records) if kind_of(one) is kind and one.code not in before}
    return [(new[code], ("code", "is taken")) for code in await stored.list_taken_in_other_case(tx, kind, new)]


async def _save(tx: Tx, kind: RecordKind, records: Sequence[Record], before: Mapping[str, Record]) -> int:
    """Save those of a kind that are otherwise than before; how many those are."""
    others = sorted((one for one in records if before.get(one.code, one) != one), key=lambda one: one.code)
    await stored.save_records(tx, others)
    former = {code: write_record(one) for code, one in before.items()}
    states = [StateChange(one.code, former.get(one.code), write_record(one)) for one in records]
    await record_states(tx, f"{kind}.put", states, await tx.business_date())
    return len(others)
