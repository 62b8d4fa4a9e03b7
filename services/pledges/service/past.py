"""Pledges as at a past quarter, as known at a moment, or now: in a fixed number of statements."""

from collections.abc import Mapping
from typing import Any

from chassis.storage.transaction import Tx
from services.pledges.domain.past import AsAt, PledgeLine, PledgeState, Revised, RevisedKind
from services.pledges.domain.past_formats import read_pledge_state
from services.pledges.repository import pledges as stored
from services.pledges.repository.evidence import get_evidence_days
from services.pledges.repository.revisions import list_revised
from services.pledges.repository.sets import list_public
from services.pledges.service.pledges import pledge_views


async def list_pledge_lines(tx: Tx, wanted: AsAt, pledge_set: str | None = None) -> list[PledgeLine]:
    """All pledges, or those of a set, by set and number. Eight statements at most."""
    revised = await list_revised(tx, [RevisedKind.PLEDGE], wanted)
    return [one for one in await lines_of(tx, wanted, revised) if pledge_set in {None, one.state.set_code}]


async def lines_of(tx: Tx, wanted: AsAt, revised: list[Revised]) -> list[PledgeLine]:
    """The same of pledges whose revisions were read. One that was never changed since there are any is as it was."""
    today = await tx.business_date()
    day = wanted.day(today)
    states = past_states(RevisedKind.PLEDGE, revised)
    never_changed = [one for one in await stored.list_all_pledges(tx) if one.id not in states]
    found = [read_pledge_state(state) for state in states.values() if state is not None]
    found += [PledgeState.of(view) for view in await pledge_views(tx, never_changed, today)]
    evidence = await get_evidence_days(tx, day, wanted.as_of)
    return [PledgeLine(one, day, evidence.get(one.id)) for one in sorted(found, key=lambda one: one.order)]


def past_states(kind: RevisedKind, revised: list[Revised]) -> Mapping[str, Mapping[str, Any] | None]:
    """By subject of a kind that was ever changed, its state; None where it was made after the one that is wanted."""
    return {one.subject: one.state for one in revised if one.kind is kind}


async def list_promises(tx: Tx) -> list[PledgeLine]:
    """Pledges of the sets that are public, as they are now."""
    public = await list_public(tx)
    return [one for one in await list_pledge_lines(tx, AsAt()) if one.state.set_code in public]
