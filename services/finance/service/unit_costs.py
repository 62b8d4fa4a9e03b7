"""Record unit costs and indices of prices, and bring the schemes that reckon with a unit cost to its newest version."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chassis.audit import record_unchanged
from chassis.errors import FieldError, ReasonNeeded
from chassis.events.outbox import emit
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.unit_costs import (
    CostsRecorded,
    Deflator,
    LibraryCost,
    SentCost,
    UnitCostTerms,
    UnitCostVersion,
    shared_cost,
)
from services.finance.errors import DeflatorExists, DeflatorUnknown, InvalidFinance, UnitCostUnknown
from services.finance.events import new_unit_cost_event, unit_cost_changed
from services.finance.repository import deflators, schemes, unit_costs
from services.finance.service.auditing import record_deflator, record_unit_cost
from services.finance.service.restatement import lock_with_series, restate_schemes


@dataclass(frozen=True, slots=True)
class _Change:
    """What is sent beside the versions that there are, and the schemes that reckon with them."""

    sent: SentCost
    before: Sequence[UnitCostVersion]
    users: Sequence[str]

    @property
    def is_none(self) -> bool:
        return bool(self.before) and self.before[-1].terms == self.sent.terms


async def record_version(tx: Tx, code: str, wanted: UnitCostTerms, reason: str | None) -> tuple[LibraryCost, bool]:
    """Record what a unit costs, and whether the unit cost is new; the same again changes nothing.

    Schemes that name it are restated: the difference is posted in open quarters.

    Raises:
        ReasonNeeded: it changes, and it is not said why.
        InvalidFinance: schemes reckon with it, and it is no longer fiscal.
    """
    await unit_costs.lock_unit_cost(tx, code)
    [change] = await _get_changes(tx, [SentCost(code, wanted, reason)])
    _check(change)
    if change.is_none:
        record_unchanged(tx)
        return LibraryCost(code, change.before, change.users), False
    [cost] = await _record(tx, [change])
    return cost, not change.before


async def _get_changes(tx: Tx, costs: Sequence[SentCost]) -> list[_Change]:
    """What is sent beside what there is, one for one."""
    there = {cost.code: cost for cost in await _get_costs(tx, [one.code for one in costs])}
    return [_Change(one, there[one.code].versions, there[one.code].schemes) for one in costs]


async def _get_costs(tx: Tx, codes: Sequence[str]) -> list[LibraryCost]:
    """Unit costs in this order, without versions where none is recorded."""
    versions, users = await unit_costs.get_versions(tx, codes), await schemes.get_users_of_costs(tx, codes)
    return [LibraryCost(code, versions[code], users[code]) for code in codes]


def _check(change: _Change) -> None:
    """Refuse what cannot be recorded.

    Raises:
        ReasonNeeded, InvalidFinance
    """
    if change.is_none:
        return
    if change.before and not change.sent.reason:
        raise ReasonNeeded
    if change.users and not change.sent.terms.counts_in_ledger:
        reckoning = f"{', '.join(change.users)} reckon with {change.sent.code}."
        raise InvalidFinance(reckoning, [FieldError("kind", "only fiscal money counts")])


@dataclass(frozen=True, slots=True)
class UnitCostCall:
    """Unit costs that are sent at once: all of them are recorded, or none.

    ``place_of`` names the field of one to whoever sent it; ``dry_run`` only says what would be recorded.
    """

    costs: Sequence[SentCost]
    place_of: Callable[[int, str], str]
    dry_run: bool = False


async def record_many(tx: Tx, call: UnitCostCall) -> CostsRecorded:
    """Record unit costs, each as :func:`record_version` does, and restate the schemes that name them in one step.

    Raises:
        InvalidFinance: one cannot be recorded; each is named.
    """
    changes = await _get_checked(tx, call)
    differing = [one for one in changes if not one.is_none]
    if call.dry_run or not differing:
        record_unchanged(tx)
    else:
        await _record(tx, differing)
    return CostsRecorded(
        new=[one.sent.code for one in differing if not one.before],
        changed=[one.sent.code for one in differing if one.before],
        unchanged=[one.sent.code for one in changes if one.is_none],
    )


async def _get_checked(tx: Tx, call: UnitCostCall) -> list[_Change]:
    """What of all that was sent is a change, by code, all of them locked; a dry run locks none.

    Raises:
        InvalidFinance: one cannot be recorded; each is named.
    """
    codes = [one.code for one in call.costs]
    taken = set(await (unit_costs.list_taken if call.dry_run else unit_costs.lock_unit_costs)(tx, codes))
    changes = await _get_changes(tx, call.costs)
    faults = {place: _faults(one, taken) for place, one in enumerate(changes)}
    if any(faults.values()):
        named = [
            FieldError(call.place_of(place, one.field), one.message) for place, found in faults.items() for one in found
        ]
        refused = sum(map(bool, faults.values()))
        raise InvalidFinance(f"{refused} unit costs cannot be recorded; none was.", named[:MOST_FAULTS])
    return sorted(changes, key=lambda one: one.sent.code)


def _faults(change: _Change, taken: Collection[str]) -> Sequence[FieldError]:
    if change.sent.code in taken:
        return [FieldError("code", "differs from one that is there in case only")]
    try:
        _check(change)
    except (ReasonNeeded, InvalidFinance) as refused:
        return refused.errors
    return ()


async def _record(tx: Tx, changes: Sequence[_Change]) -> list[LibraryCost]:
    """Append a version to each, which are locked; restate, audit and tell."""
    today = await tx.business_date()
    added = {
        one.sent.code: UnitCostVersion(len(one.before) + 1, one.sent.terms, tx.actor, tx.now, today, one.sent.reason)
        for one in changes
    }
    await unit_costs.insert_versions(tx, added)
    costs = [LibraryCost(one.sent.code, [*one.before, added[one.sent.code]], one.users) for one in changes]
    await _restate_users(tx, costs)
    for one in changes:
        before = one.before[-1].terms if one.before else None
        record_unit_cost(tx, one.sent.code, before, one.sent.terms, one.sent.reason)
    await _emit_changed(tx, costs)
    return costs


async def _restate_users(tx: Tx, costs: Sequence[LibraryCost]) -> None:
    codes = sorted({scheme for cost in costs for scheme in cost.schemes})
    if not codes:
        return
    await lock_with_series(tx, codes)
    await schemes.save_shared_costs(tx, [shared_cost(cost.code, cost.versions) for cost in costs if cost.schemes])
    await restate_schemes(tx, codes)


async def _emit_changed(tx: Tx, costs: Sequence[LibraryCost]) -> None:
    numbers = await unit_costs.raise_event_versions(tx, [cost.code for cost in costs])
    for cost in costs:
        emit(tx, new_unit_cost_event(unit_cost_changed(cost), numbers[cost.code]))


async def emit_unit_costs_again(tx: Tx, codes: Sequence[str]) -> None:
    """Emit the state of each of these unit costs, which are recorded, as its next version."""
    if codes:
        await unit_costs.lock_unit_costs(tx, codes)
        await _emit_changed(tx, await _get_costs(tx, sorted(codes)))


async def get_unit_cost(tx: Tx, code: str) -> LibraryCost:
    """A unit cost with its versions and the schemes that reckon with it.

    Raises:
        UnitCostUnknown: none is recorded.
    """
    [cost] = await _get_costs(tx, [code])
    if not cost.versions:
        raise UnitCostUnknown(f"There is no unit cost {code}.")
    return cost


async def list_unit_costs(tx: Tx, request: PageRequest) -> Page[LibraryCost]:
    """The newest version of each."""
    rows = await unit_costs.list_newest(tx, request)
    found = page_of(rows, request, key=lambda row: row[0])
    return found.of(lambda row: LibraryCost(row[0], [row[1]]))


async def list_all(tx: Tx) -> list[LibraryCost]:
    """The newest version of each unit cost there is."""
    found, page = list[LibraryCost](), await list_unit_costs(tx, PageRequest(_AT_ONCE))
    while page.more_after is not None:
        found += page.items
        page = await list_unit_costs(tx, PageRequest(_AT_ONCE, page.more_after))
    return [*found, *page.items]


_AT_ONCE: Final = 5_000
MOST_FAULTS: Final = 100


@dataclass(frozen=True, slots=True)
class Uprating:
    """In the prices of which year amounts are wanted, and by which release of an index."""

    year: Period
    release: str


async def get_uprating(tx: Tx, wanted: Uprating | None) -> Callable[[UnitCostVersion], Decimal | None]:
    """What brings a version's amount to the prices that are wanted; null where nothing is, or a year is lacking.

    Raises:
        DeflatorUnknown: there is no such release.
    """
    if wanted is None:
        return lambda _: None
    deflator = await get_deflator(tx, wanted.release)
    return lambda version: deflator.uprate(version.terms.amount, version.terms.price_year, wanted.year)


async def record_deflator_release(tx: Tx, wanted: Deflator) -> tuple[Deflator, bool]:
    """Record a release of an index of prices, and whether it is new.

    Raises:
        DeflatorExists: it was recorded with other figures.
    """
    if await deflators.insert_deflator(tx, wanted):
        record_deflator(tx, wanted)
        return wanted, True
    there = await get_deflator(tx, wanted.release)
    if there != wanted:
        raise DeflatorExists(f"{wanted.release} was recorded with other figures; another release has another name.")
    record_unchanged(tx)
    return there, False


async def get_deflator(tx: Tx, release: str) -> Deflator:
    """A release of an index of prices.

    Raises:
        DeflatorUnknown: there is none.
    """
    found = await deflators.get_deflator(tx, release)
    if found is None:
        raise DeflatorUnknown(f"There is no release {release} of an index of prices.")
    return found


async def list_deflators(tx: Tx, request: PageRequest) -> Page[Deflator]:
    return page_of(await deflators.list_deflators(tx, request), request, key=lambda one: one.release)
