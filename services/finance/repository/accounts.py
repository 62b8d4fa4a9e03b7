"""Schemes with all that their positions are made of, many schemes at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.budget import Budget
from services.finance.domain.capping import Banked, LineCap, cap_line
from services.finance.domain.fund import ClosedQuarters, Fund
from services.finance.domain.ledger import PostedAmounts, State
from services.finance.domain.savings import Observation
from services.finance.domain.scheme import Scheme, SchemeAccount, SeriesPolarity
from services.finance.models import ObservationRow, SchemeRow
from services.finance.repository.closed_quarters import get_closed_quarters
from services.finance.repository.entries import LineKey, get_banked_by_line, get_posted
from services.finance.repository.funds import get_budgets
from services.finance.repository.observations import observation_of
from services.finance.repository.schemes import get_schemes_with_polarities, is_of_series, list_codes_of_fund

Known = Mapping[str, tuple[Scheme, SeriesPolarity | None]]
"""Schemes by code, in order, each with the polarity of its series."""
Posted = Mapping[str, Sequence[PostedAmounts]]


@dataclass(frozen=True, slots=True)
class _Lines:
    """Budget lines of funds, the funds' closed quarters, and what schemes banked on each line."""

    budgets: Mapping[LineKey, Budget]
    closed: Mapping[str, ClosedQuarters]
    banked: Mapping[LineKey, Sequence[Banked]]

    def caps(self, lines: Iterable[LineKey]) -> Mapping[LineKey, LineCap]:
        return {
            line: cap_line(
                self.budgets[line].current, self.banked.get(line, ()), self.closed[line[0]].of_line(*line[1:])
            )
            for line in lines
        }


async def get_accounts(tx: Tx, codes: Collection[str], as_at: AsAt = PRESENT) -> list[SchemeAccount]:
    """The accounts of these schemes, in the order of their codes. Those that are unknown, or were, are left out."""
    known = await _get_known(tx, codes, as_at)
    if not known:
        return []
    funds, on = {scheme.definition.fund for scheme, _ in known.values()}, _lines_of(known)
    lines = _Lines(
        await get_budgets(tx, funds, as_at),
        await get_closed_quarters(tx, funds, as_at),
        await get_banked_by_line(tx, on, as_at),
    )
    return await _get_of_known(tx, known, lines, await get_posted(tx, codes, as_at), as_at)


async def get_accounts_of_fund(
    tx: Tx, fund: Fund, financial_year: Period | None = None, as_at: AsAt = PRESENT
) -> list[SchemeAccount]:
    """The accounts of all schemes of a fund that was read, or of a year of it, in the order of their codes."""
    code = fund.summary.code
    codes = await list_codes_of_fund(tx, code, financial_year)
    if not codes:
        return []
    known = await _get_known(tx, codes, as_at)
    if not known:
        return []
    posted = await get_posted(tx, codes, as_at)
    budgets = {(code, *line): budget for line, budget in fund.budgets.items()}
    return await _get_of_known(
        tx, known, _Lines(budgets, {code: fund.closed}, _banked_by_line(known, posted)), posted, as_at
    )


async def _get_known(tx: Tx, codes: Collection[str], as_at: AsAt) -> Known:
    found = [(scheme.as_it_was(as_at), polarity) for scheme, polarity in await get_schemes_with_polarities(tx, codes)]
    return {
        scheme.code: (scheme, polarity if as_at.is_present else None)
        for scheme, polarity in found
        if scheme is not None
    }


async def _get_of_known(tx: Tx, known: Known, lines: _Lines, posted: Posted, as_at: AsAt) -> list[SchemeAccount]:
    caps = lines.caps(_lines_of(known) & lines.budgets.keys())
    observations = await _get_observations(tx, known) if as_at.is_present else {}
    return [
        SchemeAccount(
            scheme=scheme,
            budget=lines.budgets[_line_of(scheme)],
            closed_quarters=lines.closed[scheme.definition.fund].quarters,
            polarity=polarity,
            observations=tuple(observations.get(code, ())),
            posted=tuple(posted.get(code, ())),
            line_cap=caps[_line_of(scheme)],
            as_at=as_at,
        )
        for code, (scheme, polarity) in known.items()
        if _line_of(scheme) in lines.budgets
    ]


def _line_of(scheme: Scheme) -> LineKey:
    agreed = scheme.definition
    return agreed.fund, agreed.financial_year.label, agreed.budget_line


def _lines_of(known: Known) -> set[LineKey]:
    return {_line_of(scheme) for scheme, _ in known.values()}


def _banked_by_line(known: Known, posted: Posted) -> Mapping[LineKey, Sequence[Banked]]:
    """What was banked on lines of which every scheme is known."""
    found: dict[LineKey, list[Banked]] = defaultdict(list)
    for code, (scheme, _) in known.items():
        for one in posted.get(code, ()):
            if one.state is State.BANKED:
                found[_line_of(scheme)].append(Banked(code, one.quarter, one.amounts.cash))
    return found


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
