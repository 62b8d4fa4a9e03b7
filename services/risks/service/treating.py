"""Controls, assurances and actions: entered for risks, changed, tested and read."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import date

from chassis.audit import State, record_change, record_unchanged
from chassis.errors import FieldError, ReasonNeeded
from chassis.events.outbox import emit
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.risks import events
from services.risks.domain.treatment import (
    KINDS,
    ActionRecord,
    AssuranceRecord,
    Content,
    ControlRecord,
    ControlTest,
    Kind,
    NewRecord,
    Record,
    RecordChange,
    RecordedTest,
    RecordFilter,
    RecordView,
    TreatmentState,
)
from services.risks.errors import GivenTooEarly, RecordRefTaken, RecordUnknown, RisksUnknown, TestedTooEarly
from services.risks.repository import treatment as stored


async def enter(tx: Tx, new: NewRecord) -> tuple[RecordView, bool]:
    """Enter a control, an assurance or an action, and whether it is new. The same content again changes nothing.

    Raises:
        RisksUnknown
        RecordRefTaken: the reference has other content.
        GivenTooEarly: an assurance's day is yet to come.
    """
    await _check_given(tx, new.content)
    risk_ids = await _get_risk_ids(tx, new.risks)
    kind = type(new.content)
    is_new = await stored.save_new(tx, new, risk_ids)
    record = await _lock(tx, kind, new.ref)
    if is_new:
        record_change(tx, subject=record.subject, action=f"{kind.prefix}.entered", before=None, after=_state(record))
        await _publish(tx, record)
    else:
        if (record.content, list(record.risks)) != (new.content, sorted(set(new.risks))):
            raise RecordRefTaken(f"{new.ref} is taken.", [FieldError("ref", "choose another reference")])
        record_unchanged(tx)
    return await get_record(tx, kind, new.ref), is_new


async def _get_risk_ids(tx: Tx, refs: Sequence[str]) -> Collection[int]:
    found = await stored.get_risk_ids(tx, refs)
    errors = [FieldError(f"risks.{n}", f"there is no risk {ref}") for n, ref in enumerate(refs) if ref not in found]
    if errors:
        raise RisksUnknown("Enter the risks first.", errors)
    return found.values()


async def _check_given(tx: Tx, content: Content) -> None:
    if isinstance(content, AssuranceRecord) and content.given_on > await tx.business_date():
        raise GivenTooEarly("It lies in the future.", [FieldError("given_on", "is not after the business date")])


async def _lock(tx: Tx, kind: Kind, ref: str) -> Record:
    record = await stored.get_record(tx, kind, ref, locked=True)
    if record is None:
        raise RecordUnknown(f"There is no {kind.prefix} {ref[:40]!r}.")
    return record


async def _publish(tx: Tx, record: Record) -> None:
    emit(tx, events.record_updated(record, await stored.save_version(tx, record)))


async def amend(tx: Tx, kind: Kind, ref: str, change: RecordChange) -> RecordView:
    """Change a record, or which risks it is for. What is closed keeps the day of that until it is opened again.

    Raises:
        RecordUnknown, RisksUnknown
        ReasonNeeded: its state changes, and it is not said why.
        GivenTooEarly: an assurance's day is changed to one that is yet to come.
    """
    before = await _lock(tx, kind, ref)
    content = replace(before.content, **change.fields)
    if "given_on" in change.fields:
        await _check_given(tx, content)
    if isinstance(content, ActionRecord):
        content = replace(content, closed_on=await _closed_on(tx, before.content, content))
    risks = before.risks if change.risks is None else sorted(set(change.risks))
    if (content, risks) == (before.content, before.risks):
        record_unchanged(tx)
        return await get_record(tx, kind, ref)
    if getattr(content, "state", None) != getattr(before.content, "state", None) and not change.reason:
        raise ReasonNeeded
    await stored.save_changes(tx, before, content, await _get_risk_ids(tx, risks))
    after = replace(before, content=content, risks=risks)
    _record(tx, before, after, change.reason)
    await _publish(tx, after)
    return await get_record(tx, kind, ref)


async def _closed_on(tx: Tx, before: Content, after: ActionRecord) -> date | None:
    if after.state is TreatmentState.OPEN:
        return None
    was_closed = isinstance(before, ActionRecord) and before.state is after.state
    return after.closed_on if was_closed else await tx.business_date()


def _record(tx: Tx, before: Record, after: Record, reason: str | None) -> None:
    record_change(
        tx,
        subject=before.subject,
        action=f"{before.content.prefix}.amended",
        before=_state(before),
        after=_state(after),
        reason=reason,
    )


def _state(record: Record) -> State:
    return asdict(record.content) | {"risks": list(record.risks)}


async def record_test(tx: Tx, ref: str, test: ControlTest) -> RecordView:
    """Record what somebody found of a control.

    Raises:
        RecordUnknown
        TestedTooEarly: its day is yet to come.
    """
    control = await _lock(tx, ControlRecord, ref)
    if test.tested_on > await tx.business_date():
        raise TestedTooEarly("It lies in the future.", [FieldError("tested_on", "is not after the business date")])
    key = await stored.save_test(tx, control.record_id, test)
    after = asdict(test) | {"test": key}
    record_change(tx, subject=control.subject, action="control.tested", before=None, after=after, reason=test.finding)
    tested = await get_record(tx, ControlRecord, ref)
    await _publish(tx, tested.record)
    return await get_record(tx, ControlRecord, ref)


async def get_record(tx: Tx, kind: Kind, ref: str) -> RecordView:
    """One control, assurance or action.

    Raises:
        RecordUnknown
    """
    record = await stored.get_record(tx, kind, ref)
    if record is None:
        raise RecordUnknown(f"There is no {kind.prefix} {ref[:40]!r}.")
    return RecordView(record, await tx.business_date())


async def list_records(tx: Tx, kind: Kind, wanted: RecordFilter, page: PageRequest) -> Page[RecordView]:
    """By reference."""
    today = await tx.business_date()
    found = await stored.list_records(tx, kind, wanted, today, page)
    return found.of(lambda record: RecordView(record, today))


async def list_all_records(tx: Tx, kind: Kind, wanted: RecordFilter) -> list[RecordView]:
    """By reference."""
    today = await tx.business_date()
    return [RecordView(record, today) for record in await stored.list_all(tx, kind, wanted, today)]


async def list_tests(tx: Tx, ref: str, page: PageRequest) -> Page[RecordedTest]:
    """Of a control, in the order they were recorded.

    Raises:
        RecordUnknown
    """
    control = (await get_record(tx, ControlRecord, ref)).record
    return page_of(await stored.list_tests(tx, control.record_id, page), page, key=lambda one: str(one.test_id))


async def list_subjects(tx: Tx) -> list[str]:
    """Of every record that has an event."""
    return [f"{kind.prefix}/{ref}" for kind in KINDS for ref in await stored.list_refs(tx, kind)]


async def emit_states(tx: Tx, subjects: Sequence[str]) -> None:
    """Lock these records, and emit each as its next version; other subjects are passed over."""
    for kind in KINDS:
        prefix = f"{kind.prefix}/"
        refs = [subject.removeprefix(prefix) for subject in subjects if subject.startswith(prefix)]
        for record in await stored.lock_records(tx, kind, refs) if refs else ():
            await _publish(tx, record)
