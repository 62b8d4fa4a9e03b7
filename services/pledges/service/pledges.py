"""Making, reading and changing pledges."""

from collections.abc import Collection, Sequence
from datetime import date

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.pledges.domain.indicators import SeriesKey
from services.pledges.domain.pledges import (
    NewWording,
    Pledge,
    PledgeChanges,
    PledgeDefinition,
    PledgeFilter,
    PledgeView,
)
from services.pledges.errors import OriginalWordingFixed, PledgeExists, PledgeUnknown
from services.pledges.repository import indicators as linked
from services.pledges.repository import pledges as stored
from services.pledges.service.progress import moved
from services.pledges.service.publication import save_and_emit


async def make_pledge(tx: Tx, definition: PledgeDefinition) -> tuple[PledgeView, bool]:
    """Make a pledge; and whether it is new. The same definition sent again finds what was made from it.

    Raises:
        PledgeExists: the number was used with another definition.
    """
    today = await tx.business_date()
    created = await stored.insert_pledge(tx, definition, Pledge.made(definition, today))
    pledge = await _lock(tx, definition.number)
    if created:
        pledge = await save_and_emit(tx, pledge, (), today)
    elif await stored.get_definition(tx, definition.number) != definition:
        raise PledgeExists(f"Pledge {definition.number} exists; change it with PATCH.")
    return (await _views(tx, [pledge], today))[0], created


async def change_pledge(tx: Tx, number: str, changes: PledgeChanges) -> PledgeView:
    """Change what is named. A change of nothing is no new version and no event.

    Raises:
        PledgeUnknown: no such number.
        OriginalWordingFixed: another original wording was sent.
        ClosingDayWrong: a closing day for open work, or in the future.
    """
    pledge, today = await _lock(tx, number), await tx.business_date()
    if changes.get("title", pledge.title) != pledge.title:
        raise OriginalWordingFixed(
            "Send an amendment with its reason instead.",
            [FieldError("title", "the original wording stays")],
        )
    progress = moved(pledge.progress, changes.get("delivery"), changes.get("closed_on"), today)
    changed = pledge.changed(changes, progress)
    amended = "amendment" in changes and await _save_amendment(tx, number, changes["amendment"])
    if changed != pledge or amended:
        indicators = (await linked.indicators_of_pledges(tx, [number])).get(number, ())
        changed = await save_and_emit(tx, changed, indicators, today)
    return (await _views(tx, [changed], today))[0]


async def _save_amendment(tx: Tx, number: str, wording: NewWording) -> bool:
    """Append later wording, unless it is the latest already."""
    amendments = (await stored.amendments(tx, [number])).get(number, ())
    if amendments and (amendments[-1].text, amendments[-1].reason) == (wording.text, wording.reason):
        return False
    await stored.save_amendment(tx, number, wording)
    return True


async def link_pledge(tx: Tx, number: str, keys: Collection[SeriesKey]) -> PledgeView:
    """Replace the set of linked indicators. The same set again is no new version and no event."""
    wanted = set(keys)
    await linked.lock_series(tx, wanted)
    pledge, today = await _lock(tx, number), await tx.business_date()
    before = (await linked.indicators_of_pledges(tx, [number])).get(number, ())
    if {one.key for one in before} != wanted:
        await linked.save_pledge_links(tx, number, wanted)
        indicators = (await linked.indicators_of_pledges(tx, [number])).get(number, ())
        pledge = await save_and_emit(tx, pledge, indicators, today)
    return (await _views(tx, [pledge], today))[0]


async def get_pledge(tx: Tx, number: str) -> PledgeView:
    pledge = await stored.get_pledge(tx, number)
    if pledge is None:
        raise PledgeUnknown(f"There is no pledge {number}.")
    return (await _views(tx, [pledge], await tx.business_date()))[0]


async def list_pledges(tx: Tx, wanted: PledgeFilter, page: PageRequest) -> Page[PledgeView]:
    today = await tx.business_date()
    found = await stored.list_pledges(tx, wanted, today, page)
    return page_of(await _views(tx, found, today), page, lambda one: one.pledge.number)


async def _lock(tx: Tx, number: str) -> Pledge:
    found = await stored.lock_pledges(tx, [number])
    if not found:
        raise PledgeUnknown(f"There is no pledge {number}.")
    return found[0]


async def _views(tx: Tx, pledges: Sequence[Pledge], today: date) -> list[PledgeView]:
    numbers = [pledge.number for pledge in pledges]
    assignments = await stored.assignments(tx, numbers)
    amendments = await stored.amendments(tx, numbers)
    indicators = await linked.indicators_of_pledges(tx, numbers)
    return [
        PledgeView(
            pledge=one,
            assignments=assignments.get(one.number, ()),
            amendments=amendments.get(one.number, ()),
            indicators=indicators.get(one.number, ()),
            today=today,
        )
        for one in pledges
    ]
