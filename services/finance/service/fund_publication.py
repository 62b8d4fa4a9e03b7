"""Publish the state of funds, last in a unit of work: it locks what everybody who moves a fund has to wait for."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from chassis.events.envelope import NewEvent
from chassis.events.outbox import emit
from chassis.storage.transaction import Tx
from contracts.finance import FundUpdated
from services.finance.domain.fund import ClosedQuarter
from services.finance.domain.fund_position import FundState, fund_state
from services.finance.domain.publication import Published
from services.finance.domain.triggers import crossings, levels_of
from services.finance.errors import FundUnknown
from services.finance.events import (
    fingerprint,
    fund_updated,
    new_closing_event,
    new_crossing_event,
    new_fund_event,
)
from services.finance.repository import funds, published_funds
from services.finance.repository.accounts import get_accounts_of_fund


@dataclass(frozen=True, slots=True)
class _Moved:
    """A fund's state to be told, as it goes on the wire, beside what was told last."""

    state: FundState
    told: FundUpdated
    before: Published

    @property
    def is_news(self) -> bool:
        return fingerprint(self.told) != self.before.fingerprint


EventOf = Callable[[FundUpdated, int], NewEvent]
"""What makes the event of a fund's state and its version."""


async def emit_funds_moved(tx: Tx, codes: Collection[str], caused_by: Iterable[str] = ()) -> None:
    """Lock what was published of these funds, and emit the state of each that is another by now.

    Those who move one fund side by side wait here for one another, and read what the others committed.
    """
    for moved in await _lock_moved(tx, codes, tuple(caused_by)):
        if moved.is_news:
            await _save_and_emit(tx, moved)


async def emit_period_closed(tx: Tx, closed: ClosedQuarter) -> None:
    """Lock what was published of a fund, and emit its state as of the closing of a quarter, which is closed now."""
    for moved in await _lock_moved(tx, [closed.fund]):
        await _save_and_emit(tx, moved, lambda state, version: new_closing_event(state, closed, version))


async def emit_funds_again(tx: Tx, codes: Collection[str]) -> None:
    """Emit the state of each of these funds as its next version, whether it moved or not."""
    for moved in await _lock_moved(tx, codes):
        await _save_and_emit(tx, moved)


async def get_fund_state(tx: Tx, code: str) -> FundState:
    fund = await funds.get_fund(tx, code)
    if fund is None:
        raise FundUnknown(f"There is no fund {code}.")
    return fund_state(fund, await get_accounts_of_fund(tx, fund))


async def _lock_moved(tx: Tx, codes: Collection[str], caused_by: Collection[str] = ()) -> list[_Moved]:
    """Each of these funds as it is, once nobody else can move it."""
    published = await published_funds.lock_published(tx, codes) if codes else {}
    states = {code: await get_fund_state(tx, code) for code in published}
    return [_Moved(states[code], fund_updated(states[code], caused_by), before) for code, before in published.items()]


async def _save_and_emit(tx: Tx, moved: _Moved, closing: EventOf | None = None) -> None:
    """Emit what there is to tell, each as the next version, and remember that it was told."""
    told, levels = moved.told, levels_of(moved.state.triggers)
    numbered = enumerate(_events(moved, closing), moved.before.version + 1)
    events = [event_of(told, version) for version, event_of in numbered]
    for event in events:
        emit(tx, event)
    await published_funds.save_published(tx, told.fund, Published(events[-1].version, fingerprint(told), levels))


def _events(moved: _Moved, closing: EventOf | None) -> Iterator[EventOf]:
    """That a trigger was crossed, that a quarter was closed; neither, that the fund moved. Each carries all of it."""
    crossed = list(crossings(moved.before.levels, moved.state.triggers))
    if crossed:
        yield lambda state, version: new_crossing_event(state, crossed, version)
    if closing is not None:
        yield closing
    if not crossed and closing is None:
        yield new_fund_event
