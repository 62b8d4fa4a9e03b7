"""Use cases of reports. Numbers are gathered before; each runs inside a unit of work that its caller opens."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from chassis.audit import record_change, record_unchanged
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from gateway.reports import repository
from gateway.reports.errors import NothingDiffers, ReportChanged, ReportNotPublished, ReportPublished, ReportUnknown
from gateway.reports.report import (
    Addendum,
    Content,
    Report,
    ReportFile,
    ReportState,
    ReportSummary,
    differences,
    digest_of,
    write_content,
)

PAGE: Final = "html"
"""The file that a report's ``digest`` is of."""


async def draft(tx: Tx, gathered: Content) -> tuple[Report, bool]:
    """Draft a report, or put its numbers anew into its draft, whose front sheet stays; and whether it is new.

    Raises:
        ReportPublished: it is no longer a draft.
    """
    new = Report(gathered.sources.quarter, ReportState.DRAFT, gathered, tx.actor, tx.now)
    if await repository.create_report(tx, new):
        _record(tx, "drafted", None, new)
        return new, True
    before = await _lock_draft(tx, new.quarter)
    content = replace(gathered, front_sheet=before.content.front_sheet)
    return await _save(tx, "drafted", before, before.with_content(content, tx.actor, tx.now)), False


async def edit(tx: Tx, quarter: str, changes: Mapping[str, Any]) -> Report:
    """Change the front sheet of a draft.

    Raises:
        ReportUnknown, ReportPublished
    """
    before = await _lock_draft(tx, quarter)
    content = replace(before.content, front_sheet=before.content.front_sheet.edited(changes))
    return await _save(tx, "edited", before, before.with_content(content, tx.actor, tx.now))


def as_published(found: Report, by: str, at: datetime, version: str | None) -> Report:
    """What a draft becomes when it is published, which its files are made of before; what is published as it is.

    Raises:
        ReportChanged: it is not the ``version`` that was read.
    """
    if version not in {None, found.version}:
        raise ReportChanged("Its words or its numbers were changed since: read it again.")
    return found.published(by, at)


async def publish(tx: Tx, after: Report, files: Mapping[str, bytes]) -> Report:
    """Freeze a draft as ``after``, with the bytes of its files. What is published already stays as it is.

    Raises:
        ReportUnknown
        ReportChanged: the draft does not say any more what ``after`` says.
    """
    before = await _lock(tx, after.quarter)
    if before.version != after.version:
        raise ReportChanged("Its words or its numbers were changed meanwhile: read it again.")
    if before.state is ReportState.PUBLISHED:
        record_unchanged(tx)
        return before
    kept = tuple(ReportFile.of(ending, files[ending]) for ending in sorted(files))
    digest = next(each.digest for each in kept if each.ending == PAGE)
    published = before.published(tx.actor, after.published_at or tx.now)
    frozen = await _save(tx, "published", before, replace(published, files=kept, digest=digest))
    await repository.save_files(tx, after.quarter, files)
    return frozen


async def add(tx: Tx, quarter: str, now: Content, reason: str) -> Report:
    """Tell by an addendum which figures of a published report are others by ``now``.

    Raises:
        ReportUnknown
        ReportNotPublished: a draft is made anew instead.
        NothingDiffers: from the report and what its addenda have told already.
    """
    before = await _lock(tx, quarter)
    if before.state is not ReportState.PUBLISHED:
        raise ReportNotPublished("Draft it again: its numbers become those of now.")
    found = differences(before.content.tables, now.tables)
    told = before.addenda[-1].differences.rows if before.addenda else ()
    if found.rows == told:
        raise NothingDiffers("No figure has changed since the report or its last addendum.")
    addendum = Addendum(len(before.addenda) + 1, reason, now.sources.known_on, found, tx.actor, tx.now)
    await repository.save_addendum(tx, quarter, addendum)
    state = {"number": addendum.number, "differences": [list(row) for row in found.rows]}
    record_change(tx, subject=f"report-{quarter}", action="report.added_to", before=None, after=state, reason=reason)
    return replace(before, addenda=(*before.addenda, addendum))


async def find_scorecard(tx: Tx, quarter: str) -> str | None:
    """Code of the scorecard that the quarter's report is made of; None where there is no report, or it has none."""
    found = await repository.get_report(tx, quarter)
    return found.content.sources.scorecard if found else None


async def get_report(tx: Tx, quarter: str) -> Report:
    """A report with its addenda; a draft to those alone who make reports.

    Raises:
        ReportUnknown: there is none that the caller may see.
    """
    found = _known(await repository.get_report(tx, quarter), quarter)
    if found.state is ReportState.DRAFT and not _sees_drafts(tx):
        raise ReportUnknown(f"No report of {quarter} is published.")
    return found


async def get_file(tx: Tx, quarter: str, ending: str) -> tuple[Report, bytes | None]:
    """A report, and its file as it was published; None of a draft, or where no such file was made then.

    Raises:
        ReportUnknown: there is none that the caller may see.
    """
    found = await get_report(tx, quarter)
    return found, await repository.get_file(tx, quarter, ending) if found.files else None


async def list_reports(tx: Tx, request: PageRequest) -> Page[ReportSummary]:
    """The latest quarter first; drafts to those alone who make reports."""
    found = await repository.list_reports(tx, request, with_drafts=_sees_drafts(tx))
    return page_of(found, request, key=lambda one: one.quarter)


def _sees_drafts(tx: Tx) -> bool:
    return any(map(tx.caller.may, ("reports:write", "reports:publish")))


async def _lock(tx: Tx, quarter: str) -> Report:
    return _known(await repository.lock_report(tx, quarter), quarter)


async def _lock_draft(tx: Tx, quarter: str) -> Report:
    found = await _lock(tx, quarter)
    if found.state is ReportState.PUBLISHED:
        raise ReportPublished("What was corrected since is told by an addendum.")
    return found


def _known(found: Report | None, quarter: str) -> Report:
    if found is None:
        raise ReportUnknown(f"No report of {quarter} was drafted.")
    return found


async def _save(tx: Tx, done: str, before: Report, after: Report) -> Report:
    if after == before:
        record_unchanged(tx)
        return before
    await repository.save_draft(tx, after)
    _record(tx, done, before, after)
    return after


def _record(tx: Tx, done: str, before: Report | None, after: Report) -> None:
    states = [_audited(each) if each else None for each in (before, after)]
    record_change(tx, subject=f"report-{after.quarter}", action=f"report.{done}", before=states[0], after=states[1])


def _audited(report: Report) -> dict[str, Any]:
    """Its words, its tables and files by what names them: an entry is no second copy of the numbers."""
    stored = write_content(report.content)
    files = {each.ending: each.digest for each in report.files}
    return stored | {"tables": digest_of(stored["tables"]), "state": report.state.value, "files": files}
