"""Projections of series: never observations."""

from chassis.audit import record_unchanged
from chassis.errors import FieldError
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from contracts.period import UnknownPeriodError
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.projections import (
    Projection,
    ProjectionFilter,
    ReadProjection,
    RecordedProjection,
    projection_faults,
)
from services.indicators.errors import ProjectionInvalid
from services.indicators.repository import projections
from services.indicators.service.auditing import record_projection_revision
from services.indicators.service.indicators import get_indicator, lock_indicator_of


async def list_projections(
    tx: Tx, request: PageRequest, code: str, wanted: ProjectionFilter
) -> Page[RecordedProjection]:
    await get_indicator(tx, code)
    return await projections.list_projections(tx, request, code, wanted)


async def record_projection(tx: Tx, key: SeriesKey, read: ReadProjection) -> tuple[RecordedProjection, bool]:
    """Record what somebody expects of a period; the current revision, and whether it is new.

    The same content again changes nothing.

    Raises:
        IndicatorUnknown: there is no such indicator.
        ReferenceInvalid: the area is not known, or the indicator is not broken down so.
        ProjectionInvalid: names every faulty field.
    """
    indicator = await lock_indicator_of(tx, key)
    try:
        sent = read(indicator.frequency)
    except UnknownPeriodError as error:
        raise ProjectionInvalid(str(error), [FieldError("period", str(error))]) from error
    _refuse_faults(sent)
    current = await projections.get_projection(tx, key, sent)
    if current and current.projection == sent:
        record_unchanged(tx)
        return current, False
    new = RecordedProjection(key, sent, current.number + 1 if current else 1, tx.actor, tx.now)
    await projections.add_projection(tx, new)
    record_projection_revision(tx, current, new)
    return new, True


def _refuse_faults(sent: Projection) -> None:
    faults = projection_faults(sent)
    if faults:
        raise ProjectionInvalid("The projection is not usable.", [FieldError(field, text) for field, text in faults])
