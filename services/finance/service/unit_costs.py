"""Record unit costs and indices of prices, and bring the schemes that reckon with a unit cost to its newest version."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chassis.audit import record_unchanged
from chassis.errors import FieldError, ReasonNeeded
from chassis.events.outbox import emit
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.unit_costs import Deflator, LibraryCost, UnitCostTerms, UnitCostVersion, shared_cost
from services.finance.errors import DeflatorExists, DeflatorUnknown, InvalidFinance, UnitCostUnknown
from services.finance.events import new_unit_cost_event, unit_cost_changed
from services.finance.repository import deflators, observations, schemes, unit_costs
from services.finance.service.auditing import record_deflator, record_unit_cost
from services.finance.service.restatement import restate_schemes


async def record_version(tx: Tx, code: str, wanted: UnitCostTerms, reason: str | None) -> tuple[LibraryCost, bool]:
    """Record what a unit costs, and whether the unit cost is new; the same again changes nothing.

    Schemes that name it are restated: the difference is posted in open quarters.

    Raises:
        ReasonNeeded: it changes, and it is not said why.
        InvalidFinance: schemes reckon with it, and it is no longer fiscal.
    """
    await unit_costs.lock_unit_cost(tx, code)
    before = await unit_costs.list_versions(tx, code)
    users = await schemes.list_users_of_cost(tx, code)
    if before and before[-1].terms == wanted:
        record_unchanged(tx)
        return LibraryCost(code, before, users), False
    if before and not reason:
        raise ReasonNeeded
    if users and not wanted.counts_in_ledger:
        raise InvalidFinance(
            f"{', '.join(users)} reckon with {code}.", [FieldError("kind", "only fiscal money counts")]
        )
    today = await tx.business_date()
    added = UnitCostVersion(len(before) + 1, wanted, tx.actor, tx.now, today, reason)
    await unit_costs.insert_version(tx, code, added)
    cost = LibraryCost(code, [*before, added], users)
    await _restate_users(tx, cost)
    record_unit_cost(tx, code, before[-1].terms if before else None, wanted, reason)
    await _emit_changed(tx, cost)
    return cost, not before


async def _restate_users(tx: Tx, cost: LibraryCost) -> None:
    if not cost.schemes:
        return
    links = [scheme.definition.link for scheme in await schemes.get_schemes(tx, cost.schemes)]
    await observations.lock_series(tx, {link.series for link in links if link is not None})
    await schemes.lock_schemes(tx, cost.schemes)
    await schemes.save_shared_cost(tx, shared_cost(cost.code, cost.versions))
    await restate_schemes(tx, cost.schemes)


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
