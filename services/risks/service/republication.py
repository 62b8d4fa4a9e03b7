"""Publishing everything once more, and forgetting signals, after a database went back in time."""

from collections.abc import Sequence

from chassis.events.recovery import Republication
from chassis.storage.transaction import Tx
from contracts.finance import fund_of
from services.risks.domain.links import fund_series
from services.risks.domain.records import Cause
from services.risks.domain.rescoring import Occasion
from services.risks.repository import rescoring as stored
from services.risks.repository import signals, windows
from services.risks.service import treating
from services.risks.service.rescoring import rescore, rescore_on

REASON = "Published again: the register, or what it was compared with, went back in time."


async def list_subjects(tx: Tx) -> list[str]:
    """Every aggregate that has an event."""
    return [*await stored.list_published_refs(tx), *await treating.list_subjects(tx)]


async def emit_states(tx: Tx, subjects: Sequence[str]) -> None:
    """Lock these aggregates, bring risks to where their indicators put them, and emit each as its next version."""
    await treating.emit_states(tx, subjects)
    await rescore(tx, await stored.list_ids_of(tx, subjects), Occasion(Cause.REBUILD, review=REASON))


async def forget_signals(tx: Tx, subjects: Sequence[str]) -> None:
    """Delete what is known of series that their producer no longer has, and re-score the risks on them."""
    await signals.delete_signals_of(tx, subjects)
    await windows.delete_windows_of(tx, subjects)
    await rescore_on(tx, subjects)


async def forget_funds(tx: Tx, subjects: Sequence[str]) -> None:
    """Delete the signals of funds that finance no longer has, and of their lines; re-score the risks on them."""
    funds = [fund_series(fund).subject for each in subjects if (fund := fund_of(each)) is not None]
    if funds:
        there = await signals.list_places_of_funds(tx, funds)
        gone = sorted({place for places in there.values() for place in places})
        await signals.delete_signals_of(tx, gone)
        await rescore_on(tx, gone)


REPUBLICATION = Republication(list_subjects, emit_states)
