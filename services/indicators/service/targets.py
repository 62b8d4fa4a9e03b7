"""Targets."""

from dataclasses import replace

from chassis.access import require_within_areas
from chassis.audit import record_unchanged
from chassis.errors import FieldError, ReasonNeeded
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.indicators.domain.definitions import Indicator, is_code
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.targets import ReadTarget, RecordedTarget, Target, TargetFilter, target_faults
from services.indicators.errors import IndicatorUnknown, TargetInvalid
from services.indicators.repository import targets
from services.indicators.service.auditing import record_target
from services.indicators.service.indicators import get_indicator
from services.indicators.service.publishing import emit_changes, published_states
from services.indicators.service.series_inputs import get_inputs_of_locked
from services.indicators.service.series_locks import lock_series


async def list_targets(tx: Tx, request: PageRequest, code: str, wanted: TargetFilter) -> Page[RecordedTarget]:
    await get_indicator(tx, code)
    return await targets.list_targets(tx, request, code, wanted)


async def set_target(
    tx: Tx, key: SeriesKey, read: ReadTarget, reason: str | None = None
) -> tuple[RecordedTarget, bool]:
    """Record a version of the target, and emit the state where it changes. The version, and whether it is new.

    The content of the newest version again changes nothing. That of an older one is a new version: going back to it.

    Raises:
        IndicatorUnknown: there is no such indicator.
        ReferenceInvalid: the area is not known.
        TargetInvalid: names every field that makes it unusable.
        ReasonNeeded: a target changes, and it is not said why.
        AreaForbidden: the caller does not write for the area.
    """
    if not is_code(key.indicator):
        raise IndicatorUnknown(key.indicator)
    require_within_areas(tx, [key.area])
    locked = await lock_series(tx, [key])
    inputs = await get_inputs_of_locked(tx, [key])
    indicator = inputs.indicators[key.indicator]
    sent, newest = read(indicator.frequency), inputs.newest_target(key)
    before = published_states(inputs, [key])
    new = newest is None or newest != replace(sent, version=newest.version)
    if new:
        target = replace(sent, version=newest.version + 1 if newest else 1)
        _refuse_faults(key, target, indicator)
        if newest is not None and not reason:
            raise ReasonNeeded
        await targets.add_target(tx, RecordedTarget(key, target, tx.actor, tx.now))
        record_target(tx, key, newest, target, reason)
        inputs.put_target(key, target)
    else:
        record_unchanged(tx)
    await emit_changes(tx, locked, inputs, {}, before)
    recorded = await targets.get_targets(tx, [key.indicator], key.area)
    return [each for each in recorded if each.series == key][-1], new


def _refuse_faults(key: SeriesKey, sent: Target, indicator: Indicator) -> None:
    faults = target_faults(sent)
    undeclared = indicator.breakdown_fault(key.breakdown)
    if undeclared:
        faults.append(("breakdown", undeclared))
    for n, period in enumerate(sent.milestones):
        if period.kind != indicator.frequency:
            kind = indicator.frequency.replace("_", " ")
            faults.append((f"milestones.{n}.period", f"the indicator is recorded by {kind}"))
    if faults:
        raise TargetInvalid("The target is not usable.", [FieldError(field, message) for field, message in faults])
