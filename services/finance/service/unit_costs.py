"""Record unit costs and indices of prices, and bring the schemes that reckon with a unit cost to its newest version."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chassis.audit import record_unchanged
from chassis.errors import CodeInOtherCase, FieldError, ReasonNeeded
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
from services.finance.repository import deflators, observations, schemes, unit_costs
from services.finance.service.auditing import record_deflator, record_unit_cost
from services.finance.service.restatement import restate_schemes


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
    change = await _get_change(tx, SentCost(code, wanted, reason))
    if change.is_none:
        record_unchanged(tx)
        return LibraryCost(code, change.before, change.users), False
    [cost] = await _record(tx, [change])
    return cost, not change.before


async def _get_change(tx: Tx, sent: SentCost) -> _Change:
    """What is sent beside what there is.

    Raises:
        ReasonNeeded, InvalidFinance: it cannot be recorded.
    """
    change = _Change(
        sent, await unit_costs.list_versions(tx, sent.code), await schemes.list_users_of_cost(tx, sent.code)
    )
    if change.is_none:
        return change
    if change.before and not sent.reason:
        raise ReasonNeeded
    if change.users and not sent.terms.counts_in_ledger:
        reckoning = f"{', '.join(change.users)} reckon with {sent.code}."
        raise InvalidFinance(reckoning, [FieldError("kind", "only fiscal money counts")])
    return change


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
    changes = await _get_changes(tx, call)
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


async def _get_changes(tx: Tx, call: UnitCostCall) -> list[_Change]:
    """What of all that was sent is a change, by code: so whoever sends several locks them in one order."""
    found, faults = list[_Change](), dict[int, list[FieldError]]()
    for place in sorted(range(len(call.costs)), key=lambda place: call.costs[place].code):
        sent = call.costs[place]
        try:
            if call.dry_run:
                await unit_costs.check_code(tx, sent.code)
            else:
                await unit_costs.lock_unit_cost(tx, sent.code)
            found.append(await _get_change(tx, sent))
        except (ReasonNeeded, InvalidFinance, CodeInOtherCase) as refused:
            faults[place] = [FieldError(call.place_of(place, one.field), one.message) for one in refused.errors]
    if faults:
        named = [fault for place in sorted(faults) for fault in faults[place]]
        raise InvalidFinance(f"{len(faults)} unit costs cannot be recorded; none was.", named[:MOST_FAULTS])
    return found


async def _record(tx: Tx, changes: Sequence[_Change]) -> list[LibraryCost]:
    """Append a version to each, which are locked; restate, audit and tell."""
    today, costs = await tx.business_date(), list[LibraryCost]()
    for one in changes:
        sent = one.sent
        added = UnitCostVersion(len(one.before) + 1, sent.terms, tx.actor, tx.now, today, sent.reason)
        await unit_costs.insert_version(tx, sent.code, added)
        costs.append(LibraryCost(sent.code, [*one.before, added], one.users))
    await _restate_users(tx, costs)
    for one, cost in zip(changes, costs, strict=True):
        before = one.before[-1].terms if one.before else None
        record_unit_cost(tx, one.sent.code, before, one.sent.terms, one.sent.reason)
        await _emit_changed(tx, cost)
    return costs


async def _restate_users(tx: Tx, costs: Sequence[LibraryCost]) -> None:
    codes = sorted({scheme for cost in costs for scheme in cost.schemes})
    if not codes:
        return
    links = [scheme.definition.link for scheme in await schemes.get_schemes(tx, codes)]
    await observations.lock_series(tx, {link.series for link in links if link is not None})
    await schemes.lock_schemes(tx, codes)
    for cost in costs:
        if cost.schemes:
            await schemes.save_shared_cost(tx, shared_cost(cost.code, cost.versions))
    await restate_schemes(tx, codes)


async def _emit_changed(tx: Tx, cost: LibraryCost) -> None:
    emit(tx, new_unit_cost_event(unit_cost_changed(cost), await unit_costs.raise_event_version(tx, cost.code)))


async def emit_unit_costs_again(tx: Tx, codes: Sequence[str]) -> None:
    """Emit the state of each of these unit costs as its next version."""
    for code in sorted(codes):
        await unit_costs.lock_unit_cost(tx, code)
        await _emit_changed(tx, await get_unit_cost(tx, code))


async def get_unit_cost(tx: Tx, code: str) -> LibraryCost:
    """A unit cost with its versions and the schemes that reckon with it.

    Raises:
        UnitCostUnknown: none is recorded.
    """
    versions = await unit_costs.list_versions(tx, code)
    if not versions:
        raise UnitCostUnknown(f"There is no unit cost {code}.")
    return LibraryCost(code, versions, await schemes.list_users_of_cost(tx, code))


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
