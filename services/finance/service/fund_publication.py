"""Publish the state of funds, last in a unit of work: it locks what everybody who moves a fund has to wait for."""

from collections.abc import Callable, Collection, Iterable

from chassis.events.envelope import NewEvent
from chassis.events.outbox import emit
from chassis.storage.transaction import Tx
from contracts.finance import FundUpdated
from services.finance.domain.fund import ClosedQuarter
from services.finance.domain.fund_position import FundState, fund_state
from services.finance.domain.publication import Published
from services.finance.errors import FundUnknown
from services.finance.events import fingerprint, fund_updated, new_closing_event, new_fund_event
from services.finance.repository import funds, published_funds
from services.finance.repository.accounts import get_accounts_of_fund

EventOf = Callable[[FundUpdated, int], NewEvent]
"""What makes the event of a fund's state and its version."""


async def emit_funds_moved(tx: Tx, codes: Collection[str], caused_by: Iterable[str] = ()) -> None:
    """Lock what was published of these funds, and emit the state of each that is another by now.

    Those who move one fund side by side wait here for one another, and read what the others committed.
    """
    await _emit_moved(tx, codes, tuple(caused_by), new_fund_event)


async def emit_period_closed(tx: Tx, closed: ClosedQuarter) -> None:
    """Lock what was published of a fund, and emit its state as of the closing of a quarter, unless that was told."""
    await _emit_moved(tx, [closed.fund], (), lambda state, version: new_closing_event(state, closed, version))


async def _emit_moved(tx: Tx, codes: Collection[str], caused_by: Iterable[str], event: EventOf) -> None:
    if not codes:
        return
    for code, published in (await published_funds.lock_published(tx, codes)).items():
        state = fund_updated(await get_fund_state(tx, code), caused_by)
        if fingerprint(state) != published.fingerprint:
            await _save_and_emit(tx, state, published, event)


async def emit_funds_again(tx: Tx, codes: Collection[str]) -> None:
    """Emit the state of each of these funds as its next version, whether it moved or not."""
    if not codes:
        return
    for code, published in (await published_funds.lock_published(tx, codes)).items():
        await _save_and_emit(tx, fund_updated(await get_fund_state(tx, code), ()), published, new_fund_event)


async def get_fund_state(tx: Tx, code: str) -> FundState:
    fund = await funds.get_fund(tx, code)
    if fund is None:
        raise FundUnknown(f"There is no fund {code}.")
    return fund_state(fund, await get_accounts_of_fund(tx, fund))


async def _save_and_emit(tx: Tx, state: FundUpdated, published: Published, event: EventOf) -> None:
    version = published.version + 1
    await published_funds.save_published(tx, state.fund, Published(version, fingerprint(state)))
    emit(tx, event(state, version))
