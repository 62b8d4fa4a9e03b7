"""Bring ledgers to what observations ask for, and publish each position that moved."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from chassis.events.outbox import emit
from chassis.storage.transaction import Tx
from contracts.finance import SavingRestated
from services.finance.domain.ledger import Entry
from services.finance.domain.restating import entries_to_post
from services.finance.domain.scheme import Scheme, SchemeAccount
from services.finance.domain.scheme_position import explanation_of, figures_of
from services.finance.domain.transfers import Transfer
from services.finance.events import fingerprint, new_event, saving_restated
from services.finance.repository import observations, schemes
from services.finance.repository.accounts import get_accounts
from services.finance.service.fund_publication import emit_funds_moved
from services.finance.service.ledger import post_entries


async def lock_with_series(tx: Tx, codes: Collection[str]) -> None:
    """Lock the series of these schemes, then the schemes: the order of whoever hears of the series."""
    links = [scheme.definition.link for scheme in await schemes.get_schemes(tx, codes)]
    await observations.lock_series(tx, {link.series for link in links if link is not None})
    await schemes.lock_schemes(tx, codes)


async def restate_schemes(
    tx: Tx, codes: Collection[str], events: Collection[str] = (), first: Iterable[Transfer] = ()
) -> None:
    """Post what is missing between observations and ledgers of these schemes, and publish each that moved.

    ``events`` are the ids of those just read; the ones that are still behind an observation are named as causes. The
    transfers ``first`` are entered into the ledger before what is posted.
    """
    if not codes:
        return
    await schemes.lock_schemes(tx, codes)
    accounts = await get_accounts(tx, codes)
    missing = {account.scheme.code: entries_to_post(account) for account in accounts}
    moved, behind = set[str](), set[str]()
    for account in accounts:
        entries = missing[account.scheme.code]
        causes = _causes(account, entries, events)
        posted = (*account.posted, *(entry.posted for entry in entries))
        if await emit_moved(tx, replace(account, posted=posted), causes) or entries:
            moved.add(account.scheme.definition.fund)
            behind |= causes
    posting = [entry for entries in missing.values() for entry in entries]
    await post_entries(tx, posting, (account.scheme for account in accounts), first)
    await emit_funds_moved(tx, moved, behind)


def _causes(account: SchemeAccount, entries: Iterable[Entry], events: Collection[str]) -> set[str]:
    """The events behind these entries, and those just read that are behind an observation."""
    causes = {entry.basis.event_id for entry in entries if entry.basis is not None}
    causes |= {one.event_id for one in account.observations if one.event_id in events}
    return {cause for cause in causes if cause is not None}


async def emit_moved(tx: Tx, account: SchemeAccount, caused_by: Iterable[str]) -> bool:
    """Emit the scheme's position, unless it is the one published last; whether it was another."""
    scheme = account.scheme
    state = saving_restated(scheme, figures_of(account), explanation_of(account), caused_by)
    if fingerprint(state) == scheme.published:
        return False
    await _save_and_emit(tx, scheme, state)
    return True


async def emit_again(tx: Tx, account: SchemeAccount) -> None:
    """Emit the scheme's position as its next version, whether it moved or not."""
    scheme = account.scheme
    await _save_and_emit(tx, scheme, saving_restated(scheme, figures_of(account), explanation_of(account), ()))


async def _save_and_emit(tx: Tx, scheme: Scheme, state: SavingRestated) -> None:
    await schemes.save_published(tx, scheme.code, scheme.version + 1, fingerprint(state))
    emit(tx, new_event(state, scheme.version + 1))
