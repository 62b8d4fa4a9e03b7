"""Outcomes and objectives."""

from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.indicators.domain.objectives import Objective, ObjectiveKind
from services.indicators.errors import ObjectiveUnknown
from services.indicators.repository import objectives
from services.indicators.service.auditing import record_objective
from services.indicators.service.indicators import get_named_indicators


async def list_objectives(tx: Tx, kind: ObjectiveKind, request: PageRequest) -> Page[Objective]:
    return page_of(await objectives.list_objectives(tx, kind, request), request, lambda found: found.code)


async def get_objective(tx: Tx, kind: ObjectiveKind, code: str) -> Objective:
    """An outcome or an objective.

    Raises:
        ObjectiveUnknown: there is none.
    """
    found = await objectives.get_objective(tx, kind, code)
    if found is None:
        raise ObjectiveUnknown(code)
    return found


async def save_objective(tx: Tx, kind: ObjectiveKind, objective: Objective) -> bool:
    """Put an outcome or an objective in place; whether it is new.

    Raises:
        ReferenceInvalid: names every indicator that is not known.
    """
    await get_named_indicators(tx, objective.indicators)
    before = await objectives.get_objective(tx, kind, objective.code)
    if before != objective:
        await objectives.save_objective(tx, kind, objective)
    record_objective(tx, kind, before, objective)
    return before is None
