"""Schemes with all that their positions are made of, many schemes at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from chassis.storage.transaction import Tx
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.budget import Budget
from services.finance.domain.capping import LineCap, cap_line
from services.finance.domain.fund import ClosedQuarters
from services.finance.domain.savings import Observation
from services.finance.domain.scheme import Scheme, SchemeAccount, SeriesPolarity
from services.finance.models import ObservationRow, SchemeRow, SeriesRow
from services.finance.repository.closed_quarters import get_closed_quarters
from services.finance.repository.entries import LineKey, get_banked_by_line, get_posted
from services.finance.repository.funds import get_budgets
from services.finance.repository.observations import observation_of, series_polarity
from services.finance.repository.schemes import get_schemes, is_of_series


async def get_accounts(tx: Tx, codes: Collection[str], as_at: AsAt = PRESENT) -> list[SchemeAccount]:
    """The accounts of these schemes, in the order of their codes. Those that are unknown, or were, are left out."""
    known = [scheme.as_it_was(as_at) for scheme in await get_schemes(tx, codes)]
    funds = {scheme.definition.fund for scheme in known if scheme is not None}
    if not funds:
        return []
    budgets, closed = await get_budgets(tx, funds, as_at), await get_closed_quarters(tx, funds, as_at)
    schemes = [scheme for scheme in known if scheme is not None and _line_of(scheme) in budgets]
    caps = await _get_caps(tx, {_line_of(scheme) for scheme in schemes}, budgets, closed, as_at)
    polarities = await _get_polarities(tx, codes) if as_at.is_present else {}
    observations = await _get_observations(tx, codes) if as_at.is_present else {}
    posted = await get_posted(tx, codes, as_at)
    return [
        SchemeAccount(
            scheme=scheme,
            budget=budgets[_line_of(scheme)],
            closed_quarters=closed[scheme.definition.fund].quarters,
            polarity=polarities.get(scheme.code),
            observations=tuple(observations.get(scheme.code, ())),
            posted=tuple(posted.get(scheme.code, ())),
            line_cap=caps[_line_of(scheme)],
            as_at=as_at,
        )
        for scheme in schemes
    ]


def _line_of(scheme: Scheme) -> LineKey:
    agreed = scheme.definition
    return agreed.fund, agreed.financial_year.label, agreed.budget_line


async def _get_caps(
    tx: Tx,
    lines: Collection[LineKey],
    budgets: Mapping[LineKey, Budget],
    closed: Mapping[str, ClosedQuarters],
    as_at: AsAt,
) -> Mapping[LineKey, LineCap]:
    banked = await get_banked_by_line(tx, lines, as_at)
    return {
        (fund, year, code): cap_line(
            budgets[fund, year, code].net_budget, banked.get((fund, year, code), ()), closed[fund].of_line(year, code)
        )
        for fund, year, code in lines
    }


async def _get_polarities(tx: Tx, codes: Collection[str]) -> Mapping[str, SeriesPolarity]:
    query = select(SchemeRow.code, *SeriesRow.__table__.c).join(SeriesRow, is_of_series(SeriesRow))
    rows = await tx.session.execute(query.where(SchemeRow.code.in_(codes)))
    found = {row.code: series_polarity(row) for row in rows}
    return {code: polarity for code, polarity in found.items() if polarity is not None}


async def _get_observations(tx: Tx, codes: Collection[str]) -> Mapping[str, Sequence[Observation]]:
    of_scheme = (
        is_of_series(ObservationRow)
        & (ObservationRow.period_start >= SchemeRow.year_start)
        & (ObservationRow.period_end <= SchemeRow.year_end)
    )
    query = select(SchemeRow.code, *ObservationRow.__table__.c).join(ObservationRow, of_scheme)
    found: dict[str, list[Observation]] = defaultdict(list)
    for row in await tx.session.execute(query.where(SchemeRow.code.in_(codes)).order_by(ObservationRow.period_end)):
        found[row.code].append(observation_of(row))
    return found
