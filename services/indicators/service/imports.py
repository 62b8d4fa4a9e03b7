"""Imports as their owners see them: ordered, looked at, cancelled. What they do stands in ``importing``."""

from dataclasses import replace
from typing import BinaryIO

from chassis.errors import FieldError
from chassis.jobs import queue
from chassis.jobs.job import Job, JobState, JobUnknown, NewJob
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.indicators.domain.importing.order import (
    Import,
    ImportOrder,
    ImportState,
    order_from_json,
    order_to_json,
    result_from_json,
)
from services.indicators.errors import ImportNotSaveable, ImportUnknown, MappingUnknown, ReferenceInvalid
from services.indicators.repository import imports
from services.indicators.service.auditing import record_import, record_import_cancelled
from services.indicators.service.importing import JOB
from services.indicators.service.mappings import get_mapping

_ATTEMPTS = 5


async def order_import(tx: Tx, order: ImportOrder, file: BinaryIO, size: int) -> Import:
    """Save a file, and the job that reads it.

    Raises:
        ReferenceInvalid: there is no such mapping.
    """
    try:
        await get_mapping(tx, order.mapping)
    except MappingUnknown as unknown:
        raise ReferenceInvalid(str(unknown), unknown.errors) from unknown
    if order.sum_into is None and order.accept_fewer:
        raise ReferenceInvalid("Nothing is summed.", [FieldError("accept_fewer", "goes with sum_into")])
    number = await queue.save_job(tx, NewJob(JOB, order_to_json(order), max_attempts=_ATTEMPTS))
    await imports.save_parts(tx, number, imports.FILE, file)
    record_import(tx, number, order, size)
    return await get_import(tx, number)


async def save_checked(tx: Tx, number: int, *, skip_invalid: bool) -> Import:
    """Have the file of a dry run read again, as it was ordered, and saved: an import of its own.

    Raises:
        ImportUnknown: there is none, or no more.
        ImportNotSaveable: it is no dry run that has read its file, rows are wrong that are not to be skipped, or its
            file was handed on before.
    """
    checked = await get_import(tx, number)
    _require_saveable(checked, skip_invalid=skip_invalid)
    order = replace(checked.order, dry_run=False, skip_invalid=skip_invalid)
    saving = await queue.save_job(tx, NewJob(JOB, order_to_json(order), max_attempts=_ATTEMPTS))
    size = await imports.move_file(tx, number, saving)
    if not size:
        raise ImportNotSaveable(f"The file of import {number} is saved already, or kept no more; send it again.")
    record_import(tx, saving, order, size)
    return await get_import(tx, saving)


def _require_saveable(checked: Import, *, skip_invalid: bool) -> None:
    if not checked.order.dry_run:
        raise ImportNotSaveable(f"Import {checked.id} is no dry run: it was to be saved at once.")
    if checked.result is None:
        raise ImportNotSaveable(f"Import {checked.id} has not read its file to the end ({checked.state}).")
    if checked.result.errors_in_all and not skip_invalid:
        wrong = f"Import {checked.id} has {checked.result.errors_in_all} errors"
        raise ImportNotSaveable(f"{wrong}; with skip_invalid what is right is saved.")


async def get_import(tx: Tx, number: int) -> Import:
    """The import of this number.

    Raises:
        ImportUnknown: there is none, or no more.
    """
    try:
        job = await queue.get_job(tx, number)
    except JobUnknown as unknown:
        raise ImportUnknown(number) from unknown
    if job.name != JOB:
        raise ImportUnknown(number)
    return _import(job)


def _import(job: Job) -> Import:
    result = None if job.result is None else result_from_json(job.result)
    refused = result is not None and result.refused
    progress = job.progress
    return Import(
        id=job.id,
        order=order_from_json(job.arguments),
        state=ImportState.FAILED if refused else ImportState(job.state.value),
        done=progress.done if progress else 0,
        total=progress.total if progress else None,
        result=result,
        error=job.error if job.state is JobState.FAILED else None,
        actor=job.actor,
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


async def list_imports(tx: Tx, request: PageRequest) -> Page[Import]:
    """The newest first."""
    return (await queue.list_jobs(tx, queue.JobFilter(JOB), request)).of(_import)


async def cancel_import(tx: Tx, number: int) -> Import:
    """End an import that has not ended; what it has not committed is rolled back.

    Raises:
        ImportUnknown: there is none.
    """
    before = await get_import(tx, number)
    await queue.cancel_job(tx, number)
    after = await get_import(tx, number)
    is_cancelling = before.state is ImportState.RUNNING
    record_import_cancelled(tx, number, before.state, ImportState.CANCELLED if is_cancelling else after.state)
    return after


async def get_errors_part(tx: Tx, number: int, part: int) -> bytes | None:
    """A part of the file of errors, from 0; None after the last."""
    return await imports.get_part(tx, number, imports.ERRORS, part)


async def forget_imports(tx: Tx) -> None:
    """Delete the files of imports that are forgotten."""
    await imports.delete_orphans(tx)
