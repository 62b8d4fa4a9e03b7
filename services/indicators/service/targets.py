"""Setting targets."""

from typing import Any

from chassis.db import Tx
from chassis.errors import FieldError
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

    Content that any version has already is not added again, so that a loader may send its targets twice.
    """
    if not is_slug(code):
        raise IndicatorUnknown(code)
    key = (code, sent.area)
    held = await hold(tx, [key])
    known = await load_held(tx, [code], [sent.area])
    _refuse_faults(sent, known.measures[code].frequency)
    before = {key: known.body(key)}
    versions = known.target_contents.get(key, [])
    same = next((version for version, content in versions if content == sent), None)
    if same is None:
        number = max((version for version, _ in versions), default=0) + 1
        await series.add_target(tx, key, number, sent.model_dump(mode="json"))
        known.put_target(key, number, sent)
    await publish(tx, held, known, {}, before)
    rows = await series.targets(tx, [code], sent.area)
    wanted = number if same is None else same
    return next(target_out(row) for row in rows if row.version == wanted), same is None


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
