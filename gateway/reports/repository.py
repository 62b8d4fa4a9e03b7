"""Every query about reports."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_or_ignore
from chassis.storage.transaction import Tx
from gateway.reports.errors import ReportPublished
from gateway.reports.models import AddendumRow, FileRow, ReportRow
from gateway.reports.report import (
    Addendum,
    Report,
    ReportFile,
    ReportState,
    ReportSummary,
    read_content,
    read_table,
    write_content,
    write_table,
)

_OF_STATE = ("state", "content", "drafted_by", "drafted_at", "published_by", "published_at", "digest")

_SUMMARY = (
    *(ReportRow.__table__.c[name] for name in ("quarter", *_OF_STATE) if name != "content"),
    ReportRow.content[("front_sheet", "title")].as_string().label("title"),
    ReportRow.content[("sources", "known_on")].as_string().label("known_on"),
)


async def lock_report(tx: Tx, quarter: str) -> Report | None:
    wanted = select(ReportRow.quarter).where(ReportRow.quarter == quarter).with_for_update()
    if await tx.session.scalar(wanted) is None:
        return None
    tx.catch_up()
    return await get_report(tx, quarter)


async def get_report(tx: Tx, quarter: str) -> Report | None:
    """The report with its addenda, and what files it was published as."""
    row = await tx.session.scalar(
        select(ReportRow).where(ReportRow.quarter == quarter).execution_options(populate_existing=True)
    )
    if row is None:
        return None
    return _report(row, await _list_files(tx, quarter), await _list_addenda(tx, quarter))


async def list_reports(tx: Tx, request: PageRequest, *, with_drafts: bool) -> Sequence[ReportSummary]:
    """The latest quarter first; one more than the page takes. Pages and tables stay in the database."""
    wanted = select(*_SUMMARY).order_by(ReportRow.quarter.desc()).limit(request.fetch)
    if request.after is not None:
        wanted = wanted.where(ReportRow.quarter < request.after)
    if not with_drafts:
        wanted = wanted.where(ReportRow.state == ReportState.PUBLISHED.value)
    rows = (await tx.session.execute(wanted)).mappings()
    return [ReportSummary(**{**row, "state": ReportState(row["state"])}) for row in rows]


async def _list_files(tx: Tx, quarter: str) -> Sequence[ReportFile]:
    """Without what is in them."""
    wanted = select(FileRow.ending, FileRow.size, FileRow.digest).where(FileRow.quarter == quarter)
    return tuple(ReportFile(*row) for row in await tx.session.execute(wanted.order_by(FileRow.ending)))


async def get_file(tx: Tx, quarter: str, ending: str) -> bytes | None:
    wanted = select(FileRow.content).where(FileRow.quarter == quarter, FileRow.ending == ending)
    found: bytes | None = await tx.session.scalar(wanted)
    return found


async def save_files(tx: Tx, quarter: str, files: Mapping[str, bytes]) -> None:
    kept = [(ReportFile.of(ending, content), content) for ending, content in files.items()]
    rows = [
        {"quarter": quarter, "ending": file.ending, "size": file.size, "digest": file.digest, "content": content}
        for file, content in kept
    ]
    await tx.session.execute(insert(FileRow), rows)


async def _list_addenda(tx: Tx, quarter: str) -> Sequence[Addendum]:
    rows = await tx.session.scalars(
        select(AddendumRow).where(AddendumRow.quarter == quarter).order_by(AddendumRow.number)
    )
    return tuple(
        Addendum(row.number, row.reason, row.known_on, read_table(row.differences), row.added_by, row.added_at)
        for row in rows
    )


def _report(row: ReportRow, files: Sequence[ReportFile], addenda: Sequence[Addendum]) -> Report:
    return Report(
        quarter=row.quarter,
        state=ReportState(row.state),
        content=read_content(row.content),
        drafted_by=row.drafted_by,
        drafted_at=row.drafted_at,
        published_by=row.published_by,
        published_at=row.published_at,
        digest=row.digest,
        files=files,
        addenda=addenda,
    )


async def create_report(tx: Tx, report: Report) -> bool:
    """Insert it, unless there is one of its quarter; whether it was inserted.

    Where another is just making one, this waits for it.
    """
    row = {"quarter": report.quarter, **_state(report)}
    return bool(await insert_or_ignore(tx, ReportRow, [row], ("quarter",), ("quarter",)))


async def save_draft(tx: Tx, report: Report) -> None:
    """Save what has become of a draft: it may be published by now.

    Raises:
        ReportPublished: what is stored is no draft. It stays as it is.
    """
    of_draft = ReportRow.quarter == report.quarter, ReportRow.state == ReportState.DRAFT.value
    statement = update(ReportRow).where(*of_draft).values(_state(report)).returning(ReportRow.quarter)
    if await tx.session.scalar(statement.execution_options(synchronize_session=False)) is None:
        raise ReportPublished(f"The report of {report.quarter} was not changed.")


def _state(report: Report) -> dict[str, Any]:
    stored = {"state": report.state.value, "content": write_content(report.content)}
    return {name: getattr(report, name) for name in _OF_STATE} | stored


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
