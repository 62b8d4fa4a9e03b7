"""Controls, assurances and actions, each with the risks that it is for; and tests of controls, which are only added."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, delete, func, insert, select, update

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import insert_or_ignore
from chassis.storage.cases import refuse_other_case
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.risks.domain.treatment import (
    ActionRecord,
    Aspect,
    AssuranceRecord,
    Content,
    ControlRecord,
    ControlState,
    ControlTest,
    Effectiveness,
    Kind,
    NewRecord,
    Record,
    RecordedTest,
    RecordFilter,
    Tests,
    TreatmentState,
    stale_before,
)
from services.risks.models import (
    ActionOnRiskRow,
    ActionRow,
    AssuranceOnRiskRow,
    AssuranceRow,
    Base,
    ControlOnRiskRow,
    ControlRow,
    ControlTestRow,
    RiskRow,
)
from services.risks.repository.records import key_after

_RISK, _TEST = RiskRow.__table__.c, ControlTestRow.__table__.c


def _table(row: type[Base]) -> Table:
    return cast("Table", row.__table__)


@dataclass(frozen=True, slots=True)
class _Tables:
    """Where records of a kind are, and which risks they are for."""

    records: Table
    on_risks: Table


_TABLES: Mapping[Kind, _Tables] = {
    ControlRecord: _Tables(_table(ControlRow), _table(ControlOnRiskRow)),
    AssuranceRecord: _Tables(_table(AssuranceRow), _table(AssuranceOnRiskRow)),
    ActionRecord: _Tables(_table(ActionRow), _table(ActionOnRiskRow)),
}
_STATES: Mapping[Kind, type[ControlState] | type[TreatmentState]] = {
    ControlRecord: ControlState,
    ActionRecord: TreatmentState,
}


async def get_risk_ids(tx: Tx, refs: Collection[str]) -> dict[str, int]:
    """Keys of those of these risks that are there, in the order of their references."""
    query = select(_RISK.ref, _RISK.id).where(_RISK.ref.in_(refs)).order_by(_RISK.ref)
    return {row.ref: row.id for row in await tx.session.execute(query)}


async def save_new(tx: Tx, new: NewRecord, risk_ids: Collection[int]) -> bool:
    """Add a record; whether it was added, and not there already.

    Raises:
        CodeInOtherCase
    """
    tables = _TABLES[type(new.content)]
    row = _columns(new.content) | {"ref": new.ref, "version": 0, **await _changed(tx)}
    added = await insert_or_ignore(tx, tables.records, [row], ["ref"], ["id"])
    if added:
        await refuse_other_case(tx, tables.records.c.ref, new.ref, "ref")
        await _save_risks(tx, tables, added[0].id, risk_ids)
    return bool(added)


def _columns(content: Content) -> dict[str, Any]:
    return {each.name: getattr(content, each.name) for each in fields(content)}


async def _changed(tx: Tx) -> dict[str, Any]:
    return {"changed_by": tx.actor, "changed_at": tx.now, "changed_on": await tx.business_date()}


async def _save_risks(tx: Tx, tables: _Tables, record_id: int, risk_ids: Collection[int]) -> None:
    """In the order that is given: each locks its risk against being taken away."""
    if risk_ids:
        rows = [{"record_id": record_id, "risk_id": risk_id} for risk_id in risk_ids]
        await tx.session.execute(insert(tables.on_risks), rows)


async def get_record(tx: Tx, kind: Kind, ref: str, *, locked: bool = False) -> Record | None:
    """A record, ``locked`` until this transaction ends."""
    query = select(_TABLES[kind].records).where(_TABLES[kind].records.c.ref == ref)
    rows = (await tx.session.execute(query.with_for_update() if locked else query)).all()
    return next(iter(await _records(tx, kind, rows)), None)


async def lock_records(tx: Tx, kind: Kind, refs: Collection[str]) -> list[Record]:
    """Those of these records that are there, locked by reference."""
    records = _TABLES[kind].records
    query = select(records).where(records.c.ref.in_(refs)).order_by(records.c.ref).with_for_update()
    return await _records(tx, kind, (await tx.session.execute(query)).all())


async def save_changes(tx: Tx, record: Record, content: Content, risk_ids: Collection[int]) -> None:
    """Have a locked record say this, for these risks."""
    tables = _TABLES[type(content)]
    values = _columns(content) | await _changed(tx)
    await tx.session.execute(update(tables.records).where(tables.records.c.id == record.record_id).values(**values))
    await tx.session.execute(delete(tables.on_risks).where(tables.on_risks.c.record_id == record.record_id))
    await _save_risks(tx, tables, record.record_id, risk_ids)


async def save_version(tx: Tx, record: Record) -> int:
    """Count an event of a locked record; returns its version."""
    records = _TABLES[type(record.content)].records
    await tx.session.execute(update(records).where(records.c.id == record.record_id).values(version=record.version + 1))
    return record.version + 1


async def list_refs(tx: Tx, kind: Kind) -> Sequence[str]:
    """Of every record of a kind that has an event."""
    records = _TABLES[kind].records.c
    return (await tx.session.scalars(select(records.ref).where(records.version > 0).order_by(records.ref))).all()


async def list_records(tx: Tx, kind: Kind, wanted: RecordFilter, today: date, page: PageRequest) -> Page[Record]:
    """By reference; three statements for any number of them."""
    records = _TABLES[kind].records
    query = select(records).where(*_conditions(kind, wanted, today))
    found = await list_page(tx, query, Orders((records.c.ref,)), page)
    return found.with_items(await _records(tx, kind, found.items))


async def list_all(tx: Tx, kind: Kind, wanted: RecordFilter, today: date) -> list[Record]:
    """By reference; three statements for any number of them."""
    records = _TABLES[kind].records
    query = select(records).where(*_conditions(kind, wanted, today)).order_by(records.c.ref)
    return await _records(tx, kind, (await tx.session.execute(query)).all())


def _conditions(kind: Kind, wanted: RecordFilter, today: date) -> list[ColumnElement[bool]]:
    tables = _TABLES[kind]
    columns = tables.records.c
    pairs = (("owner", wanted.owner), ("state", wanted.state), ("line", wanted.line))
    conditions: list[ColumnElement[bool]] = [columns[name] == value for name, value in pairs if value is not None]
    if wanted.risk is not None:
        of_risk = select(tables.on_risks.c.record_id).join(RiskRow, RiskRow.id == tables.on_risks.c.risk_id)
        conditions.append(columns.id.in_(of_risk.where(RiskRow.ref == wanted.risk)))
    if wanted.flagged and kind is ActionRecord:
        conditions.append(and_(columns.state == TreatmentState.OPEN.value, columns.due < today))
    if wanted.flagged and kind is AssuranceRecord:
        conditions.append(columns.given_on < stale_before(today))
    return conditions


async def _records(tx: Tx, kind: Kind, rows: Sequence[Any]) -> list[Record]:
    keys = [row.id for row in rows]
    risks = await _get_risks(tx, _TABLES[kind], keys)
    tests = await _get_newest_tests(tx, keys) if kind is ControlRecord and keys else {}
    return [
        Record(
            record_id=row.id,
            ref=row.ref,
            content=_content(kind, row),
            risks=risks[row.id],
            version=row.version,
            changed_by=row.changed_by,
            changed_at=row.changed_at,
            tests=tests.get(row.id, {}),
        )
        for row in rows
    ]


def _content(kind: Kind, row: Any) -> Content:
    values = {each.name: getattr(row, each.name) for each in fields(kind)}
    if kind in _STATES:
        values["state"] = _STATES[kind](values["state"])
    return kind(**values)


async def _get_risks(tx: Tx, tables: _Tables, keys: Collection[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {key: [] for key in keys}
    if keys:
        on_risks = tables.on_risks.c
        query = select(on_risks.record_id, _RISK.ref).join(RiskRow, RiskRow.id == on_risks.risk_id)
        for row in await tx.session.execute(query.where(on_risks.record_id.in_(keys)).order_by(_RISK.ref)):
            found[row.record_id].append(row.ref)
    return found


async def _get_newest_tests(tx: Tx, control_ids: Collection[int]) -> dict[int, Tests]:
    """By the key of the control: the test of each aspect that was made last, and of these the one recorded last."""
    order = (_TEST.tested_on.desc(), _TEST.id.desc())
    place = func.row_number().over(partition_by=(_TEST.control_id, _TEST.aspect), order_by=order).label("place")
    ranked = select(*_TEST, place).where(_TEST.control_id.in_(control_ids)).subquery()
    found: dict[int, dict[Aspect, ControlTest]] = {}
    for row in await tx.session.execute(select(ranked).where(ranked.c.place == 1).order_by(ranked.c.aspect)):
        test = _test(row)
        found.setdefault(row.control_id, {})[test.aspect] = test
    return dict(found)


def _test(row: Any) -> ControlTest:
    return ControlTest(Aspect(row.aspect), Effectiveness(row.result), row.tested_on, row.tested_by, row.finding)


async def save_test(tx: Tx, control_id: int, test: ControlTest) -> int:
    """Record a test of a control; returns its key."""
    values = {
        "control_id": control_id,
        "aspect": test.aspect.value,
        "result": test.result.value,
        "tested_on": test.tested_on,
        "tested_by": test.tested_by,
        "finding": test.finding,
        "by": tx.actor,
        "at": tx.now,
        "business_date": await tx.business_date(),
    }
    key: int = (await tx.session.execute(insert(ControlTestRow).returning(ControlTestRow.id), [values])).scalar_one()
    return key


async def list_tests(tx: Tx, control_id: int, page: PageRequest) -> list[RecordedTest]:
    """Of a control, in the order they were recorded, up to ``page.fetch`` of them."""
    query = select(*_TEST).where(_TEST.control_id == control_id, _TEST.id > key_after(page))
    rows = await tx.session.execute(query.order_by(_TEST.id).limit(page.fetch))
    return [RecordedTest(row.id, _test(row), row.by, row.at) for row in rows]
