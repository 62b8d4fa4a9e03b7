"""Ties between risks and indicators, each with the severity that stood when it was made or last assessed."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from contracts.indicators import subject
from services.risks.domain.register import Cause
from services.risks.domain.severity import Signal
from services.risks.errors import LinkRepeated, RiskUnknown
from services.risks.models import RiskLink
from services.risks.repository import register, signals
from services.risks.schemas.linking import LinkIn
from services.risks.schemas.register import RiskOut
from services.risks.service.reading import show
from services.risks.service.rescoring import Occasion, rescore

Known = dict[str, dict[Signal, tuple[int | None, int]]]
Identity = tuple[str, str, str]
"""Indicator, area and signal: what makes it the same link, whatever group it is counted in."""


def _identity(link: LinkIn | RiskLink) -> Identity:
    return link.indicator, link.area, str(link.signal)


def _refuse_repeats(links: Sequence[LinkIn]) -> None:
    """Each signal once, and all signals of an indicator in an area in one group."""
    seen, groups, errors = set[Identity](), dict[tuple[str, str], str](), []
    for place, link in enumerate(links):
        name = f"{link.indicator} in {link.area}"
        group = groups.setdefault((link.indicator, link.area), link.group)
        if _identity(link) in seen:
            errors.append(FieldError(f"links.{place}", f"{name} by {link.signal.value} again"))
        elif group != link.group:
            errors.append(FieldError(f"links.{place}.group", f"{name} stands in the group {group} already"))
        seen.add(_identity(link))
    if errors:
        raise LinkRepeated("Counted in two groups, one indicator would pass for two causes.", errors)


async def hold_signals(tx: Tx, links: Sequence[LinkIn]) -> Known:
    """Lock the signals of links that are about to stand, before any risk is locked.

    Raises:
        LinkRepeated: a signal stands there twice, or an indicator in an area in two groups.
    """
    _refuse_repeats(links)
    subjects = sorted({subject(link.indicator, link.area) for link in links})
    return await signals.hold(tx, subjects) if subjects else {}


async def add_links(tx: Tx, risk_id: int, links: Sequence[LinkIn], known: Known) -> None:
    """Add links, each with its snapshot as of now."""
    await register.add_links(tx, [_row(tx, risk_id, link, known) for link in links])


def _row(tx: Tx, risk_id: int, link: LinkIn, known: Known) -> dict[str, Any]:
    name = subject(link.indicator, link.area)
    severity, version = known[name][link.signal]
    return {
        "risk_id": risk_id,
        "subject": name,
        "indicator": link.indicator,
        "area": link.area,
        "causal_group": link.group,
        "signal": link.signal.value,
        "severity_at": severity,
        "snapshot_version": version,
        "snapshot_at": tx.now,
        "review_opened": False,
    }


async def replace_links(tx: Tx, ref: str, links: Sequence[LinkIn]) -> RiskOut:
    """Make ``links`` the whole set. Those that stay keep their snapshot, also in another group.

    The same set again changes nothing.

    Raises:
        RiskUnknown: nothing has this reference.
        LinkRepeated: a signal stands there twice, or an indicator in an area in two groups.
    """
    known = await hold_signals(tx, links)
    risk = await register.locked_risk(tx, ref)
    if risk is None:
        raise RiskUnknown(f"No risk has the reference {ref[:40]!r}.")
    if await _replace(tx, risk.id, {_identity(link): link for link in links}, known):
        await rescore(tx, [risk.id], Occasion(Cause.LINKS))
    return await show(tx, ref)


async def _replace(tx: Tx, risk_id: int, wanted: Mapping[Identity, LinkIn], known: Known) -> bool:
    """Whether anything had to change."""
    present = {_identity(row): row for row in await register.link_rows(tx, risk_id)}
    gone = [row.id for key, row in present.items() if key not in wanted]
    new = [link for key, link in wanted.items() if key not in present]
    moved = {
        row.id: wanted[key].group
        for key, row in present.items()
        if key in wanted and wanted[key].group != row.causal_group
    }
    if gone:
        await register.remove_links(tx, gone)
    await add_links(tx, risk_id, new, known)
    await register.regroup_links(tx, moved)
    return bool(gone or new or moved)
