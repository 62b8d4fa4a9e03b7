"""Schemes and their entries."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from chassis.storage.bulk import insert_many, insert_or_ignore
from chassis.storage.transaction import Tx
from services.finance.models import Entry, Scheme, SchemeBaseline, SchemePlan
from services.finance.repository.facts import Pair


async def add_scheme(tx: Tx, row: Mapping[str, Any], plan: Sequence[Any], baselines: Sequence[Any]) -> bool:
    """Insert a scheme with its planned periods and baselines; false when its code is taken."""
    if not await insert_or_ignore(tx, Scheme, [row], ("code",), returning=("code",)):
        return False
    await insert_many(tx, SchemePlan, plan)
    await insert_many(tx, SchemeBaseline, baselines)
    return True


async def attributions(tx: Tx, pair: Pair, financial_year: str) -> dict[str, Decimal]:
    """What each scheme of the year claims of this indicator in this area; withdrawn ones claim nothing."""
    query = select(Scheme.code, Scheme.attribution).where(
        Scheme.indicator == pair[0],
        Scheme.area == pair[1],
        Scheme.financial_year == financial_year,
        Scheme.withdrawn_at.is_(None),
    )
    return {code: share for code, share in await tx.session.execute(query) if share is not None}


async def exists(tx: Tx, code: str) -> bool:
    return await tx.session.scalar(select(Scheme.code).where(Scheme.code == code)) is not None


async def codes(tx: Tx, filters: Mapping[str, str | None], after: str | None, limit: int) -> list[str]:
    """Codes of the schemes that match, in order, one more than ``limit`` where there are more."""
    query = select(Scheme.code).order_by(Scheme.code).limit(limit + 1)
    for name, wanted in filters.items():
        if wanted is not None:
            query = query.where(getattr(Scheme, name) == wanted)
    if after is not None:
        query = query.where(Scheme.code > after)
    return list(await tx.session.scalars(query))


async def codes_of_fund(tx: Tx, fund: str, financial_year: str | None = None) -> list[str]:
    query = select(Scheme.code).where(Scheme.fund == fund).order_by(Scheme.code)
    if financial_year is not None:
        query = query.where(Scheme.financial_year == financial_year)
    return list(await tx.session.scalars(query))


async def codes_on_line(tx: Tx, scheme: Scheme) -> list[str]:
    """The schemes that stand on the same budget line."""
    query = select(Scheme.code).where(
        Scheme.fund == scheme.fund,
        Scheme.financial_year == scheme.financial_year,
        Scheme.budget_line == scheme.budget_line,
    )
    return list(await tx.session.scalars(query))


async def entries(tx: Tx, code: str, state: str | None, after: int | None, limit: int) -> list[Entry]:
    query = select(Entry).where(Entry.scheme == code).order_by(Entry.id).limit(limit + 1)
    if state is not None:
        query = query.where(Entry.state == state)
    if after is not None:
        query = query.where(Entry.id > after)
    return list(await tx.session.scalars(query))


async def entry_by_reference(tx: Tx, code: str, reference: str) -> Entry | None:
    found: Entry | None = await tx.session.scalar(
        select(Entry).where(Entry.scheme == code, Entry.reference == reference)
    )
    return found


async def entry_of(tx: Tx, code: str, reference: str) -> Entry:
    """The entry of this reference, which is there."""
    found = await tx.session.execute(select(Entry).where(Entry.scheme == code, Entry.reference == reference))
    return found.scalar_one()


async def withdraw(tx: Tx, code: str, reason: str) -> None:
    said = {"withdrawn_at": tx.now, "withdrawn_by": tx.actor, "withdrawn_reason": reason}
    await tx.session.execute(update(Scheme).where(Scheme.code == code).values(**said))


async def mark_published(tx: Tx, code: str, version: int, fingerprint: str) -> None:
    await tx.session.execute(update(Scheme).where(Scheme.code == code).values(version=version, published=fingerprint))
