"""Why a risk stands where it does, or stood at a moment: by what its rating was made of when it last changed."""

from dataclasses import replace
from datetime import datetime

from chassis.business_dates import get_business_date_at
from chassis.storage.transaction import Tx
from services.risks.domain.rating import RULE_VERSION
from services.risks.domain.records import Assessment, HistoryEntry, RatedBy
from services.risks.domain.register import Risk
from services.risks.domain.view import Explanation
from services.risks.errors import RiskUnknown
from services.risks.repository import records
from services.risks.service.reading import get_view


async def get_explanation(tx: Tx, ref: str, as_of: datetime | None) -> Explanation:
    """Why a risk stands where it does; ``as_of``, where it stood, as it was worked out when that was recorded.

    Raises:
        RiskUnknown: nothing has, or had, this reference.
    """
    view = await get_view(tx, ref)
    if as_of is None or as_of >= tx.now:
        return view.explanation
    return await _get_past(tx, view.risk, as_of)


async def _get_past(tx: Tx, risk: Risk, moment: datetime) -> Explanation:
    if risk.created_at > moment:
        raise RiskUnknown(f"{risk.ref} was not in the register then.")
    entry = await records.get_entry_at(tx, risk.risk_id, moment)
    if entry is None:
        today = await get_business_date_at(tx, moment)
        return Explanation(risk, today, None, None, None, "Nobody had assessed it.")
    judged = await records.get_assessment_at(tx, risk.risk_id, moment)
    if judged is not None and judged.rule_version == RULE_VERSION and judged.rated and judged.at >= entry.at:
        return Explanation.by(risk, judged.rated, judged.at)
    return _explained(risk, entry, judged)


def _explained(risk: Risk, entry: HistoryEntry, judged: Assessment | None) -> Explanation:
    """By the newest change of the rating. Assessments once left what they were made of to that."""
    change, rated, at = entry.change, entry.change.rated, entry.at
    if rated is None or change.rule_version != RULE_VERSION:
        day, version = change.business_date, change.rule_version
        return Explanation(risk, day, None, None, change.after, change.why, at, version)
    if judged is not None and judged.at > at:
        rated = RatedBy(replace(rated.inputs, assessed=judged.rating), judged.links, judged.business_date)
        at = judged.at
    return Explanation.by(risk, rated, at)
