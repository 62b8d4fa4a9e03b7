"""Frameworks."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, select, update

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_or_ignore
from chassis.storage.cases import refuse_other_case
from chassis.storage.transaction import Tx
from services.indicators.domain.definitions import BenchmarkMethod, Framework
from services.indicators.models import FrameworkRow

_COLUMNS = tuple(FrameworkRow.__table__.c)


def _framework(row: Row[Any]) -> Framework:
    return Framework(row.code, row.name, BenchmarkMethod(row.benchmark_method), row.ended_on)


async def get_frameworks(tx: Tx, codes: Collection[str]) -> dict[str, Framework]:
    """Frameworks by code; what is not known is absent."""
    found = await tx.session.execute(select(*_COLUMNS).where(FrameworkRow.code.in_(codes)))
    return {row.code: _framework(row) for row in found}


async def list_frameworks(tx: Tx, page: PageRequest) -> list[Framework]:
    query = select(*_COLUMNS).order_by(FrameworkRow.code).limit(page.fetch)
    if page.after is not None:
        query = query.where(FrameworkRow.code > page.after)
    return [_framework(row) for row in await tx.session.execute(query)]


async def add_framework(tx: Tx, framework: Framework) -> bool:
    """Whether it was added; false where the code is taken.

    Raises:
        CodeInOtherCase
    """
    values = {"code": framework.code, "benchmark_method": framework.benchmark_method.value, **_changing(framework)}
    new = bool(await insert_or_ignore(tx, FrameworkRow, [values], ["code"], returning=["code"]))
    if new:
        await refuse_other_case(tx, FrameworkRow.__table__.c.code, framework.code)
    return new


def _changing(framework: Framework) -> dict[str, Any]:
    return {"name": framework.name, "ended_on": framework.ended_on}


async def lock_framework(tx: Tx, code: str) -> Framework | None:
    """Lock a framework for changing it."""
    row = (await tx.session.execute(select(*_COLUMNS).where(FrameworkRow.code == code).with_for_update())).one_or_none()
    return None if row is None else _framework(row)


async def save_framework(tx: Tx, framework: Framework) -> None:
    """Save a changed framework, which the caller has locked."""
    named = update(FrameworkRow).where(FrameworkRow.code == framework.code)
    await tx.session.execute(named.values(**_changing(framework)))
