"""Define savings schemes, look them up, and post what finance validates and banks."""

from collections.abc import Mapping
from typing import Any, Final

from chassis.errors import BadRequest, FieldError
from chassis.paging import PageRequest
from chassis.storage.transaction import Tx
from chassis.web.paging import OldPage, old_page
from contracts.money import pounds
from contracts.period import Period
from services.finance.domain.explanation import in_pounds, plain
from services.finance.domain.ledger import Posted, State, corrects
from services.finance.domain.position import totals
from services.finance.domain.savings import NOTHING, Amounts, attribution_room
from services.finance.errors import (
    AttributionExceeded,
    BankedBeyondValidated,
    InvalidFinance,
    QuarterClosed,
    ReferenceUsed,
    SchemeExists,
    SchemeHoldsMoney,
    SchemeUnknown,
    SchemeWithdrawn,
)
from services.finance.models import Entry
from services.finance.repository import books as ledger
from services.finance.repository import facts, funds, schemes
from services.finance.repository.books import Book
from services.finance.schemas.schemes import EntryBody, EntryOut, LinkBody, SchemeBody, SchemeOut, SchemePatch
from services.finance.service.restatement import publish, restate, reverse
from services.finance.service.rows import entry_out, scheme_out, scheme_row

LAST_ENTRY: Final = 2**53 - 1
"""Ids stay within what JSON carries exactly, and so within what either database can compare."""


async def add(tx: Tx, body: SchemeBody) -> SchemeOut:
    """Define a scheme. A linked one finds what was heard of its indicator before, in this transaction."""
    if body.link is not None:
        await facts.lock_pairs(tx, {(body.link.indicator, body.link.area)})
    await _check_fund(tx, body)
    if body.link is not None:
        await _check_attribution(tx, body, body.link)
    if not await schemes.add_scheme(tx, *scheme_row(tx, body)):
        raise SchemeExists(f"{body.code} is taken.")
    await restate(tx, [body.code])
    return scheme_out(await book(tx, body.code))


async def _check_fund(tx: Tx, body: SchemeBody) -> None:
    if not await funds.lock(tx, body.fund, shared=True):
        raise InvalidFinance(f"There is no fund {body.fund}.", [FieldError("fund", "no such fund")])
    errors = []
    lines = {line.code for line in await funds.lines(tx, body.fund, body.financial_year.label)}
    if body.budget_line not in lines:
        errors.append(FieldError("budget_line", f"no such line of {body.fund} in {body.financial_year}"))
    if body.partner not in {partner.code for partner in await funds.partners(tx, body.fund)}:
        errors.append(FieldError("partner", f"no partner of {body.fund}"))
    if errors:
        raise InvalidFinance(f"{body.fund} has no such budget line or partner.", errors)


async def _check_attribution(tx: Tx, body: SchemeBody, link: LinkBody) -> None:
    others = await schemes.attributions(tx, (link.indicator, link.area), body.financial_year.label)
    others.pop(body.code, None)
    if not attribution_room(others, link.attribution):
        claims = ", ".join(f"{code} ({plain(share)})" for code, share in sorted(others.items()))
        raise AttributionExceeded(
            f"Of {link.indicator} in {link.area} in {body.financial_year} is claimed already: {claims}. "
            f"With {plain(link.attribution)} more it would be over 1.",
            [FieldError("link.attribution", f"at most {plain(1 - sum(others.values(), NOTHING))} is left")],
        )


async def book(tx: Tx, code: str) -> Book:
    found = await ledger.open_books(tx, [code])
    if not found:
        raise SchemeUnknown(f"There is no scheme {code}.")
    return found[0]


async def get(tx: Tx, code: str) -> SchemeOut:
    return scheme_out(await book(tx, code))


async def find(tx: Tx, filters: Mapping[str, str | None], paging: PageRequest) -> OldPage[SchemeOut]:
    codes = await schemes.codes(tx, filters, paging.after, paging.limit)
    shown = [scheme_out(found) for found in await ledger.open_books(tx, codes)]
    return old_page(shown, paging.limit, key=lambda scheme: scheme.code)


async def entries(tx: Tx, code: str, state: State | None, paging: PageRequest) -> OldPage[EntryOut]:
    if not await schemes.exists(tx, code):
        raise SchemeUnknown(f"There is no scheme {code}.")
    after = None if paging.after is None else _entry_id(paging.after)
    rows = await schemes.entries(tx, code, state, after, paging.limit)
    return old_page([entry_out(row) for row in rows], paging.limit, key=lambda entry: str(entry.id))


