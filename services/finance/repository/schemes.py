"""Schemes: what was agreed of them, page by page and one by one."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, select, update

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import insert_many, insert_or_ignore, table_of
from chassis.storage.cases import refuse_other_case
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.attribution import Attribution
from services.finance.domain.budget import LineKey
from services.finance.domain.savings import SharedCost
from services.finance.domain.scheme import (
    PlannedPeriod,
    Scheme,
    SchemeDefinition,
    SchemeOrder,
    SeriesPolarity,
    Withdrawal,
)
from services.finance.domain.series import Series
from services.finance.models import FundRow, SchemeBaselineRow, SchemePlanRow, SchemeRow, SeriesRow
from services.finance.repository import shared_cost_format
from services.finance.repository.observations import series_polarity
from services.finance.repository.scheme_rows import baseline_rows, plan_rows, row_of, scheme_of, withdrawal_columns

_COLUMNS = SchemeRow.__table__.c


async def insert_scheme(tx: Tx, scheme: Scheme) -> bool:
    """Insert a scheme with its planned periods and baselines; false when its code is taken.

    Raises:
        CodeInOtherCase
    """
    if not await insert_or_ignore(tx, SchemeRow, [row_of(scheme)], ("code",), returning=("code",)):
        return False
    await refuse_other_case(tx, _COLUMNS.code, scheme.code)
    await insert_many(tx, SchemePlanRow, plan_rows(scheme.definition))
    await insert_many(tx, SchemeBaselineRow, baseline_rows(scheme.definition))
    return True


async def lock_schemes(tx: Tx, codes: Collection[str]) -> None:
    """Lock the funds of these schemes against closing a quarter, then the schemes, each in the order of the codes."""
    funds = select(SchemeRow.fund).where(SchemeRow.code.in_(codes))
    await tx.session.execute(
        select(FundRow.code).where(FundRow.code.in_(funds)).order_by(FundRow.code).with_for_update(read=True)
    )
    await tx.session.execute(
        select(SchemeRow.code).where(SchemeRow.code.in_(codes)).order_by(SchemeRow.code).with_for_update()
    )


async def get_schemes(tx: Tx, codes: Collection[str]) -> list[Scheme]:
    """These schemes in the order of their codes. Unknown codes are left out."""
    return [scheme for scheme, _ in await get_schemes_with_polarities(tx, codes)]


async def get_schemes_with_polarities(tx: Tx, codes: Collection[str]) -> list[tuple[Scheme, SeriesPolarity | None]]:
    """The same, each with the polarity of its series, null where no event of that has been read."""
    query = select(SchemeRow).where(SchemeRow.code.in_(codes)).order_by(SchemeRow.code)
    rows = list(await tx.session.scalars(query.execution_options(populate_existing=True)))
    if not rows:
        return []
    plans, baselines = await _get_plans(tx, codes), await _get_baselines(tx, codes)
    polarities = await _get_polarities(tx, codes)
    return [
        (
            scheme_of(row, plans[row.code], baselines[row.code], pending=row.code not in polarities),
            polarities.get(row.code),
        )
        for row in rows
    ]


async def _get_plans(tx: Tx, codes: Collection[str]) -> Mapping[str, Sequence[PlannedPeriod]]:
    found: dict[str, list[PlannedPeriod]] = defaultdict(list)
    query = select(SchemePlanRow).where(SchemePlanRow.scheme.in_(codes)).order_by(SchemePlanRow.period_start)
    for row in await tx.session.scalars(query):
        found[row.scheme].append(PlannedPeriod(row.period, row.low, row.high))
    return found


async def _get_baselines(tx: Tx, codes: Collection[str]) -> Mapping[str, Mapping[Period, Decimal]]:
    found: dict[str, dict[Period, Decimal]] = defaultdict(dict)
    query = select(SchemeBaselineRow).where(SchemeBaselineRow.scheme.in_(codes)).order_by(SchemeBaselineRow.period_end)
    for row in await tx.session.scalars(query):
        found[row.scheme][row.period] = row.value
    return found


def is_of_series(row: Any) -> ColumnElement[bool]:
    """Whether a row that has the columns of a series is of the one that a scheme is linked to."""
    same: ColumnElement[bool] = (
        (row.indicator == SchemeRow.indicator) & (row.area == SchemeRow.area) & (row.breakdown == SchemeRow.breakdown)
    )
    return same


async def _get_polarities(tx: Tx, codes: Collection[str]) -> Mapping[str, SeriesPolarity]:
    """Of those of whose series an event has been read."""
    query = select(SchemeRow.code, *SeriesRow.__table__.c).join(SeriesRow, is_of_series(SeriesRow))
    rows = await tx.session.execute(query.where(SchemeRow.code.in_(codes)))
    found = {row.code: series_polarity(row) for row in rows}
    return {code: polarity for code, polarity in found.items() if polarity is not None}


async def list_attributions(tx: Tx, series: Series, financial_year: Period) -> dict[str, Decimal]:
    """What each scheme of the year claims of this indicator in this area, all breakdowns together.

    Withdrawn schemes claim nothing.
    """
    query = select(SchemeRow.code, SchemeRow.attribution).where(
        SchemeRow.indicator == series.indicator,
        SchemeRow.area == series.area,
        SchemeRow.financial_year == financial_year.label,
        SchemeRow.withdrawn_at.is_(None),
    )
    return {code: claim for code, claim in await tx.session.execute(query) if claim is not None}


async def list_all_attributions(
    tx: Tx, *, indicator: str | None = None, area: str | None = None, financial_year: Period | None = None
) -> list[Attribution]:
    """What linked schemes claim of each indicator in each area and year; withdrawn schemes claim nothing."""
    query = select(SchemeRow.indicator, SchemeRow.area, SchemeRow.financial_year, SchemeRow.code, SchemeRow.attribution)
    query = query.where(SchemeRow.attribution.is_not(None), SchemeRow.withdrawn_at.is_(None))
    if indicator is not None:
        query = query.where(SchemeRow.indicator == indicator)
    if area is not None:
        query = query.where(SchemeRow.area == area)
    if financial_year is not None:
        query = query.where(SchemeRow.financial_year == financial_year.label)
    claims: dict[tuple[str, str, str], dict[str, Decimal]] = defaultdict(dict)
    for of, where, year, code, claim in await tx.session.execute(query.order_by(SchemeRow.code)):
        if of is not None and where is not None and claim is not None:
            claims[of, where, year][code] = claim
    found = [Attribution(of, where, Period.parse(year), each) for (of, where, year), each in claims.items()]
    return sorted(found, key=lambda one: one.key)


async def scheme_exists(tx: Tx, code: str) -> bool:
    return await tx.session.scalar(select(SchemeRow.code).where(SchemeRow.code == code)) is not None


async def list_codes(tx: Tx, filters: Mapping[str, str | None], request: PageRequest) -> Page[str]:
    """Codes of the schemes that match."""
    query = select(SchemeRow.code)
    for name, wanted in filters.items():
        if wanted is not None:
            query = query.where(getattr(SchemeRow, name) == wanted)
    return (await list_page(tx, query, _ORDERS, request)).of(lambda row: str(row.code))


_ORDERS = Orders((_COLUMNS.code,), {SchemeOrder.CODE: (), SchemeOrder.NAME: (_COLUMNS.name,)})


async def list_published_codes(tx: Tx) -> list[str]:
    """Of the schemes that have an event."""
    return list(await tx.session.scalars(select(SchemeRow.code).where(SchemeRow.version > 0).order_by(SchemeRow.code)))


async def list_all_codes(tx: Tx) -> list[str]:
    return list(await tx.session.scalars(select(SchemeRow.code).order_by(SchemeRow.code)))


async def list_codes_of_fund(tx: Tx, fund: str, financial_year: Period | None = None) -> list[str]:
    of_fund = {"of_fund": fund}
    if financial_year is None:
        return list(await tx.session.scalars(_CODES_OF_FUND, of_fund))
    return list(await tx.session.scalars(_CODES_OF_YEAR, of_fund | {"of_year": financial_year.label}))


_SCHEME: Final = SchemeRow.__table__.c
_CODES_OF_FUND: Final = select(_SCHEME.code).where(_SCHEME.fund == bindparam("of_fund")).order_by(_SCHEME.code)
_CODES_OF_YEAR: Final = _CODES_OF_FUND.where(_SCHEME.financial_year == bindparam("of_year"))


async def list_plans_in_budget(tx: Tx, fund: str) -> Mapping[LineKey, Mapping[str, Decimal]]:
    """By year and line, what each scheme that is in the budget of it plans at most; those withdrawn plan nothing."""
    planned: dict[LineKey, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    query = select(SchemeRow.code, SchemeRow.financial_year, SchemeRow.budget_line, SchemePlanRow.high)
    query = query.join(SchemePlanRow, SchemePlanRow.scheme == SchemeRow.code)
    query = query.where(SchemeRow.fund == fund, SchemeRow.in_budget, SchemeRow.withdrawn_at.is_(None))
    for code, year, line, high in await tx.session.execute(query):
        planned[Period.parse(year), line][code] += high
    return planned


async def list_codes_on_line(tx: Tx, agreed: SchemeDefinition) -> list[str]:
    """The schemes of the same budget line."""
    query = select(SchemeRow.code).where(
        SchemeRow.fund == agreed.fund,
        SchemeRow.financial_year == agreed.financial_year.label,
        SchemeRow.budget_line == agreed.budget_line,
    )
    return list(await tx.session.scalars(query))


async def get_users_of_costs(tx: Tx, unit_costs: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Codes of the schemes that reckon with each unit cost of the library. Withdrawn ones do no more."""
    found: dict[str, list[str]] = {code: [] for code in unit_costs}
    query = select(SchemeRow.unit_cost_code, SchemeRow.code).where(
        SchemeRow.unit_cost_code.in_(unit_costs), SchemeRow.withdrawn_at.is_(None)
    )
    for unit_cost, code in await tx.session.execute(query.order_by(SchemeRow.code)):
        found[str(unit_cost)].append(code)
    return found


async def save_shared_costs(tx: Tx, costs: Sequence[SharedCost]) -> None:
    """Save the versions of each unit cost with the schemes that reckon with it, which are locked."""
    if not costs:
        return
    is_used = (_COLUMNS.unit_cost_code == bindparam("used")) & _COLUMNS.withdrawn_at.is_(None)
    saved = bindparam("versions", type_=_COLUMNS.shared_cost.type)
    connection = await tx.session.connection()
    await connection.execute(
        update(table_of(SchemeRow)).where(is_used).values(shared_cost=saved),
        [{"used": cost.code, "versions": shared_cost_format.written(cost)} for cost in costs],
    )


async def save_withdrawal(tx: Tx, code: str, withdrawal: Withdrawal) -> None:
    await tx.session.execute(update(SchemeRow).where(SchemeRow.code == code).values(**withdrawal_columns(withdrawal)))


async def save_published(tx: Tx, code: str, version: int, fingerprint: str) -> None:
    changed = {"version": version, "published": fingerprint}
    await tx.session.execute(update(SchemeRow).where(SchemeRow.code == code).values(**changed))
