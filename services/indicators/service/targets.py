"""Targets."""

from dataclasses import replace

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.period import PeriodKind
from services.indicators.domain.definitions import is_code
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.targets import RecordedTarget, Target, target_faults
from services.indicators.errors import IndicatorUnknown, TargetInvalid
from services.indicators.repository import targets
from services.indicators.service.indicators import get_indicator
from services.indicators.service.publishing import emit_changes, published_state
from services.indicators.service.series_inputs import get_inputs_of_locked
from services.indicators.service.series_locks import lock_series


async def list_targets(tx: Tx, request: PageRequest, code: str, area: str | None) -> Page[RecordedTarget]:
    await get_indicator(tx, code)
    return page_of(await targets.list_targets(tx, request, code, area), request, targets.target_sort_key)


async def set_target(tx: Tx, key: SeriesKey, sent: Target) -> tuple[RecordedTarget, bool]:
    """Record a version of the target, and emit the state where it changes. The version, and whether it is new.

    The content of the newest version again changes nothing. That of an older one is a new version: going back to it.

    Raises:
        IndicatorUnknown: there is no such indicator.
        ReferenceInvalid: the area is not known.
        TargetInvalid: names every field that makes it unusable.
    """
    if not is_code(key.indicator):
        raise IndicatorUnknown(key.indicator)
    locked = await lock_series(tx, [key])
    inputs = await get_inputs_of_locked(tx, [key.indicator], [key.area])
    _refuse_faults(sent, inputs.indicators[key.indicator].frequency)
    before = {key: published_state(inputs, key)}
    newest = inputs.newest_target(key)
    new = newest is None or newest != replace(sent, version=newest.version)
    if new:
        target = replace(sent, version=newest.version + 1 if newest else 1)
        await targets.add_target(tx, RecordedTarget(key, target, tx.actor, tx.now))
        inputs.put_target(key, target)
    await emit_changes(tx, locked, inputs, {}, before)
    return (await targets.get_targets(tx, [key.indicator], key.area))[-1], new


def _refuse_faults(sent: Target, frequency: PeriodKind) -> None:
    faults = target_faults(sent)
    for n, period in enumerate(sent.milestones):
        if period.kind != frequency:
            faults.append((f"milestones.{n}.period", f"the indicator is recorded by {frequency.replace('_', ' ')}"))
    if faults:
        raise TargetInvalid("The target is not usable.", [FieldError(field, message) for field, message in faults])
