"""Recording what the pledges service counts of the ratings of homes, as anybody would record it."""

from collections.abc import Collection, Sequence

from chassis.storage.transaction import Tx
from contracts.period import PeriodKind
from services.indicators.domain.counted_homes import REASON, CountedHomes
from services.indicators.domain.observations import Observation, ReadObservation
from services.indicators.repository import source_events
from services.indicators.service.batches import record_bulk


async def record_counted(tx: Tx, told: Sequence[CountedHomes]) -> None:
    """Record the observations of events that are newer than those taken before; older and repeated ones do nothing.

    What is recorded already changes nothing, and publishes nothing.

    Raises:
        Problem: as :func:`record_bulk`; then nothing is noted as taken.
    """
    newer = await source_events.save_newer(tx, told)
    sent = [(one.key, _read(each)) for one in told if one.subject in newer for each in one.observations()]
    if sent:
        await record_bulk(tx, sent, REASON)


def _read(observation: Observation) -> ReadObservation:
    """Its period is of a kind already."""

    def read(_kind: PeriodKind) -> Observation:
        return observation

    return read


async def list_untaken(tx: Tx, told: Sequence[CountedHomes]) -> Sequence[str]:
    """Subjects of newest events that are not those that observations were taken from last."""
    noted = await source_events.get_noted(tx, [one.subject for one in told])
    return [one.subject for one in told if noted.get(one.subject) != one.event_id]


async def forget_counted(tx: Tx, subjects: Collection[str]) -> None:
    """Forget events that their producer no longer has. What was observed stays, as whatever was recorded does."""
    await source_events.delete_noted(tx, subjects)
