"""Service standards, their deadlines, and counts of how often they were met."""

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from services.indicators.domain.bank_holidays import OutsideCalendar
from services.indicators.domain.deadlines import Deadline, NoDeadline, Receipt, deadline
from services.indicators.domain.definitions import Unit
from services.indicators.domain.observations import ReadObservation, RecordedObservation, SeriesKey
from services.indicators.domain.standards import ServiceStandard, standard_faults
from services.indicators.errors import DeadlineUnknown, StandardInvalid, StandardNotCounted, StandardUnknown
from services.indicators.repository import standards
from services.indicators.repository.bank_holidays import get_bank_holidays
from services.indicators.service.auditing import record_standard
from services.indicators.service.indicators import get_named_indicators
from services.indicators.service.observations import record_observation


async def list_standards(tx: Tx, request: PageRequest) -> Page[ServiceStandard]:
    return page_of(await standards.list_standards(tx, request), request, lambda standard: standard.code)


async def get_standard(tx: Tx, code: str) -> ServiceStandard:
    """A service standard.

    Raises:
        StandardUnknown: there is none.
    """
    found = await standards.get_standard(tx, code)
    if found is None:
        raise StandardUnknown(code)
    return found


async def save_standard(tx: Tx, standard: ServiceStandard) -> bool:
    """Put a service standard in place; whether it is new.

    Raises:
        StandardInvalid: its limits overlap or name a calendar that does not fit, or its indicator is no percentage.
        ReferenceInvalid: its indicator is not known.
    """
    faults = [*standard_faults(standard.limits), *await _indicator_faults(tx, standard)]
    if faults:
        errors = [FieldError(field, message) for field, message in faults]
        raise StandardInvalid("The standard does not fit together.", errors)
    before = await standards.get_standard(tx, standard.code)
    if before != standard:
        await standards.save_standard(tx, standard)
    record_standard(tx, before, standard)
    return before is None


async def _indicator_faults(tx: Tx, standard: ServiceStandard) -> list[tuple[str, str]]:
    if standard.indicator is None:
        return []
    found = (await get_named_indicators(tx, [standard.indicator]))[standard.indicator]
    fits = found.unit is Unit.PERCENTAGE and found.is_crude
    return [] if fits else [("indicator", "is no percentage that is crude: count over denominator")]


async def get_deadline(tx: Tx, code: str, receipt: Receipt) -> Deadline:
    """When a standard has to be met for what was received then.

    Raises:
        StandardUnknown: there is no such standard.
        DeadlineUnknown: it names no time, or none that can be worked out; says why.
    """
    standard, table = await get_standard(tx, code), get_bank_holidays()
    try:
        return deadline(standard, receipt, table)
    except NoDeadline as none:
        raise DeadlineUnknown(
            f"{none.message[:1].upper()}{none.message[1:]}.", [FieldError(none.field, none.message)]
        ) from none
    except OutsideCalendar as outside:
        is_paused_beyond = receipt.paused is not None and receipt.paused[1].year > table.last
        field = "paused_to" if is_paused_beyond else "received"
        raise DeadlineUnknown(str(outside), [FieldError(field, "is beyond it, or its deadline is")]) from outside


async def record_count(
    tx: Tx, code: str, area: str, breakdown: Breakdown, read: ReadObservation
) -> RecordedObservation:
    """Record how many cases met a standard in a period, out of all: an observation of the standard's indicator.

    It goes the way of every observation: the same rules, revisions, colours and events.

    Raises:
        StandardUnknown: there is no such standard.
        StandardNotCounted: it names no indicator.
    """
    standard = await get_standard(tx, code)
    if standard.indicator is None:
        raise StandardNotCounted(code)
    return await record_observation(tx, SeriesKey(standard.indicator, area, breakdown), read)
