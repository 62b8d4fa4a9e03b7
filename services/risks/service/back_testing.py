"""Whether indicators told of what a risk's owner judged: those it is linked to, and those it is not."""

from collections.abc import Collection, Sequence
from typing import Final

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from services.risks.domain.back_test import (
    BackTest,
    LinkBackTest,
    Reassessment,
    Suggestions,
    back_test,
    reassessments,
    suggest,
)
from services.risks.domain.links import SeriesKey
from services.risks.domain.points import PeriodPoint, whole_past
from services.risks.domain.severity import Signal
from services.risks.domain.view import RiskView
from services.risks.errors import AreaNeeded
from services.risks.repository import records, windows
from services.risks.service.reading import get_view

MOST_SERIES: Final = 500
"""That are looked at in one go."""
MOST_SUGGESTED: Final = 20


async def get_back_test(tx: Tx, ref: str) -> BackTest:
    """Each link of a risk to an indicator against the judgements of its owner, in two statements more than the risk.

    Raises:
        RiskUnknown: nothing has this reference.
    """
    view = await get_view(tx, ref)
    judged = await _get_reassessments(tx, view)
    links = [link for link in view.links if not link.series.is_fund]
    kept = await windows.get_windows(tx, {link.subject for link in links})
    pasts = {subject: whole_past(found) for subject, found in kept.items()}
    told = (back_test(pasts.get(x.subject, ()), x.signal, x.key.provisional, judged) for x in links)
    return BackTest(view.risk, view.today, [LinkBackTest(*each) for each in zip(links, told, strict=True)])


async def _get_reassessments(tx: Tx, view: RiskView) -> Sequence[Reassessment]:
    judged = await records.list_judgements(tx, [view.risk.risk_id])
    return reassessments(view.risk.kind, judged[view.risk.risk_id], view.today)


async def get_suggestions(tx: Tx, ref: str, area: str | None, signal: Signal) -> Suggestions:
    """Series in an area, or in those that the risk is linked to, whose past would have told of its re-assessments.

    Four statements more than the risk, whatever their number. Totals alone are looked at.

    Raises:
        RiskUnknown: nothing has this reference.
        AreaNeeded: the risk is linked to none, and none is named.
    """
    view = await get_view(tx, ref)
    areas = [area] if area else sorted({x.series.area for x in view.links if not x.series.is_fund})
    if not areas:
        errors = [FieldError("area", "the risk is linked to no indicator, so say which area to look into")]
        raise AreaNeeded(f"{ref} is linked to no indicator.", errors)
    judged = await _get_reassessments(tx, view)
    subjects = await windows.list_totals_of(tx, areas, MOST_SERIES + 1)
    linked = {link.subject for link in view.links if link.signal is signal}
    looked_at = [each for each in subjects[:MOST_SERIES] if each not in linked]
    found = suggest(await _get_pasts(tx, looked_at), signal, judged) if judged else []
    return Suggestions(
        risk=view.risk,
        today=view.today,
        areas=areas,
        signal=signal,
        reassessments=len(judged),
        looked_at=len(looked_at),
        is_cut=len(subjects) > MOST_SERIES,
        found=found[:MOST_SUGGESTED],
    )


async def _get_pasts(tx: Tx, subjects: Collection[str]) -> dict[SeriesKey, Sequence[PeriodPoint]]:
    kept = await windows.get_windows(tx, subjects)
    return {_series(subject): whole_past(kept.get(subject, ())) for subject in subjects}


def _series(subject: str) -> SeriesKey:
    indicator, _, area = subject.partition("/")
    return SeriesKey(indicator, area, Breakdown.TOTAL)
