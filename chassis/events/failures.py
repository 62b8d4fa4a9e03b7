"""What fails is applied event by event, retried within bounds, then parked; a run of failures stops the consumer."""

import asyncio
from datetime import datetime

from sqlalchemy import delete

from chassis.audit import record_change
from chassis.events.applying import Applier, PartitionSlice
from chassis.events.dead_letters import Reason
from chassis.events.envelope import UnreadableEventError
from chassis.events.inbox import StaleOffset
from chassis.settings import ServiceSettings
from chassis.storage.bulk import upsert
from chassis.storage.outages import is_outage
from chassis.storage.transaction import Tx


class ConsumerStopped(Exception):  # noqa: N818  named for what it is
    """A run of failures: the consumer applies nothing more until somebody has looked."""


class FailureRun:
    """How many events in a row have failed. What has its effect ends the run.

    A run that is as long as it may be goes on as far as an operator has allowed, and no further.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._count = 0
        self._allowed = 0

    def end(self) -> None:
        self._count = self._allowed = 0

    def allow(self, most: int) -> None:
        """Let that many failures more be parked in this run."""
        self._allowed = most

    def extend(self) -> None:
        if self._count + 1 < self._limit:
            self._count += 1
        else:
            self._allowed -= 1

    def require_below_limit(self, failure: Exception) -> None:
        """Refuse one failure more where that makes the run too long.

        Raises:
            ConsumerStopped: it does.
        """
        if self._count + 1 >= self._limit and self._allowed < 1:
            raise ConsumerStopped(f"{self._count + 1} events in a row failed, the last with {failure!r}")


def _allowance_of(consumer: str) -> str:
    """The setting by which an operator lets a stopped consumer go on."""
    return f"failures_allowed.{consumer}"


async def save_allowance(tx: Tx, consumer: str, most: int, reason: str) -> None:
    """Have a consumer that has stopped park that many events more in a row; one that has not leaves it aside."""
    row = {"name": _allowance_of(consumer), "value": str(most), "set_at": tx.now}
    await upsert(tx, tx.table("setting"), [row], ["name"], ["value", "set_at"])
    record_change(
        tx, subject=consumer, action="consumer.failures_allowed", before=None, after={"most": most}, reason=reason
    )


async def take_allowance(tx: Tx, consumer: str, since: datetime) -> int:
    """How many failures more a consumer may park that stopped at a moment; 0 where nobody has allowed any since.

    What is taken is gone: another instance, or the next run of failures, has to be allowed its own.
    """
    table = tx.table("setting")
    taken = delete(table).where(table.c.name == _allowance_of(consumer), table.c.set_at >= since)
    value: str | None = await tx.session.scalar(taken.returning(table.c.value))
    return int(value or 0)


class FailedBatches:
    """Batches that could not be applied whole."""

    def __init__(self, applier: Applier, settings: ServiceSettings) -> None:
        self.run = FailureRun(settings.consumer_failures_to_stop)
        self._applier = applier
        self._attempts = settings.consumer_retries + 1
        self._one_at_a_time = asyncio.Lock()
        """Workers would count each other's failures half done."""

    async def apply_or_park(self, failed: PartitionSlice) -> None:
        """Apply a failed batch event by event; park those that fail by themselves.

        Raises:
            ConsumerStopped: too many in a row did.
        """
        async with self._one_at_a_time:
            expected = failed.expected_offset
            for record in failed.records:
                one = PartitionSlice(failed.source, expected, [record])
                await self._apply_or_park_one(one)
                expected = one.next_offset

    async def _apply_or_park_one(self, one: PartitionSlice) -> None:
        failure = await self._apply_with_retries(one)
        if failure is None:
            return
        if isinstance(failure, UnreadableEventError):  # the event's fault alone, which says nothing of the next
            await self._applier.save_parked(one, Reason.UNREADABLE, failure, attempts=1)
            return
        self.run.require_below_limit(failure)
        await self._applier.save_parked(one, Reason.FAILED, failure, self._attempts)
        self.run.extend()  # only now: where parking failed, the same event comes again

    async def _apply_with_retries(self, one: PartitionSlice) -> Exception | None:
        """Apply one event, a bounded number of times; returns the last error where none went well."""
        failure: Exception | None = None
        for attempt in range(self._attempts):
            try:
                await self._apply(one)
            except StaleOffset:
                raise
            except UnreadableEventError as error:
                return error
            except Exception as error:
                if is_outage(error):
                    raise
                failure = error
                await asyncio.sleep(0.05 * 2**attempt)
            else:
                return None
        return failure

    async def _apply(self, one: PartitionSlice) -> None:
        if await self._applier.apply([one]):
            self.run.end()
