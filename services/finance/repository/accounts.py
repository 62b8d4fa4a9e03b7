"""Schemes with all that their positions are made of, many schemes at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from chassis.storage.transaction import Tx
from chassis.storage.types import row_period
from contracts.colours import Polarity
from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.finance.domain.budget import Budget
from services.finance.domain.savings import Observation
from services.finance.domain.scheme import KnownPolarity, Scheme, SchemeAccount
from services.finance.models import ObservationRow, SchemeRow, SeriesRow
from services.finance.repository.entries import get_posted
from services.finance.repository.funds import get_budgets, get_closed_quarters
from services.finance.repository.schemes import get_schemes


async def get_accounts(tx: Tx, codes: Collection[str]) -> list[SchemeAccount]:
    """The accounts of these schemes, in the order of their codes. Unknown codes are left out."""
    schemes = await get_schemes(tx, codes)
    if not schemes:
        return []
    funds = {scheme.definition.fund for scheme in schemes}
    budgets, closed = await get_budgets(tx, funds), await get_closed_quarters(tx, funds)
    polarities, observations = await _get_polarities(tx, codes), await _get_observations(tx, codes)
    posted = await get_posted(tx, codes)
    return [
        SchemeAccount(
            scheme=scheme,
            budget=_budget(scheme, budgets),
            closed_quarters=closed.get(scheme.definition.fund, frozenset()),
            polarity=polarities.get(scheme.code),
            observations=tuple(observations[scheme.code]),
            posted=tuple(posted.get(scheme.code, ())),
        )
        for scheme in schemes
    ]


def _budget(scheme: Scheme, budgets: Mapping[tuple[str, Period, str], Budget]) -> Budget:
    agreed = scheme.definition
    return budgets[agreed.fund, agreed.financial_year, agreed.budget_line]


async def _get_polarities(tx: Tx, codes: Collection[str]) -> Mapping[str, KnownPolarity]:
    series = (SeriesRow.indicator == SchemeRow.indicator) & (SeriesRow.area == SchemeRow.area)
    query = select(SchemeRow.code, SeriesRow.polarity, SeriesRow.polarity_since).join(SeriesRow, series)
    rows = await tx.session.execute(query.where(SchemeRow.code.in_(codes)))
    return {code: KnownPolarity(Polarity(name), since) for code, name, since in rows if name is not None}


async def _get_observations(tx: Tx, codes: Collection[str]) -> Mapping[str, Sequence[Observation]]:
    of_scheme = (
        (ObservationRow.indicator == SchemeRow.indicator)
        & (ObservationRow.area == SchemeRow.area)
        & (ObservationRow.period_start >= SchemeRow.year_start)
        & (ObservationRow.period_end <= SchemeRow.year_end)
    )
    query = select(SchemeRow.code, *ObservationRow.__table__.c).join(ObservationRow, of_scheme)
    found: dict[str, list[Observation]] = defaultdict(list)
    for row in await tx.session.execute(query.where(SchemeRow.code.in_(codes)).order_by(ObservationRow.period_end)):
        status = ObservationStatus(row.status)
        found[row.code].append(Observation(row_period(row), row.value, row.revision, status, row.event_id))
    return found
