"""Post what finance validates and banks, and read ledgers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from chassis.access import require_other_person
from chassis.errors import BadRequest, FieldError
from chassis.identity import require_scope
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.finance.domain.explanation import in_pounds
from services.finance.domain.figures import total_entries
from services.finance.domain.ledger import Entry, RecordedEntry, State
from services.finance.domain.posting import (
    Posting,
    beyond_validated,
    correction_faults,
    is_same,
    overlapped,
    posting_faults,
)
from services.finance.domain.scheme import SchemeAccount
from services.finance.errors import (
    BankedBeyondValidated,
    InvalidFinance,
    PeriodPosted,
    QuarterClosed,
    ReferenceUsed,
    SchemeUnknown,
    SchemeWithdrawn,
)
from services.finance.repository import entries, schemes
from services.finance.repository.accounts import get_accounts
from services.finance.service.auditing import record_posting
from services.finance.service.fund_publication import emit_funds_moved
from services.finance.service.ledger import post_entries
from services.finance.service.limits import require_own_line
from services.finance.service.restatement import emit_moved
from services.finance.service.schemes import get_account, get_scheme

_SCOPES: Final = {State.VALIDATED: "finance:validate", State.BANKED: "finance:bank"}
LAST_ENTRY: Final = 2**53 - 1
"""Ids stay within what JSON carries exactly, and so within what either database can compare."""


async def post_entry(tx: Tx, code: str, posting: Posting) -> tuple[RecordedEntry, bool]:
    """Post validated or banked money. The same reference with the same content again is a no-op (false).

    Raises:
        ReferenceUsed: the reference was posted with other content.
        SchemeWithdrawn, QuarterClosed, PeriodPosted, BankedBeyondValidated, InvalidFinance: it cannot be posted.
        SamePerson: who defined the scheme validates it.
        InsufficientScope: the caller may validate, and not bank, or the reverse.
    """
    require_scope(tx.caller, _SCOPES[posting.state])
    moved = await _lock_moved(tx, code, posting.state)
    before = await entries.get_entry(tx, code, posting.reference)
    if before is not None:
        return _check_same(before, posting), False
    account = await get_account(tx, code)
    await require_own_line(tx, account.scheme.definition)
    await _check_posting(tx, account, posting)
    _check_original(posting, await entries.list_postings(tx, code))
    entry = posting.entry(code, account.closed_quarters)
    _check_banked(replace(account, posted=(*account.posted, entry.posted)), posting.state)
    if posting.state is State.VALIDATED:
        require_other_person(tx, account.scheme.created_by, did="defined the scheme")
    await post_entries(tx, [entry], [account.scheme])
    record_posting(tx, entry)
    for changed in await get_accounts(tx, moved):
        await emit_moved(tx, changed, ())
    await emit_funds_moved(tx, [account.scheme.definition.fund])
    return await _get_entry(tx, code, posting.reference), True


async def _lock_moved(tx: Tx, code: str, state: State) -> list[str]:
    """Lock the schemes that a posting may move: banked money moves what counts of all on the budget line."""
    scheme = await get_scheme(tx, code)
    codes = await schemes.list_codes_on_line(tx, scheme.definition) if state is State.BANKED else [code]
    await schemes.lock_schemes(tx, codes)
    return codes


async def _get_entry(tx: Tx, code: str, reference: str) -> RecordedEntry:
    found = await entries.get_entry(tx, code, reference)
    if found is None:
        raise LookupError(f"{code} has no entry {reference}")
    return found


def _check_same(before: RecordedEntry, posting: Posting) -> RecordedEntry:
    if not is_same(before.entry, posting):
        raise ReferenceUsed(f"{posting.reference} was posted with other content.", [FieldError("reference", "in use")])
    return before


async def _check_posting(tx: Tx, account: SchemeAccount, posting: Posting) -> None:
    scheme, closed = account.scheme, account.closed_quarters
    if scheme.withdrawal is not None:
        raise SchemeWithdrawn(f"{scheme.code} was withdrawn: {scheme.withdrawal.reason}")
    today = await tx.business_date()
    if posting.state is State.BANKED and scheme.definition.in_budget:
        raise InvalidFinance(
            f"The budget of {scheme.code} has been reduced by its saving already: validate what is delivered of it.",
            [FieldError("state", "the saving is in the budget already")],
        )
    for field, fault in posting_faults(posting, scheme.definition.financial_year, closed, today):
        raise InvalidFinance(f"{fault}.", [FieldError(field, fault)])
    if posting.quarter(closed) in closed:
        raise QuarterClosed(f"{posting.posted_in} is closed. Leave posted_in out for the first open quarter after it.")


def _check_original(posting: Posting, there: Sequence[Entry]) -> None:
    """Two original postings of a state never cover the same month; a correction names the one it relates to."""
    if posting.corrects is not None:
        for field, fault in correction_faults(posting, there):
            raise InvalidFinance(f"{fault}.", [FieldError(field, fault)])
        return
    first = overlapped(posting, there)
    if first is not None:
        raise PeriodPosted(
            f"{first.reference} covers {first.posted.period} as {posting.state} already. "
            f"Correct it by a posting for {first.posted.period} that names it in corrects.",
            [FieldError("period", f"overlaps {first.reference}")],
        )


def _check_banked(account: SchemeAccount, state: State) -> None:
    totals = total_entries(account.posted)
    beyond = beyond_validated(totals.banked, totals.validated)
    if not beyond:
        return
    after = f"{in_pounds(totals.banked)} would be banked of {in_pounds(totals.validated)} validated"
    if state is State.VALIDATED:
        raise BankedBeyondValidated(f"{after}. Un-bank {in_pounds(beyond)} first: post {in_pounds(-beyond)} as banked.")
    raise BankedBeyondValidated(f"{after}: banked money lies between nought and what is validated.")


async def list_entries(tx: Tx, code: str, state: State | None, request: PageRequest) -> Page[RecordedEntry]:
    if not await schemes.scheme_exists(tx, code):
        raise SchemeUnknown(f"There is no scheme {code}.")
    after = None if request.after is None else _entry_id(request.after)
    rows = await entries.list_entries(tx, code, state, after, request)
    return page_of(rows, request, key=lambda entry: str(entry.id))


def _entry_id(cursor: str) -> int:
    is_number = cursor.isascii() and cursor.isdigit() and len(cursor) <= len(str(LAST_ENTRY))
    if not is_number or int(cursor) > LAST_ENTRY:
        raise BadRequest("This cursor is not one of these entries.", [FieldError("cursor", "take it from `next`")])
    return int(cursor)
