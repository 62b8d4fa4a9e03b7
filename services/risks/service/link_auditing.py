"""The links of the whole register under audit: who made each and why, whether it still works, and what it told."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.risks.domain.back_test import PastJudgement, Told, back_test, reassessments
from services.risks.domain.link_audit import (
    AuditedLink,
    LinkAuditFilter,
    StandingLink,
    name_of,
    origins,
    standing_links,
)
from services.risks.domain.points import PeriodPoint, whole_past
from services.risks.repository import link_audit as stored
from services.risks.repository import links as stored_links
from services.risks.repository import records, windows

LINKS_AT_ONCE: Final = 500
"""Links whose past is read in one go."""


async def list_audited_links(tx: Tx, wanted: LinkAuditFilter, page: PageRequest) -> Page[AuditedLink]:
    """Links of risks that are not closed, by reference and in the order they were added.

    Two statements a batch of risks that is looked through, of which one is enough unless a finding is asked for, and
    three more.
    """
    found = await _standing(tx, wanted, stored.read_place(page.after) if page.after else None, page.fetch)
    shown = page_of(found, page, key=stored.place_of)
    return shown.with_items(await _audited(tx, shown.items))


async def list_all_audited_links(tx: Tx, wanted: LinkAuditFilter) -> list[AuditedLink]:
    """In the order of :func:`list_audited_links`."""
    found = await _standing(tx, wanted, None, None)
    some = (found[start : start + LINKS_AT_ONCE] for start in range(0, len(found), LINKS_AT_ONCE))
    return [audited for each in some for audited in await _audited(tx, each)]


async def _standing(
    tx: Tx, wanted: LinkAuditFilter, after: stored.Place | None, most: int | None
) -> list[StandingLink]:
    """At least ``most`` links after a place, where there are so many; all without."""
    found, today, are_more = list[StandingLink](), await tx.business_date(), True
    while are_more and (most is None or len(found) < most):
        risks = await stored.list_linked_risks(tx, wanted, after)
        are_more = len(risks) == stored.RISKS_AT_ONCE
        links = await stored_links.get_links(tx, [risk.risk_id for risk in risks])
        standing = (each for risk in risks for each in standing_links(risk, links[risk.risk_id], today))
        found += [each for each in standing if _is_wanted(each, wanted) and (after is None or after.is_before(each))]
        after = stored.Place(risks[-1].ref) if risks else after
    return found


def _is_wanted(found: StandingLink, wanted: LinkAuditFilter) -> bool:
    return wanted.finding is None or wanted.finding in found.findings


async def _audited(tx: Tx, found: Sequence[StandingLink]) -> list[AuditedLink]:
    if not found:
        return []
    changes = await stored.get_changes(tx, {each.risk.ref for each in found})
    made = {ref: origins(of_risk) for ref, of_risk in changes.items()}
    told = await _tell(tx, found)
    return [
        AuditedLink(each, made.get(each.risk.ref, {}).get(name_of(each.link)), each_told)
        for each, each_told in zip(found, told, strict=True)
    ]


async def _tell(tx: Tx, found: Sequence[StandingLink]) -> list[Told | None]:
    """What each link told of the judgements of its risk's owner; nothing of links to funds."""
    today = await tx.business_date()
    judged = await records.list_judgements(tx, {each.risk.risk_id for each in found})
    kept = await windows.get_windows(tx, {each.link.subject for each in found if not each.link.series.is_fund})
    pasts = {subject: whole_past(shown) for subject, shown in kept.items()}
    return [_told(each, pasts.get(each.link.subject, ()), judged[each.risk.risk_id], today) for each in found]


def _told(
    found: StandingLink, past: Sequence[PeriodPoint], judged: Sequence[PastJudgement], today: date
) -> Told | None:
    link = found.link
    if link.series.is_fund:
        return None
    return back_test(past, link.signal, link.key.provisional, reassessments(found.risk.kind, judged, today))
