"""Every query about reports."""

from collections.abc import Sequence

from sqlalchemy import select

from chassis.paging import PageRequest
from chassis.storage.bulk import upsert
from chassis.storage.transaction import Tx
from gateway.reports.models import AddendumRow, ReportRow
from gateway.reports.report import Addendum, Report, ReportState, read_content, read_table, write_content, write_table

_OF_STATE = ("state", "content", "drafted_by", "drafted_at", "published_by", "published_at", "digest", "html")


async def lock_report(tx: Tx, quarter: str) -> Report | None:
    wanted = select(ReportRow.quarter).where(ReportRow.quarter == quarter).with_for_update()
    return await get_report(tx, quarter) if await tx.session.scalar(wanted) else None


async def get_report(tx: Tx, quarter: str) -> Report | None:
    """The report with its addenda."""
    row = await tx.session.scalar(
        select(ReportRow).where(ReportRow.quarter == quarter).execution_options(populate_existing=True)
    )
    return None if row is None else _report(row, await _list_addenda(tx, quarter))


async def list_reports(tx: Tx, request: PageRequest) -> Sequence[Report]:
    """The latest quarter first, without addenda; one more than the page takes."""
    wanted = select(ReportRow).order_by(ReportRow.quarter.desc()).limit(request.fetch)
    after = wanted if request.after is None else wanted.where(ReportRow.quarter < request.after)
    return [_report(row, ()) for row in await tx.session.scalars(after)]


async def _list_addenda(tx: Tx, quarter: str) -> Sequence[Addendum]:
    rows = await tx.session.scalars(
        select(AddendumRow).where(AddendumRow.quarter == quarter).order_by(AddendumRow.number)
    )
    return tuple(
        Addendum(row.number, row.reason, row.known_on, read_table(row.differences), row.added_by, row.added_at)
        for row in rows
    )


def _report(row: ReportRow, addenda: Sequence[Addendum]) -> Report:
    return Report(
        quarter=row.quarter,
        state=ReportState(row.state),
        content=read_content(row.content),
        drafted_by=row.drafted_by,
        drafted_at=row.drafted_at,
        published_by=row.published_by,
        published_at=row.published_at,
        digest=row.digest,
        html=row.html,
        addenda=addenda,
    )


async def save_report(tx: Tx, report: Report) -> None:
    row = {name: getattr(report, name) for name in ("quarter", *_OF_STATE)}
    stored = {"state": report.state.value, "content": write_content(report.content)}
    await upsert(tx, ReportRow, [row | stored], ("quarter",), _OF_STATE)


async def save_addendum(tx: Tx, quarter: str, addendum: Addendum) -> None:
    row = AddendumRow(
        quarter=quarter,
        number=addendum.number,
        reason=addendum.reason,
        known_on=addendum.known_on,
        differences=write_table(addendum.differences),
        added_by=addendum.added_by,
        added_at=addendum.added_at,
    )
    tx.session.add(row)
    await tx.session.flush()
