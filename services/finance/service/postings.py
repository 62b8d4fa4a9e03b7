"""Post what finance validates and banks, and read ledgers."""

from dataclasses import replace
from typing import Final

from chassis.errors import BadRequest, FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.finance.domain.explanation import in_pounds
from services.finance.domain.figures import total_entries
from services.finance.domain.ledger import RecordedEntry, State
from services.finance.domain.posting import Posting, is_same, posting_faults
from services.finance.domain.scheme import SchemeAccount
from services.finance.errors import (
    BankedBeyondValidated,
    InvalidFinance,
    QuarterClosed,
    ReferenceUsed,
    SchemeUnknown,
    SchemeWithdrawn,
)
from services.finance.repository import entries, schemes
from services.finance.service.restatement import emit_moved
from services.finance.service.schemes import get_account

LAST_ENTRY: Final = 2**53 - 1
"""Ids stay within what JSON carries exactly, and so within what either database can compare."""


async def post_entry(tx: Tx, code: str, posting: Posting) -> tuple[RecordedEntry, bool]:
    """Post validated or banked money. The same reference with the same content again is a no-op (false).

    Raises:
        ReferenceUsed: the reference was posted with other content.
        SchemeWithdrawn, QuarterClosed, BankedBeyondValidated, InvalidFinance: it cannot be posted.
    """
    await schemes.lock_schemes(tx, [code])
    account = await get_account(tx, code)
    before = await entries.get_entry(tx, code, posting.reference)
    if before is not None:
        return _check_same(before, posting), False
    _check_posting(account, posting)
    entry = posting.entry(code)
    after = replace(account, posted=(*account.posted, entry.posted))
    _check_banked(after)
    await entries.append_entries(tx, [entry])
    await emit_moved(tx, after, ())
    return await _get_entry(tx, code, posting.reference), True


async def _get_entry(tx: Tx, code: str, reference: str) -> RecordedEntry:
    found = await entries.get_entry(tx, code, reference)
    if found is None:
        raise LookupError(f"{code} has no entry {reference}")
    return found


def _check_same(before: RecordedEntry, posting: Posting) -> RecordedEntry:
    if not is_same(before.entry, posting):
        raise ReferenceUsed(f"{posting.reference} was posted with other content.", [FieldError("reference", "in use")])
    return before


def _check_posting(account: SchemeAccount, posting: Posting) -> None:
    scheme = account.scheme
    if scheme.withdrawal is not None:
        raise SchemeWithdrawn(f"{scheme.code} was withdrawn: {scheme.withdrawal.reason}")
    for field, fault in posting_faults(posting, scheme.definition.financial_year):
        raise InvalidFinance(f"{fault}.", [FieldError(field, fault)])
    if posting.quarter in account.closed_quarters:
        raise QuarterClosed(f"{posting.quarter} is closed. Post the correction in an open quarter with posted_in.")


def _check_banked(account: SchemeAccount) -> None:
    totals = total_entries(account.posted)
    if totals.banked > totals.validated:
        raise BankedBeyondValidated(
            f"{in_pounds(totals.banked)} would be banked of {in_pounds(totals.validated)} validated."
        )


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
