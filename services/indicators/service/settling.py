"""Emitting a change of the comparator once, where an indicator and breakdown is recorded in several batches.

The comparator is recorded first and may recolour every other series, many of which are recorded in batches to come:
each of them is emitted with what it is sent, and the rest once all batches are there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice

from pydantic_core import to_json

from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from services.indicators.domain.observations import SeriesKey
from services.indicators.service.publishing import Published, emit_changes, published_state
from services.indicators.service.series_inputs import get_inputs_of_locked
from services.indicators.service.series_locks import lock_series

_AT_ONCE = 5000
Group = tuple[str, Breakdown]


@dataclass(slots=True)
class Unsettled:
    """Series that may have to be emitted later, each with a digest of what was last published of it.

    ``group``: the indicator and breakdown whose last batch is still to come; None where all that is sent is whole.
    """

    group: Group | None = None
    published: dict[SeriesKey, bytes] = field(default_factory=dict)

    def put_off(
        self, before: Mapping[SeriesKey, Published], changed: Iterable[SeriesKey]
    ) -> dict[SeriesKey, Published]:
        """Those of ``before`` that are to be emitted now: others wait, unless they are changed anyway."""
        for key in changed:
            self.published.pop(key, None)
        waiting = {key for key in before if group_of(key) == self.group}
        for key in waiting - self.published.keys() - set(changed):
            self.published[key] = _digest(before[key])
        return {key: state for key, state in before.items() if key not in waiting}


def group_of(series: SeriesKey) -> Group:
    return series.indicator, series.breakdown


def _digest(state: Published) -> bytes:
    return blake2b(to_json(state), digest_size=16).digest()


async def emit_unsettled(tx: Tx, unsettled: Unsettled) -> None:
    """Emit the series that are no longer as they were published."""
    waiting = iter(sorted(unsettled.published))
    while keys := list(islice(waiting, _AT_ONCE)):
        locked = await lock_series(tx, keys)
        inputs = await get_inputs_of_locked(tx, keys)
        moved = [key for key in keys if _digest(published_state(inputs, key)) != unsettled.published[key]]
        await emit_changes(tx, locked, inputs, dict.fromkeys(moved, ()), {})
        await tx.write_staged()
    unsettled.published.clear()
