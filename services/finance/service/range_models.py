"""Record printed tables of savings ranges, and read them beside what they come to."""

from chassis.audit import record_unchanged
from chassis.errors import FieldError, ReasonNeeded
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.finance.domain.range_models import RangeModel, model_faults
from services.finance.errors import InvalidFinance, RangeModelUnknown
from services.finance.repository import range_models
from services.finance.service.auditing import record_range_model


async def record_model(tx: Tx, wanted: RangeModel, reason: str | None) -> tuple[RangeModel, bool]:
    """Record a table, and whether it is new; the same again changes nothing.

    Raises:
        InvalidFinance: a cell stands there twice, or lacks a rate.
        ReasonNeeded: it changes, and it is not said why.
    """
    if faults := model_faults(wanted.cells):
        errors = [FieldError(f"cells.{place}.{field}", why) for place, field, why in faults]
        raise InvalidFinance("The table does not fit together.", errors)
    if await range_models.insert_model(tx, wanted):
        record_range_model(tx, None, wanted, reason)
        return wanted, True
    before = await get_model(tx, wanted.code, lock=True)
    if before == wanted:
        record_unchanged(tx)
        return wanted, False
    if not reason:
        raise ReasonNeeded
    await range_models.save_model(tx, wanted)
    record_range_model(tx, before, wanted, reason)
    return wanted, False


async def get_model(tx: Tx, code: str, *, lock: bool = False) -> RangeModel:
    """A table, locked where it is going to change.

    Raises:
        RangeModelUnknown: there is none.
    """
    found = await range_models.get_model(tx, code, lock=lock)
    if found is None:
        raise RangeModelUnknown(f"There is no table of ranges {code}.")
    return found


async def list_models(tx: Tx, request: PageRequest) -> Page[RangeModel]:
    return page_of(await range_models.list_models(tx, request), request, key=lambda one: one.code)
