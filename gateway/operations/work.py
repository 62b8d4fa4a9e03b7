"""Recoveries and verifications: asked for here, done by a worker as jobs of the gateway."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Final

from chassis.errors import NotFound, Problem
from chassis.jobs.job import Job, JobRefused, JobState, Json, NewJob
from chassis.jobs.queue import JobFilter, list_jobs
from chassis.jobs.run import Handler, JobRun
from chassis.paging import Page, PageRequest
from chassis.recovery import procedure
from chassis.recovery.port import StoresUnreachable
from chassis.recovery.procedure import NotConverged
from chassis.recovery.report import Report, report_of_json, report_to_json
from chassis.storage.transaction import Tx
from gateway.operations.asked_jobs import begin_job, get_named_job
from gateway.operations.errors import RecoveryUnderWay, RecoveryUnknown, VerificationUnknown
from gateway.operations.services import Services

RECOVERY: Final = "recovery"
VERIFICATION: Final = "verification"
ATTEMPTS: Final = 5
_UNKNOWN: Final[Mapping[str, type[NotFound]]] = {RECOVERY: RecoveryUnknown, VERIFICATION: VerificationUnknown}


@dataclass(frozen=True, slots=True)
class Operation:
    """A recovery or a verification as it is now; ``report`` once it has succeeded."""

    job: Job
    subject: str | None
    report: Report | None


async def begin_recovery(tx: Tx, subject: str | None) -> Operation:
    """Have everything recovered, or the aggregate ``subject``.

    Raises:
        RecoveryUnderWay: another has not ended.
    """
    new = NewJob(RECOVERY, {"subject": subject}, max_attempts=ATTEMPTS)
    return _operation(await begin_job(tx, new, RecoveryUnderWay))


async def begin_verification(tx: Tx) -> Operation:
    return _operation(await begin_job(tx, NewJob(VERIFICATION, {"subject": None}, max_attempts=ATTEMPTS)))


async def get_operation(tx: Tx, name: str, number: int) -> Operation:
    """The recovery or verification (``name``) of this number.

    Raises:
        RecoveryUnknown, VerificationUnknown: there is none.
    """
    return _operation(await get_named_job(tx, name, number, _UNKNOWN[name]))


async def list_operations(tx: Tx, name: str, request: PageRequest) -> Page[Operation]:
    """Recoveries or verifications, the newest first."""
    return (await list_jobs(tx, JobFilter(name), request)).of(_operation)


def _operation(job: Job) -> Operation:
    report = report_of_json(job.result) if job.state is JobState.SUCCEEDED else None
    return Operation(job, job.arguments["subject"], report)


def handlers(services: Services) -> Mapping[str, Handler]:
    """What the gateway's jobs are done by."""

    async def recover(run: JobRun) -> Json:
        return await _done(procedure.recover(services.stores(run.job.actor), run.job.arguments["subject"]))

    async def verify(run: JobRun) -> Json:
        return await _done(procedure.verify(services.stores(run.job.actor)))

    return {RECOVERY: recover, VERIFICATION: verify}


async def _done(work: Awaitable[Report]) -> Json:
    """The report, to be stored. Only a service that does not answer is worth another attempt."""
    try:
        return report_to_json(await work)
    except StoresUnreachable:
        raise
    except (Problem, NotConverged) as error:
        raise JobRefused(str(error)) from error
