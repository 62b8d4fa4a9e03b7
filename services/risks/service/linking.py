"""Ties between risks and indicators, each with the severity that stood when it was made or last assessed."""

from collections.abc import Sequence
from typing import Any

from chassis.db import Tx
from chassis.errors import FieldError
from contracts.indicators import subject
from services.risks.domain.register import Cause
from services.risks.domain.severity import Signal
from services.risks.errors import LinkRepeated, RiskUnknown
from services.risks.models import RiskLink
from services.risks.repository import register, signals
from services.risks.schemas import LinkIn, RiskOut
from services.risks.service.reading import show
from services.risks.service.rescoring import Occasion, rescore

Known = dict[str, dict[Signal, tuple[int | None, int]]]


def _refuse_repeats(links: Sequence[LinkIn]) -> None:
    seen, errors = set[tuple[str, str, Signal]](), []
    for place, link in enumerate(links):
        key = (link.indicator, link.area, link.signal)
        if key in seen:
            errors.append(FieldError(f"links.{place}", f"{link.indicator} in {link.area} by {link.signal.value} again"))
        seen.add(key)
    if errors:
        raise LinkRepeated("Counted in two groups, one indicator would pass for two causes.", errors)


async def hold_signals(tx: Tx, links: Sequence[LinkIn]) -> Known:
    """Lock the signals of links that are about to stand, before any risk is locked.

    Raises:
        LinkRepeated: an indicator's signal stands there twice.
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


def _identity(link: RiskLink) -> LinkIn:
    return LinkIn.model_construct(
        indicator=link.indicator, area=link.area, group=link.causal_group, signal=Signal(link.signal)
    )


async def replace_links(tx: Tx, ref: str, links: Sequence[LinkIn]) -> RiskOut:
    """Make ``links`` the whole set. Unchanged ones keep their snapshot; the same set again changes nothing.

    Raises:
        RiskUnknown: nothing has this reference.
        LinkRepeated: an indicator's signal stands there twice.
    """
    known = await hold_signals(tx, links)
    risk = await register.locked_risk(tx, ref)
    if risk is None:
        raise RiskUnknown(f"No risk has the reference {ref[:40]!r}.")
    present = {_key(_identity(row)): row for row in await register.link_rows(tx, risk.id)}
    wanted = {_key(link): link for link in links}
    gone = [row.id for key, row in present.items() if key not in wanted]
    new = [link for key, link in wanted.items() if key not in present]
    if gone or new:
        await register.remove_links(tx, gone)
        await add_links(tx, risk.id, new, known)
        await rescore(tx, [risk.id], Occasion(Cause.LINKS))
    return await show(tx, ref)


def _key(link: LinkIn) -> tuple[str, str, str, Signal]:
    return link.indicator, link.area, link.group, link.signal
