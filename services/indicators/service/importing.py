"""The job of an import: read the whole file, then save all of it in one transaction, or nothing.

Killed at any moment it begins anew; what was committed is recorded with its result and not done again.
"""

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from tempfile import TemporaryFile
from typing import BinaryIO, Final, TypeVar, cast

from chassis.crash_points import crash_point
from chassis.jobs.job import Json
from chassis.jobs.run import JobRun
from chassis.memory import collect_between_batches
from chassis.storage.meanwhile import while_writing
from chassis.storage.transaction import Tx
from chassis.tabular.sorting import Batch, SortableRow, SortedRows
from chassis.turns import Turns
from services.indicators.domain.importing.drafts import CellFault, Draft, ObservationKey
from services.indicators.domain.importing.order import (
    ImportOrder,
    ImportResult,
    order_from_json,
    result_to_json,
)
from services.indicators.domain.importing.tally import Faults
from services.indicators.repository import areas, imports, indicators
from services.indicators.service.batches import Later, derive_later, record_acceptable
from services.indicators.service.fewer_parts import drop_fewer_parts
from services.indicators.service.import_errors import write_errors
from services.indicators.service.mappings import get_mapping
from services.indicators.service.missing_definitions import create_missing
from services.indicators.service.settling import emit_unsettled, group_of
from services.indicators.service.staging import drafts_of
from services.indicators.service.suppressed_rows import drop_suppressed
from services.indicators.service.survey import Counter, Survey, survey_file

T = TypeVar("T")

JOB: Final = "import"
BATCH: Final = 4000
PROGRESS_SECONDS: Final = 1.0
_SAVED, _UNSAVED = "saved", "unsaved"


class NotSaved(Exception):  # noqa: N818  named for what it is
    """Undoes the transaction of an import: a dry run, or rows that are not right."""

    def __init__(self, result: ImportResult, faults: Faults) -> None:
        super().__init__("nothing is saved")
        self.result = result
        self.faults = faults


async def run_import(run: JobRun, batch_size: int = BATCH) -> Json:
    """Do an import, some ``batch_size`` observations at a time; its result is an :class:`ImportResult`."""
    for step in (_SAVED, _UNSAVED):
        if (done := await run.result_of(step)) is not None:
            return done[0]
    order = order_from_json(run.job.arguments)
    mapping = await run.database.read(lambda tx: get_mapping(tx, order.mapping))
    with TemporaryFile() as unnamed, SortedRows() as rows:
        file, counter = cast("BinaryIO", unnamed), Counter()
        await _fetch(run, file)
        parents = await run.database.read(areas.get_parents) if order.sum_into else {}
        reading = asyncio.to_thread(survey_file, file, mapping, order, rows, counter, parents)
        survey = await _with_progress(run, counter, reading)
        crash_point("imports.after_survey")
        return await _with_progress(run, counter, _save(run, order, survey, file, counter, batch_size))


async def _fetch(run: JobRun, file: BinaryIO) -> None:
    part = 0
    while True:
        content = await run.database.read(partial(imports.get_part, number=run.job.id, kind=imports.FILE, part=part))
        if content is None:
            break
        file.write(content)
        part += 1
    file.seek(0)


async def _with_progress(run: JobRun, counter: Counter, work: Awaitable[T]) -> T:
    """The result of ``work``, whose progress is saved now and then."""
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait({task}, timeout=PROGRESS_SECONDS))[0]:
            await run.save_progress(counter.done, counter.total)
        return task.result()
    finally:
        if not task.done():
            counter.stopped = True
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


class SumsOfFaulty(Exception):  # noqa: N818  named for what it is
    """Undoes the transaction of an import that saved sums of rows that were refused after them."""


