"""Jobs on both databases: saved with their cause, done by one worker at a time, retried, cancelled, taken over."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from chassis.clock import system_clock
from chassis.jobs import queue
from chassis.jobs.job import JobRefused, JobState, LeaseLost, NewJob, Progress
from chassis.jobs.queue import JobFilter
from chassis.jobs.schedule import Schedule, every
from chassis.jobs.worker import Worker
from chassis.paging import PageRequest
from chassis.settings import ServiceSettings
from tests.eventually import eventually
from tests.integration.chassis.tally import effects

pytestmark = pytest.mark.both_engines


class Clock:
    """The system's, moved on by hand."""

    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return system_clock() + self.ahead


@pytest.fixture
def clock(database):
    database.clock = Clock()
    return database.clock


def worker_of(database, handlers, schedules=(), **settings):
    return Worker(database, handlers, schedules, ServiceSettings(**settings))


@asynccontextmanager
async def at_work(worker):
    task = asyncio.create_task(worker.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def saved(database, *args, **kwargs):
    return await database.write(lambda tx: queue.save_job(tx, NewJob(*args, **kwargs)))


async def found(database, number):
    return await database.read(lambda tx: queue.get_job(tx, number))


async def count_effects(database):
    async def count(tx):
        return (await tx.session.execute(select(func.count()).select_from(effects))).scalar_one()

    return await database.read(count)


async def add_effect(tx):
    await tx.session.execute(effects.insert(), [{"subject": "job", "version": 1}])
    return {"added": 1}


async def post_twice(run):
    first = await run.step("first", add_effect)
    await run.save_progress(1, 2)
    second = await run.step("second", add_effect)
    return {"added": first["added"] + second["added"], "for": run.job.arguments.get("for")}


async def test_a_job_is_done_and_its_result_saved(database):
    number = await saved(database, "post", {"for": "OCC4"})
    assert await worker_of(database, {"post": post_twice}).do_next()
    job = await found(database, number)
    assert (job.state, job.result, job.progress) == (JobState.SUCCEEDED, {"added": 2, "for": "OCC4"}, Progress(1, 2))
    assert (job.attempts, job.lease, job.error) == (1, None, None)
    assert await count_effects(database) == 2
    assert not await worker_of(database, {"post": post_twice}).do_next()


async def test_a_job_is_not_there_without_its_cause(database):
    async def work(tx):
        await queue.save_job(tx, NewJob("post"))
        raise JobRefused("no")

    with pytest.raises(JobRefused):
        await database.write(work)
    assert await database.read(queue.count_unfinished) == 0


async def test_a_key_is_done_once(database):
    numbers = await asyncio.gather(*(saved(database, "post", {"for": n}, key="post-1") for n in range(5)))
    assert len(set(numbers)) == 1
    worker = worker_of(database, {"post": post_twice})
    assert await worker.do_next()
    assert await saved(database, "post", {"for": 9}, key="post-1") == numbers[0]
    assert not await worker.do_next()


async def test_a_job_waits_for_its_time_and_for_a_worker_that_can_do_it(database, clock):
    await saved(database, "post", {"for": 1}, due_at=clock() + timedelta(hours=1))
    worker = worker_of(database, {"post": post_twice})
    assert not await worker.do_next()
    clock.ahead = timedelta(hours=2)
    assert not await worker_of(database, {"other": post_twice}).do_next()
    assert await worker.do_next()


async def test_what_fails_is_tried_again_later_and_repeats_no_step(database, clock):
    attempts = []

    async def fails_twice(run):
        await run.step("only", add_effect)
        attempts.append(run.job.attempts)
        if len(attempts) < 3:
            raise ValueError("not yet")

    number = await saved(database, "post")
    worker = worker_of(database, {"post": fails_twice})
    assert await worker.do_next()
    job = await found(database, number)
    assert (job.state, job.error) == (JobState.WAITING, "ValueError: not yet")
    assert timedelta(seconds=0.5) < job.due_at - clock() <= timedelta(seconds=2)
    assert not await worker.do_next()
    for _ in range(2):
        clock.ahead += timedelta(minutes=1)
        assert await worker.do_next()
    assert (await found(database, number)).state == JobState.SUCCEEDED
    assert attempts == [1, 2, 3]
    assert await count_effects(database) == 1


async def test_what_is_refused_or_out_of_attempts_has_failed(database):
    async def refuses(_run):
        raise JobRefused("there is no such file")

    async def fails(_run):
        raise ValueError("broken")

    refused, broken = await saved(database, "refuse"), await saved(database, "fail", max_attempts=1)
    worker = worker_of(database, {"refuse": refuses, "fail": fails})
    assert await worker.do_next()
    assert await worker.do_next()
    assert not await worker.do_next()
    failed = [await found(database, number) for number in (refused, broken)]
    assert [job.state for job in failed] == [JobState.FAILED] * 2
    assert [job.error for job in failed] == ["JobRefused: there is no such file", "ValueError: broken"]


async def test_a_stalled_worker_is_taken_over_and_writes_nothing_more(database, clock):
    number = await saved(database, "post", {"for": 1})
    stalled = await database.write(lambda tx: queue.take_due(tx, ["post"], "a", tx.now + timedelta(seconds=30)))
    worker = worker_of(database, {"post": post_twice})
    assert not await worker.do_next()
    clock.ahead = timedelta(seconds=31)
    assert await worker.do_next()
    assert (await found(database, number)).attempts == 2
    with pytest.raises(LeaseLost):
        await database.write(lambda tx: queue.save_success(tx, stalled, None))
    with pytest.raises(LeaseLost):
        await database.write(lambda tx: queue.save_failure(tx, stalled, "late", None))
    assert (await found(database, number)).result == {"added": 2, "for": 1}


async def test_a_zombie_commits_no_step(database, clock):
    stalled, go = asyncio.Event(), asyncio.Event()

    async def stalls(run):
        if run.job.attempts == 1:
            stalled.set()
            await go.wait()
        return await run.step("only", add_effect)

    number = await saved(database, "post")
    slow, quick = worker_of(database, {"post": stalls}), worker_of(database, {"post": stalls})
    first = asyncio.create_task(slow.do_next())
    await stalled.wait()
    clock.ahead = timedelta(hours=1)
    assert await quick.do_next()
    go.set()
    assert await first
    assert await count_effects(database) == 1
    assert (await found(database, number)).attempts == 2


async def test_a_worker_that_dies_with_every_attempt_is_not_followed_for_ever(database, clock):
    number = await saved(database, "post", max_attempts=2)
    for _ in range(2):
        assert await database.write(lambda tx: queue.take_due(tx, ["post"], "a", tx.now))
    assert not await worker_of(database, {"post": post_twice}).do_next()
    job = await found(database, number)
    assert (job.state, job.error) == (JobState.FAILED, "its worker died or stalled in attempt 2")


async def test_a_heartbeat_keeps_a_long_job(database):
    async def takes_long(run):
        await asyncio.sleep(1.5)
        return run.job.attempts

    number = await saved(database, "post")
    one, other = (worker_of(database, {"post": takes_long}, job_lease_seconds=1) for _ in range(2))
    async with at_work(one), at_work(other):
        await eventually(lambda: _is(database, number, JobState.SUCCEEDED))
    assert (await found(database, number)).result == 1


async def _is(database, number, state):
    assert (await found(database, number)).state == state


async def test_cancelling(database):
    async def endless(_run):
        await asyncio.Event().wait()

    waiting = await saved(database, "post", due_at=system_clock() + timedelta(hours=1))
    assert (await database.write(lambda tx: queue.cancel_job(tx, waiting))).state == JobState.CANCELLED
    running = await saved(database, "endless")
    async with at_work(worker_of(database, {"endless": endless}, job_lease_seconds=0.4)):
        await eventually(lambda: _is(database, running, JobState.RUNNING))
        assert (await database.write(lambda tx: queue.cancel_job(tx, running))).is_cancelling
        await eventually(lambda: _is(database, running, JobState.CANCELLED))
    again = await database.write(lambda tx: queue.cancel_job(tx, running))
    assert again.state == JobState.CANCELLED


async def test_a_worker_told_to_stop_gives_its_job_back(database):
    async def endless(_run):
        await asyncio.Event().wait()

    number = await saved(database, "endless")
    async with at_work(worker_of(database, {"endless": endless})):
        await eventually(lambda: _is(database, number, JobState.RUNNING))
    job = await found(database, number)
    assert (job.state, job.attempts, job.lease) == (JobState.WAITING, 0, None)


async def test_several_workers_do_each_job_once(database):
    for n in range(30):
        await saved(database, "post", {"for": n})
    async with at_work(worker_of(database, {"post": post_twice})), at_work(worker_of(database, {"post": post_twice})):
        await eventually(lambda: _all_done(database), within=30)
    assert await count_effects(database) == 60
    page = await database.read(lambda tx: queue.list_jobs(tx, JobFilter("post"), PageRequest(50)))
    assert {job.attempts for job in page.items} == {1}


async def _all_done(database):
    assert await database.read(queue.count_unfinished) == 0


async def test_an_occurrence_is_saved_once_and_a_missed_one_made_up_for(database, clock):
    schedules = [Schedule("hourly", "post", every(timedelta(hours=1)))]
    workers = [worker_of(database, {"post": post_twice}, schedules) for _ in range(3)]
    await asyncio.gather(*(worker.save_occurrences() for worker in workers))
    assert await database.read(queue.count_unfinished) == 1
    clock.ahead = timedelta(hours=5)
    await workers[0].save_occurrences()
    assert await database.read(queue.count_unfinished) == 2


async def test_what_has_ended_is_listed_and_deleted_but_the_last_occurrence(database, clock):
    schedule = Schedule("hourly", "post", every(timedelta(hours=1)))
    worker = worker_of(database, {"post": post_twice}, [schedule])
    await saved(database, "post", {"for": 1})
    await worker.save_occurrences()
    while await worker.do_next():
        pass
    clock.ahead = timedelta(minutes=1)
    deleted = await database.write(lambda tx: queue.delete_finished(tx, clock(), 100))
    left = await database.read(lambda tx: queue.list_jobs(tx, JobFilter(), PageRequest(10)))
    assert (deleted, [job.key.split(":")[1] for job in left.items]) == (1, ["hourly"])
