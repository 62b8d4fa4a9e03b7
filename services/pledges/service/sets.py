"""Pledge sets."""

from dataclasses import asdict

from chassis.audit import record_change, record_unchanged
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.pledges.domain.sets import PledgeRef, PledgeSet, PledgeSetView, pledge_id
from services.pledges.errors import PledgeUnknown, SetUnknown
from services.pledges.repository import sets as stored


async def put_set(tx: Tx, pledge_set: PledgeSet) -> tuple[PledgeSetView, bool]:
    """Make or replace a set; and whether it is new. The same again changes nothing."""
    created = await stored.insert_set(tx, pledge_set)
    before = None if created else await stored.lock_set(tx, pledge_set.code)
    if before == pledge_set:
        record_unchanged(tx)
    else:
        await stored.save_set(tx, pledge_set)
        former = None if before is None else asdict(before)
        action = "set.made" if created else "set.amended"
        record_change(tx, subject=pledge_set.code, action=action, before=former, after=asdict(pledge_set))
    return await get_set(tx, pledge_set.code), created


async def get_set(tx: Tx, code: str) -> PledgeSetView:
    found = await stored.get_set(tx, code)
    if found is None:
        raise SetUnknown(f"There is no pledge set {code}.")
    counts, newest = await stored.count_pledges(tx), await stored.get_newest_code(tx)
    return PledgeSetView(found, counts.get(code, 0), code == newest)


async def list_sets(tx: Tx, page: PageRequest) -> Page[PledgeSetView]:
    """Sets by code, oldest first."""
    counts, newest = await stored.count_pledges(tx), await stored.get_newest_code(tx)
    found = page_of(await stored.list_sets(tx, page), page, lambda one: one.code)
    return found.of(lambda one: PledgeSetView(one, counts.get(one.code, 0), one.code == newest))


async def id_of(tx: Tx, ref: PledgeRef) -> str:
    """The id of the pledge that is named: a bare number is the newest set's.

    Raises:
        PledgeUnknown: a bare number, and there is no set yet.
    """
    set_code = ref.set_code or await stored.get_newest_code(tx)
    if set_code is None:
        raise PledgeUnknown(f"There is no pledge {ref.number}.")
    return pledge_id(set_code, ref.number)