async def _save(
    run: JobRun, order: ImportOrder, survey: Survey, file: BinaryIO, counter: Counter, batch_size: int
) -> Json:
    refused: dict[ObservationKey, str] = {}

    async def save(tx: Tx) -> Json:
        applied = _Applied(order, survey.headings, deepcopy(survey.faults), refused, batch_size)
        await _apply(tx, applied, survey, counter)
        result = applied.result(survey.rows_read)
        if not result.refused and applied.refuse_sums():
            raise SumsOfFaulty
        if result.refused or order.dry_run:
            raise NotSaved(result, applied.faults)
        await _leave(tx, run, survey, file, applied.faults)
        return result_to_json(result)

    while True:  # ends: with every turn more of the sums are refused
        try:
            return await run.long_step(_SAVED, save)
        except SumsOfFaulty:
            continue
        except NotSaved as unsaved:
            return await _save_nothing(run, survey, file, unsaved)


async def _save_nothing(run: JobRun, survey: Survey, file: BinaryIO, unsaved: NotSaved) -> Json:
    async def leave(tx: Tx) -> Json:
        await _leave(tx, run, survey, file, unsaved.faults)
        return result_to_json(unsaved.result)

    return await run.step(_UNSAVED, leave)


async def _leave(tx: Tx, run: JobRun, survey: Survey, file: BinaryIO, faults: Faults) -> None:
    """Save the file of errors, and forget the file itself, unless it was only checked: then it may be saved yet."""
    if not order_from_json(run.job.arguments).dry_run:
        await imports.delete_parts(tx, run.job.id, imports.FILE)
    with TemporaryFile() as errors:
        write_errors(file, faults, survey.header, cast("BinaryIO", errors))
        await imports.save_parts(tx, run.job.id, imports.ERRORS, cast("BinaryIO", errors))