def _entry_id(cursor: str) -> int:
    known = cursor.isascii() and cursor.isdigit() and len(cursor) <= len(str(LAST_ENTRY))
    if not known or int(cursor) > LAST_ENTRY:
        raise BadRequest("This cursor is not one of these entries.", [FieldError("cursor", "take it from `next`")])
    return int(cursor)


async def post_entry(tx: Tx, code: str, body: EntryBody) -> tuple[EntryOut, bool]:
    """Post validated or banked money. The same reference with the same content again is a no-op (false)."""
    await ledger.lock_schemes(tx, [code])
    of_scheme = await book(tx, code)
    known = await schemes.entry_by_reference(tx, code, body.reference)
    if known is not None:
        return _same(known, body), False
    if of_scheme.scheme.withdrawn_at is not None:
        raise SchemeWithdrawn(f"{code} was withdrawn: {of_scheme.scheme.withdrawn_reason}")
    _check_posting(of_scheme, body)
    await ledger.post(tx, [_entry_row(tx, code, body)])
    amounts = Amounts(body.amount.amount, NOTHING)
    of_scheme.posted.append(Posted(State(body.state), body.period, _posted_in(body), amounts))
    _check_banked(of_scheme)
    await publish(tx, of_scheme, ())
    return entry_out(await schemes.entry_of(tx, code, body.reference)), True


async def withdraw(tx: Tx, code: str, body: SchemePatch) -> SchemeOut:
    """End a scheme: it claims nothing more, what it indicated is taken back, and its code stays taken. Again: no-op.

    Raises:
        SchemeHoldsMoney: validated or banked money stands on it; finance takes that back first.
    """
    await ledger.lock_schemes(tx, [code])
    of_scheme = await book(tx, code)
    if of_scheme.scheme.withdrawn_at is not None:
        return scheme_out(of_scheme)
    held = totals(of_scheme.posted)
    if held.validated or held.banked:
        raise SchemeHoldsMoney(
            f"{in_pounds(held.validated)} validated and {in_pounds(held.banked)} banked stand on {code}. "
            "Take them back with postings of the opposite sign."
        )
    await reverse(tx, of_scheme, body.reason)
    await schemes.withdraw(tx, code, body.reason)
    await publish(tx, await book(tx, code), ())
    return scheme_out(await book(tx, code))


def _posted_in(body: EntryBody) -> Period:
    return body.posted_in or Period.quarter_of(body.period.end)


def _same(known: Entry, body: EntryBody) -> EntryOut:
    there = (known.state, ledger.period_of(known), known.posted_quarter, known.cash, known.reason)
    if there != (body.state, body.period, _posted_in(body).start, body.amount.amount, body.reason):
        raise ReferenceUsed(f"{body.reference} was posted with other content.", [FieldError("reference", "in use")])
    return entry_out(known)


def _check_posting(of_scheme: Book, body: EntryBody) -> None:
    quarter, year = _posted_in(body), of_scheme.year
    if body.period.start < year.start or body.period.end > year.end:
        raise InvalidFinance(f"{body.period} is not within {year}.", [FieldError("period", f"not within {year}")])
    if quarter.end < body.period.end:
        raise InvalidFinance(
            f"{quarter} ends before {body.period} does.", [FieldError("posted_in", "before the period ends")]
        )
    if quarter in of_scheme.closed:
        raise QuarterClosed(f"{quarter} is closed. Post the correction in an open quarter with posted_in.")


def _check_banked(of_scheme: Book) -> None:
    now = totals(of_scheme.posted)
    if now.banked > now.validated:
        raise BankedBeyondValidated(f"{in_pounds(now.banked)} would be banked of {in_pounds(now.validated)} validated.")


def _entry_row(tx: Tx, code: str, body: EntryBody) -> dict[str, Any]:
    quarter = _posted_in(body)
    return {
        "scheme": code,
        "state": body.state,
        **ledger.columns_of(body.period),
        "posted_quarter": quarter.start,
        "corrects": corrects(body.period, quarter, first=True),
        "cash": pounds(body.amount.amount).amount,
        "non_cash": pounds(0).amount,
        **dict.fromkeys(("indicator", "area", "revision", "rule_version", "event_id")),
        "reference": body.reference,
        "reason": body.reason,
        "actor": tx.actor,
        "at": tx.now,
    }
