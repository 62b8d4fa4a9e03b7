"""Bring the ledger to what the facts say, and tell the world where a position moved. The one way entries come about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chassis.events.outbox import emit
from chassis.storage.transaction import Tx
from contracts.colours import Colour
from contracts.indicators import ObservationStatus
from contracts.money import pounds
from contracts.period import Period
from services.finance.domain.explanation import explain
from services.finance.domain.ledger import Posted, State, corrects, indicated_by_period, posting_quarter
from services.finance.domain.position import PlannedPeriod, Position, position, totals
from services.finance.domain.savings import NO_AMOUNTS, Amounts, Fact, difference, due, rule_version
from services.finance.events import fingerprint, new_event, saving_restated
from services.finance.repository import books as ledger
from services.finance.repository import schemes
from services.finance.repository.books import Book


async def restate(tx: Tx, codes: Collection[str], news: Collection[str] = ()) -> None:
    """Post what is missing between the facts and the ledgers of these schemes, and publish each that moved.

    ``news`` are the ids of the events just heard; those that still stand behind a fact are named as causes.
    """
    if not codes:
        return
    await ledger.lock_schemes(tx, codes)
    books = await ledger.open_books(tx, codes)
    rows = {book.scheme.code: _missing(tx, book) for book in books}
    await ledger.post(tx, [row for found in rows.values() for row in found])
    for book in books:
        causes = {row["event_id"] for row in rows[book.scheme.code]}
        causes |= {fact.event_id for fact in book.facts if fact.event_id in news}
        await publish(tx, book, causes)


async def publish(tx: Tx, book: Book, caused_by: Iterable[str]) -> None:
    """Publish the scheme's position, unless it is the one published last."""
    state = saving_restated(book.scheme, position_of(book), why(book), caused_by)
    news = fingerprint(state)
    if news == book.scheme.published:
        return
    version = book.scheme.version + 1
    await schemes.mark_published(tx, book.scheme.code, version, news)
    emit(tx, new_event(state, version))


def why(book: Book) -> str:
    """How the indicated figure was made, in words."""
    if book.scheme.withdrawn_at is not None:
        return f"Withdrawn, so worth nothing: {book.scheme.withdrawn_reason}"
    return explain(book.link, book.polarity, book.facts)


def position_of(book: Book) -> Position:
    """Where the scheme stands. A withdrawn one plans nothing and is judged by nothing."""
    made = _position(book, [] if book.scheme.withdrawn_at else book.plan)
    return replace(made, colour=Colour.NONE) if book.scheme.withdrawn_at else made


def _position(book: Book, plan: Sequence[PlannedPeriod]) -> Position:
    return position(
        plan,
        totals=totals(book.posted),
        budget=book.line.net_budget,
        confidence=book.scheme.confidence,
        optimism_bias=book.scheme.optimism_bias,
        flags=_flags(book),
    )


def _flags(book: Book) -> set[str]:
    """What a reader of the indicated figure has to know besides."""
    found = {"illustrative"} if book.scheme.illustrative else set()
    if book.scheme.withdrawn_at is not None:
        return found | {"withdrawn_scheme"}
    if book.link is None:
        return found
    if book.polarity is None or not book.facts:
        return found | {"nothing_heard"}
    for fact in book.facts:
        made = due(book.link, book.polarity, fact)
        if made is None:
            continue
        if made.flag:
            found.add(made.flag)
        elif fact.status is ObservationStatus.PROVISIONAL:
            found.add("provisional")
    return found


def _missing(tx: Tx, book: Book) -> list[dict[str, Any]]:
    """The entries still to be posted; each is added to the book as well."""
    already, rows = indicated_by_period(book.posted), []
    for fact in book.facts:
        if book.link is None or book.polarity is None or book.scheme.withdrawn_at is not None:
            break
        made = due(book.link, book.polarity, fact)
        change = None if made is None else difference(made.amounts, already.get(fact.period, NO_AMOUNTS))
        if change is not None:
            rows.append(_entry(tx, book, fact, change, already))
    return rows


async def reverse(tx: Tx, book: Book, reason: str) -> None:
    """Take back all that was indicated, period by period, in open quarters."""
    facts = {fact.period: fact for fact in book.facts}
    already, rows = indicated_by_period(book.posted), []
    for period, amounts in already.items():
        back, fact = difference(NO_AMOUNTS, amounts), facts.get(period)
        if back is not None and fact is not None:
            row = _entry(tx, book, fact, back, already)
            rows.append(row | {"rule_version": f"{row['rule_version']}.withdrawn", "event_id": None, "reason": reason})
    await ledger.post(tx, rows)


def _entry(tx: Tx, book: Book, fact: Fact, change: Amounts, already: Mapping[Period, Amounts]) -> dict[str, Any]:
    quarter, first = posting_quarter(fact.period, book.closed), fact.period not in already
    book.posted.append(Posted(State.INDICATED, fact.period, quarter, change))
    return {
        "scheme": book.scheme.code,
        "state": State.INDICATED.value,
        **ledger.columns_of(fact.period),
        "posted_quarter": quarter.start,
        "corrects": corrects(fact.period, quarter, first=first),
        "cash": pounds(change.cash).amount,
        "non_cash": pounds(change.non_cash).amount,
        "indicator": book.scheme.indicator,
        "area": book.scheme.area,
        "revision": fact.revision,
        "rule_version": rule_version(book.polarity_since),
        "event_id": fact.event_id,
        "reference": None,
        "reason": f"Indicator, revision {fact.revision} ({fact.status})",
        "actor": tx.actor,
        "at": tx.now,
    }
