"""Setting targets."""

from operator import itemgetter
from typing import Any

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from services.indicators.domain.targets import target_faults
from services.indicators.errors import IndicatorUnknown, TargetInvalid
from services.indicators.repository import series
from services.indicators.schemas.targets import TargetIn, TargetOut
from services.indicators.schemas.values import is_slug
from services.indicators.service.definitions import require_indicator
from services.indicators.service.held import hold, publish
from services.indicators.service.known import load_held


async def set_target(tx: Tx, code: str, sent: TargetIn) -> tuple[TargetOut, bool]:
    """Add a version of the target, and publish the state where it changes. The version, and whether it is new.

    The content of the newest version again changes nothing. That of an older one is a new version: going back to it.
    """
    if not is_slug(code):
        raise IndicatorUnknown(code)
    key = (code, sent.area)
    held = await hold(tx, [key])
    known = await load_held(tx, [code], [sent.area])
    _refuse_faults(sent, known.measures[code].frequency)
    before = {key: known.body(key)}
    number, newest = max(known.target_contents.get(key, []), key=itemgetter(0), default=(0, None))
    new = newest != sent
    if new:
        number += 1
        await series.add_target(tx, key, number, sent.model_dump(mode="json"))
        known.put_target(key, number, sent)
    await publish(tx, held, known, {}, before)
    rows = await series.targets(tx, [code], sent.area)
    return next(target_out(row) for row in rows if row.version == number), new


def _refuse_faults(sent: TargetIn, frequency: str) -> None:
    faults = target_faults(sent.target(1))
    for n, point in enumerate(sent.milestones):
        if point.period.kind != frequency:
            faults.append((f"milestones.{n}.period", f"the indicator is recorded by {frequency.replace('_', ' ')}"))
    if faults:
        raise TargetInvalid("The target is not usable.", [FieldError(field, message) for field, message in faults])


def target_out(row: Any) -> TargetOut:
    return TargetOut(
        **row.content, indicator=row.indicator, version=row.version, actor=row.actor, recorded_at=row.recorded_at
    )


async def list_targets(
    tx: Tx, code: str, area: str | None, after: tuple[str, int] | None, limit: int
) -> list[TargetOut]:
    await require_indicator(tx, code)
    return [target_out(row) for row in await series.list_targets(tx, code, area, after, limit)]
