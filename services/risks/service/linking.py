"""Ties between risks and indicators, each with the severity that stood when it was made or last assessed."""

from collections.abc import Iterator, Mapping, Sequence

from chassis.audit import record_unchanged
from chassis.errors import FieldError, ReasonNeeded
from chassis.storage.transaction import Tx
from services.risks.domain.links import IndicatorLink, LinkKey, NewLink, SeriesKey, SeriesSignals
from services.risks.domain.records import Cause
from services.risks.domain.register import Risk
from services.risks.domain.rescoring import Occasion
from services.risks.domain.severity import Signal
from services.risks.domain.view import RiskView
from services.risks.errors import LinkRepeated
from services.risks.repository import links as stored
from services.risks.repository import signals
from services.risks.service.assessing import lock_risk
from services.risks.service.auditing import record_links
from services.risks.service.reading import get_view
from services.risks.service.rescoring import rescore


def _places(links: Sequence[NewLink]) -> Iterator[tuple[str, NewLink]]:
    """Links with the names of the fields that they were sent in."""
    for name, is_fund in (("links", False), ("fund_links", True)):
        of_kind = (link for link in links if link.key.series.is_fund is is_fund)
        yield from ((f"{name}.{number}", link) for number, link in enumerate(of_kind))


def _refuse_repeats(links: Sequence[NewLink]) -> None:
    """Each signal of a series once, and all of an indicator in an area, or of a fund, in one group."""
    seen, groups, errors = set[tuple[SeriesKey, Signal]](), dict[tuple[str, str], str](), []
    for place, link in _places(links):
        series, signal = link.key.series, link.key.signal
        group = groups.setdefault((series.fund or series.indicator, series.area), link.group)
        if (series, signal) in seen:
            errors.append(FieldError(place, f"{series} by {signal.value} again"))
        elif group != link.group:
            cause = f"the fund {series.fund}" if series.is_fund else f"{series.indicator} in {series.area}"
            errors.append(FieldError(f"{place}.group", f"{cause} stands in the group {group} already"))
        seen.add((series, signal))
    if errors:
        raise LinkRepeated("Counted in two groups, one indicator would pass for two causes.", errors)


async def check_and_lock_series(tx: Tx, links: Sequence[NewLink]) -> Mapping[str, SeriesSignals]:
    """Lock the series of links that are about to stand, before any risk is locked; returns their signals.

    Raises:
        LinkRepeated: a signal stands there twice, or an indicator in an area in two groups.
    """
    _refuse_repeats(links)
    subjects = sorted({link.key.series.subject for link in links})
    return await signals.lock_or_add_series(tx, subjects) if subjects else {}


async def replace_links(
    tx: Tx, ref: str, links: Sequence[NewLink], reason: str | None = None, *, keeps_funds: bool = False
) -> RiskView:
    """Make ``links`` the whole set. Those that stay keep their snapshot, also in another group.

    The same set again changes nothing. ``keeps_funds``: links to funds are not among them, and stay.

    Raises:
        RiskUnknown: nothing has this reference.
        LinkRepeated: a signal stands there twice, or an indicator in an area in two groups.
        ReasonNeeded: the risk is rated otherwise by them, and it is not said why.
    """
    locked = await check_and_lock_series(tx, links)
    risk = await lock_risk(tx, ref)
    present = (await stored.get_links(tx, [risk.risk_id]))[risk.risk_id]
    kept = [NewLink(x.key, x.group) for x in present if x.series.is_fund] if keeps_funds else []
    wanted = {link.key: link for link in (*links, *kept)}
    if not await _replace(tx, risk, present, wanted, locked, reason):
        record_unchanged(tx)
        return await get_view(tx, ref)
    await rescore(tx, [risk.risk_id], Occasion(Cause.LINKS, review=reason))
    view = await get_view(tx, ref)
    if view.risk.effective != risk.effective and not reason:
        raise ReasonNeeded
    return view


async def _replace(
    tx: Tx,
    risk: Risk,
    links: Sequence[IndicatorLink],
    wanted: Mapping[LinkKey, NewLink],
    locked: Mapping[str, SeriesSignals],
    reason: str | None,
) -> bool:
    """Whether anything had to change."""
    present = {link.key: link for link in links}
    gone = [link.link_id for key, link in present.items() if key not in wanted]
    new = [link for key, link in wanted.items() if key not in present]
    regrouped = {
        link.link_id: wanted[key].group
        for key, link in present.items()
        if key in wanted and wanted[key].group != link.group
    }
    await stored.delete_links(tx, gone)
    await stored.save_new_links(tx, risk.risk_id, new, locked)
    await stored.save_groups(tx, regrouped)
    if not (gone or new or regrouped):
        return False
    before = [(link.key, link.group) for link in present.values()]
    record_links(tx, risk.ref, before, [(link.key, link.group) for link in wanted.values()], reason)
    return True