@dataclass(slots=True)
class _Applied:
    """What has become of the rows so far.

    ``refused_sums`` are not to be saved, each with the reason.
    """

    order: ImportOrder
    headings: dict[str, str]
    faults: Faults
    refused_sums: dict[ObservationKey, str]
    batch_size: int
    saved: int = 0
    unchanged: int = 0
    rows_saved: int = 0
    rows_unchanged: int = 0
    rows_missing: int = 0
    created: dict[str, Sequence[str]] = field(default_factory=dict)
    _saved_sums: set[ObservationKey] = field(default_factory=set)
    _faulty_parts: dict[ObservationKey, int] = field(default_factory=dict)

    def add_recorded(self, draft: Draft, *, new: bool) -> None:
        rows = len(draft.lines)
        if not rows and draft.observation_key:
            self._saved_sums.add(draft.observation_key)
        if new:
            self.saved += 1
            self.rows_saved += rows
        else:
            self.unchanged += 1
            self.rows_unchanged += rows
        if "missing" in draft.texts:
            self.rows_missing += rows

    def add_faults(self, draft: Draft, faults: Sequence[tuple[str, str]]) -> None:
        named = [CellFault(self.headings.get(name, name), _said(draft, name), message) for name, message in faults]
        self.faults.add(draft.lines, named)
        if self.order.sum_into and draft.lines and draft.observation_key:
            self._faulty_parts.setdefault(self._into(draft.observation_key), draft.lines[0])

    def _into(self, key: ObservationKey) -> ObservationKey:
        return key[0]._replace(area=self.order.sum_into or ""), key[1]

    def refuse_sums(self) -> bool:
        """Refuse the sums that were saved over rows that are at fault; whether there are any."""
        found = {key: line for key, line in self._faulty_parts.items() if key in self._saved_sums}
        self.refused_sums.update((key, f"line {line} is not right") for key, line in found.items())
        return bool(found)

    def drop_refused(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Those that may be recorded."""
        if not self.refused_sums:
            return list(drafts)
        taken = []
        for draft in drafts:
            why = None if draft.lines or draft.observation_key is None else self.refused_sums.get(draft.observation_key)
            if why is None:
                taken.append(draft)
            else:
                self.add_faults(draft, [("", f"{draft.key.indicator} of {draft.period} is not summed: {why}")])
        return taken

    def result(self, rows_read: int) -> ImportResult:
        result = ImportResult(
            rows_read=rows_read,
            rows_saved=self.rows_saved,
            rows_unchanged=self.rows_unchanged,
            rows_missing=self.rows_missing,
            rows_invalid=self.faults.rows,
            observations_saved=self.saved,
            observations_unchanged=self.unchanged,
            created=self.created,
            errors=tuple(sorted(self.faults.shown, key=lambda each: each.line)),
            errors_in_all=self.faults.in_all,
        )
        is_unread = self.faults.in_all > 0 and not rows_read
        if not self.faults.in_all or (self.order.skip_invalid and not is_unread):
            return result
        return replace(
            result, refused=True, rows_saved=0, observations_saved=0, rows_unsaved=self.rows_saved, created={}
        )


def _said(draft: Draft, name: str) -> str:
    """What a row says of a field."""
    plain = {"indicator": draft.key.indicator, "area": draft.key.area, "period": draft.period}
    plain["breakdown"] = draft.key.breakdown.text
    if name in draft.figures:
        return format(draft.figures[name], "f")
    return plain.get(name) or draft.texts.get(name, "")


async def _apply(tx: Tx, applied: _Applied, survey: Survey, counter: Counter) -> None:
    """Record everything, batch by batch; indicators are locked first, so that two imports of one wait in line."""
    await indicators.lock_indicators(tx, list(survey.seen.indicators))
    if not survey.rows_read and not survey.faults.in_all:
        applied.faults.add_file("The file has no rows.")
    if applied.order.create_missing:
        applied.created = await create_missing(tx, applied.order, survey.seen, applied.faults)
    counter.done, counter.total = 0, survey.rows.count
    later, rows = Later(), survey.rows.batches(applied.batch_size)
    batch = await _read(rows)
    while batch is not None:
        await _record(tx, applied, batch, later)
        if not batch.goes_on:
            await emit_unsettled(tx, later.unsettled)
        counter.done += len(batch.rows)
        batch = await _write_and_read(tx, rows)
        collect_between_batches()
        crash_point("imports.after_batch")
    await derive_later(tx, later, applied.batch_size)


async def _read(rows: Iterator[Batch[SortableRow]]) -> Batch[Draft] | None:
    """The next of the batches; None where there is none."""
    batch, drafts, turns = next(rows, None), list[Draft](), Turns()
    if batch is None:
        return None
    for row in batch.rows:
        drafts += drafts_of(row)
        await turns.give()
    return Batch(drafts, batch.goes_on)


async def _write_and_read(tx: Tx, rows: Iterator[Batch[SortableRow]]) -> Batch[Draft] | None:
    """Write what is staged, and read the next batch."""
    return await while_writing(tx, tx.write_staged, partial(_read, rows))


async def _record(tx: Tx, applied: _Applied, batch: Batch[Draft], later: Later) -> None:
    order = applied.order
    later.unsettled.group = group_of(batch.rows[-1].key) if batch.goes_on else None
    drafts = applied.drop_refused(batch.rows)
    if order.sum_into and not order.accept_fewer:
        drafts, fewer = await drop_fewer_parts(tx, drafts, order.sum_into)
        for draft, fault in fewer:
            applied.add_faults(draft, [fault])
    drafts, suppressed = await drop_suppressed(tx, drafts)
    for draft in suppressed:
        applied.add_recorded(draft, new=False)
    result = await record_acceptable(
        tx,
        [(draft.key, draft.read) for draft in drafts],
        partly=True,
        reason=order.reason,
        name_of=lambda n: f"line {drafts[n].lines[0]}" if drafts[n].lines else "a sum",
        later=later,
    )
    for n, current in result.current.items():
        applied.add_recorded(drafts[n], new=current.new)
    for n, faults in result.faults.items():
        applied.add_faults(drafts[n], faults)
