"""Making, reading and changing pledges."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.pledges.domain.formats import write_pledge_state
from services.pledges.domain.linked import NOT_LINKED, WantedLinks
from services.pledges.domain.pledges import (
    NOT_PUBLISHED,
    Assignment,
    NewWording,
    Pledge,
    PledgeChanges,
    PledgeDefinition,
    PledgeFilter,
    PledgeView,
)
from services.pledges.domain.sets import PledgeRef, PledgeSet
from services.pledges.errors import (
    OriginalWordingFixed,
    PledgeExists,
    PledgeUnknown,
    ReferenceUnknown,
    SignOffNeeded,
)
from services.pledges.repository import elsewhere
from services.pledges.repository import indicators as linked
from services.pledges.repository import pledges as stored
from services.pledges.repository import sets as stored_sets
from services.pledges.repository.evidence import get_evidence_days
from services.pledges.service.history import record_state
from services.pledges.service.openings import save_opening_soon
from services.pledges.service.progress import moved
from services.pledges.service.publication import save_and_emit, show_whole
from services.pledges.service.sets import id_of


async def make_pledge(tx: Tx, sent: PledgeDefinition) -> tuple[PledgeView, bool]:
    """Make a pledge; and whether it is new. The same definition sent again finds what was made from it.

    Without a set it is the newest set's; where there is none yet, one of the business date's year is made.

    Raises:
        ReferenceUnknown: there is no such set.
        PledgeExists: the number was used with another definition.
    """
    today = await tx.business_date()
    set_code = await _set_for(tx, sent.set_code, today)
    definition = replace(sent, set_code=set_code)
    made = Pledge.made(definition, set_code, today)
    created = await stored.insert_pledge(tx, definition, made)
    pledge = await _lock(tx, made.id)
    if created:
        pledge = await save_and_emit(tx, pledge, NOT_PUBLISHED)
        await save_opening_soon(tx)
    elif await stored.get_definition(tx, pledge) != definition:
        raise PledgeExists(f"Pledge {made.id} exists; change it with PATCH.")
    view = await _view(tx, pledge, today)
    if created:
        await record_state(tx, "pledge.made", pledge.id, None, write_pledge_state(view), today)
    return view, created


async def _set_for(tx: Tx, code: str | None, today: date) -> str:
    if code is None:
        newest = await stored_sets.get_newest_code(tx)
        if newest:
            return newest
        first = PledgeSet(f"{today.year}", f"Pledges of {today.year}")
        await stored_sets.insert_set(tx, first)
        return first.code
    if await stored_sets.get_set(tx, code) is None:
        raise ReferenceUnknown("Make the set first.", [FieldError("set", f"there is no pledge set {code}")])
    return code


async def change_pledge(tx: Tx, ref: PledgeRef, changes: PledgeChanges) -> PledgeView:
    """Change what is named. A change of nothing is no new version and no event.

    Raises:
        PledgeUnknown: no such number.
        OriginalWordingFixed: another original wording was sent.
        SignOffNeeded: the pledge would be closed, or opened again.
        ClosingDayWrong: a closing day for open work, or in the future.
    """
    before = await lock_view(tx, ref)
    pledge, today = before.pledge, before.today
    if changes.get("title", pledge.title) != pledge.title:
        raise OriginalWordingFixed(
            "Send an amendment with its reason instead.",
            [FieldError("title", "the original wording stays")],
        )
    _check_stays_open_or_closed(pledge, changes)
    progress = moved(pledge.progress, changes.get("delivery"), changes.get("closed_on"), today)
    changed = pledge.changed(changes, progress)
    amended = "amendment" in changes and await _save_amendment(tx, before, changes["amendment"])
    if changed == pledge and not amended:
        return before
    reason = changes.get("reason") or (changes["amendment"].reason if amended else None)
    return await publish_change(tx, before, changed, "pledge.amended", reason)


def _check_stays_open_or_closed(pledge: Pledge, changes: PledgeChanges) -> None:
    before, wanted = pledge.progress.delivery, changes.get("delivery") or pledge.progress.delivery
    if before is not wanted and (before.is_closed or wanted.is_closed):
        way = "sign-off" if wanted.is_closed else "reopen"
        raise SignOffNeeded(f"Pledge {pledge.id} is {before}: use its {way}.", [FieldError("delivery", f"use {way}")])


async def _save_amendment(tx: Tx, before: PledgeView, wording: NewWording) -> bool:
    """Append later wording, unless it is the latest already."""
    amendments = before.amendments
    if amendments and (amendments[-1].text, amendments[-1].reason) == (wording.text, wording.reason):
        return False
    await stored.save_amendment(tx, before.pledge.id, wording)
    return True


async def assign_pledge(
    tx: Tx, ref: PledgeRef, assignments: Sequence[Assignment], reason: str | None = None
) -> PledgeView:
    """Replace the assignments of a pledge, as when it changes hands. The same again changes nothing."""
    before = await lock_view(tx, ref)
    if before.assignments == tuple(assignments):
        return before
    await stored.save_assignments(tx, before.pledge.id, assignments)
    await save_opening_soon(tx)
    return await publish_change(tx, before, before.pledge, "pledge.assigned", reason)


async def link_pledge(tx: Tx, ref: PledgeRef, links: WantedLinks) -> PledgeView:
    """Replace all that a pledge is linked to. The same again is no new version and no event."""
    series, named = set(links.series), links.elsewhere
    await linked.lock_series(tx, series)
    await elsewhere.lock_states(tx, named)
    before = await lock_view(tx, ref)
    if {one.key for one in before.indicators} == series and before.elsewhere.named == named:
        return before
    await linked.save_pledge_links(tx, before.pledge.id, series)
    await elsewhere.save_links(tx, before.pledge.id, named)
    return await publish_change(tx, before, before.pledge, "pledge.linked", None)


async def publish_change(tx: Tx, before: PledgeView, changed: Pledge, action: str, reason: str | None) -> PledgeView:
    """Save, publish and record a locked pledge after a change."""
    today = before.today
    (shown,) = await show_whole(tx, [changed])
    after = await _view(tx, await save_and_emit(tx, changed, shown), today)
    states = write_pledge_state(before), write_pledge_state(after)
    await record_state(tx, action, changed.id, *states, today, reason)
    return after


async def get_pledge(tx: Tx, ref: PledgeRef) -> PledgeView:
    pledge = await stored.get_pledge(tx, await id_of(tx, ref))
    if pledge is None:
        raise PledgeUnknown(f"There is no pledge {ref.number}.")
    return await _view(tx, pledge, await tx.business_date())


async def list_pledges(tx: Tx, wanted: PledgeFilter, page: PageRequest) -> Page[PledgeView]:
    today = await tx.business_date()
    found = await stored.list_pledges(tx, wanted, today, page)
    return found.with_items(await pledge_views(tx, found.items, today))


async def _lock(tx: Tx, pledge: str) -> Pledge:
    found = await stored.lock_pledges(tx, [pledge])
    if not found:
        raise PledgeUnknown(f"There is no pledge {pledge}.")
    return found[0]


async def lock_view(tx: Tx, ref: PledgeRef) -> PledgeView:
    """A pledge as it is shown on the business date, locked."""
    return await _view(tx, await _lock(tx, await id_of(tx, ref)), await tx.business_date())


async def _view(tx: Tx, pledge: Pledge, today: date) -> PledgeView:
    return (await pledge_views(tx, [pledge], today))[0]


async def pledge_views(tx: Tx, pledges: Sequence[Pledge], today: date) -> list[PledgeView]:
    """Six statements, however many they are."""
    ids = [pledge.id for pledge in pledges]
    assignments = await stored.assignments(tx, ids)
    amendments = await stored.amendments(tx, ids)
    indicators = await linked.indicators_of_pledges(tx, ids)
    found = await elsewhere.elsewhere_of_pledges(tx, ids)
    evidence = await get_evidence_days(tx, today, None, ids)
    return [
        PledgeView(
            pledge=one,
            assignments=assignments.get(one.id, ()),
            amendments=amendments.get(one.id, ()),
            indicators=indicators.get(one.id, ()),
            today=today,
            elsewhere=found.get(one.id, NOT_LINKED),
            last_evidence_on=evidence.get(one.id),
        )
        for one in pledges
    ]
