"""Whole definitions that a loader puts in place: scorecards, outcomes, objectives and standards."""

from typing import Any

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from services.indicators.domain.standards import standard_faults
from services.indicators.errors import StandardInvalid
from services.indicators.models import ObjectiveRow, OutcomeRow, StandardRow
from services.indicators.repository import reference, scorecards
from services.indicators.schemas.reference import LinkedIn, LinkedOut, StandardIn, StandardOut
from services.indicators.schemas.scorecards import ScorecardDefinition, ScorecardIn
from services.indicators.service.definitions import require_indicators
from services.indicators.service.held import require_areas

Linked = type[OutcomeRow] | type[ObjectiveRow]


async def put_scorecard(tx: Tx, code: str, sent: ScorecardIn) -> tuple[ScorecardDefinition, bool]:
    """Keep a scorecard under its code, whole; whether it is new."""
    await require_indicators(tx, sent.indicators())
    await require_areas(tx, {sent.area} if sent.area else set())
    values = {"code": code, "name": sent.name, "area": sent.area, "comparator": sent.comparator}
    new = await scorecards.open_scorecard(tx, values)
    await scorecards.scorecard(tx, code, lock=True)
    await scorecards.replace(tx, values, _parts(code, sent))
    return ScorecardDefinition(code=code, **sent.model_dump()), new


def _parts(code: str, sent: ScorecardIn) -> scorecards.Parts:
    sections, aims, lines = list[dict[str, Any]](), list[dict[str, Any]](), list[dict[str, Any]]()
    for s, section in enumerate(sent.sections, start=1):
        at = {"scorecard": code, "section": s}
        sections.append({**at, "code": section.code, "name": section.name})
        for a, aim in enumerate(section.aims, start=1):
            aims.append({**at, "aim": a, "name": aim.name})
            for n, indicator in enumerate(aim.indicators, start=1):
                lines.append({**at, "aim": a, "line": n, "indicator": indicator})
    return scorecards.Parts(sections, aims, lines)


async def put_linked(tx: Tx, table: Linked, code: str, sent: LinkedIn) -> tuple[LinkedOut, bool]:
    """Keep an outcome or an objective; whether it is new."""
    await require_indicators(tx, sent.indicators)
    values = {"code": code, **sent.model_dump()}
    new = await reference.put(tx, table, values)
    return LinkedOut(**values), new


async def put_standard(tx: Tx, code: str, sent: StandardIn) -> tuple[StandardOut, bool]:
    """Keep a service standard; whether it is new."""
    faults = standard_faults([limit.standard_limit() for limit in sent.limits])
    if faults:
        errors = [FieldError(field, message) for field, message in faults]
        raise StandardInvalid("The limits do not fit together.", errors)
    new = await reference.put(tx, StandardRow, {"code": code, **sent.model_dump(mode="json")})
    return StandardOut(code=code, **sent.model_dump()), new
