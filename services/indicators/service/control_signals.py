"""Whether events of a series carry what process control says of it: for whoever follows it by that, such as a risk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.audit import record_unchanged
from chassis.storage.transaction import Tx
from services.indicators.domain.observations import SeriesKey
from services.indicators.errors import SignalsOff
from services.indicators.repository import control_signals
from services.indicators.service.areas import get_named_area
from services.indicators.service.auditing import record_control_signal
from services.indicators.service.breakdowns import refuse_undeclared
from services.indicators.service.indicators import get_indicator, lock_indicator_of
from services.indicators.service.publishing import emit_changes, published_states
from services.indicators.service.series_inputs import get_inputs_of_locked, load_charts
from services.indicators.service.series_locks import lock_series
from services.indicators.settings import IndicatorsSettings


async def set_signal(tx: Tx, key: SeriesKey, reason: str, *, carried: bool) -> bool:
    """Have events of a series carry it, or no longer; tells it at once. Whether that is new.

    Raises:
        IndicatorUnknown: there is no such indicator.
        ReferenceInvalid: the area is not known, or the indicator is not broken down so.
        AreaForbidden: the caller does not write for the area.
        SignalsOff: the operator has switched them off, and it is asked for.
    """
    if carried and not IndicatorsSettings().process_control_signals:
        raise SignalsOff
    await lock_indicator_of(tx, key)
    async with told_anew(tx, key) as charted:
        if charted == carried:
            record_unchanged(tx)
            return False
        await (control_signals.add_signal(tx, key) if carried else control_signals.delete_signal(tx, key))
        record_control_signal(tx, key, reason, carried=carried)
    return True


@asynccontextmanager
async def told_anew(tx: Tx, key: SeriesKey) -> AsyncIterator[bool]:
    """Lock a series, whose indicator the caller has locked, and emit it where what is done meanwhile changes its state.

    Yields whether its events carry what process control says.
    """
    locked = await lock_series(tx, [key])
    inputs = await get_inputs_of_locked(tx, [key])
    before = published_states(inputs, [key])
    yield key in inputs.charted
    inputs.charted, inputs.charts = {key} if await control_signals.is_charted(tx, key) else set(), {}
    await load_charts(tx, inputs)
    await emit_changes(tx, locked, inputs, {}, before)


async def is_carried(tx: Tx, key: SeriesKey) -> bool:
    """Whether events of a series carry it; none do where the operator has switched these signals off.

    Raises:
        IndicatorUnknown: there is no such indicator.
        ReferenceInvalid: the area is not known, or the indicator is not broken down so.
    """
    refuse_undeclared(await get_indicator(tx, key.indicator), key.breakdown)
    await get_named_area(tx, key.area)
    return IndicatorsSettings().process_control_signals and await control_signals.is_charted(tx, key)
