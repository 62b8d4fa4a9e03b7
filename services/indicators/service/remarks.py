"""Remarks on charts: annotations, and people's decisions on where limits begin anew.

No event tells of them by themselves. A decision on limits changes what events of a series carry of process control,
where they do.
"""

from chassis.audit import record_unchanged
from chassis.errors import FieldError
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from contracts.period import UnknownPeriodError
from services.indicators.domain.control.remarks import (
    ReadRemark,
    Recalculation,
    RecordedRemark,
    RemarkFilter,
    RemarkKind,
    remark_faults,
)
from services.indicators.domain.observations import SeriesKey
from services.indicators.errors import RemarkInvalid
from services.indicators.repository import observations, remarks
from services.indicators.service.auditing import record_remark
from services.indicators.service.control_signals import told_anew
from services.indicators.service.indicators import get_indicator, lock_indicator_of


async def list_remarks(
    tx: Tx, request: PageRequest, code: str, kind: RemarkKind, wanted: RemarkFilter
) -> Page[RecordedRemark]:
    """Remarks of a kind on the charts of an indicator.

    Raises:
        IndicatorUnknown: there is no such indicator.
    """
    await get_indicator(tx, code)
    return await remarks.list_remarks(tx, request, code, kind, wanted)


async def save_remark(tx: Tx, key: SeriesKey, read: ReadRemark) -> tuple[RecordedRemark, bool]:
    """Put a remark on a chart, or another in its place; the current one, and whether it is new.

    The same content again changes nothing.

    Raises:
        IndicatorUnknown: there is no such indicator.
        ReferenceInvalid: the area is not known, or the indicator is not broken down so.
        RemarkInvalid: names every faulty field.
    """
    indicator = await lock_indicator_of(tx, key)
    today = await tx.business_date()
    try:
        sent = read(indicator.frequency, today)
    except UnknownPeriodError as error:
        raise RemarkInvalid(str(error), [FieldError("period", str(error))]) from error
    observed = await observations.get_whole(tx, [key])
    faults = remark_faults(sent, indicator.frequency, observed, today)
    if faults:
        raise RemarkInvalid("It does not fit the series.", [FieldError(field, text) for field, text in faults])
    current = await remarks.get_remark(tx, key, sent)
    if current and current.remark == sent:
        record_unchanged(tx)
        return current, False
    new = RecordedRemark(key, sent, current.number + 1 if current else 1, tx.actor, tx.now)
    if isinstance(sent, Recalculation):
        async with told_anew(tx, key):
            await remarks.add_remark(tx, new)
    else:
        await remarks.add_remark(tx, new)
    record_remark(tx, current, new)
    return new, True
