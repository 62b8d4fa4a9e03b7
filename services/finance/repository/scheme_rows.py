"""A scheme and its rows: the one mapping between them, both ways."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from chassis.storage.types import period_columns
from contracts.period import Period, PeriodKind
from services.finance.domain.savings import Baseline, SchemeLink, SharedCost, Terms, UnitCost
from services.finance.domain.scheme import Delivery, PlannedPeriod, Scheme, SchemeDefinition, Withdrawal, Workstream
from services.finance.models import SchemeRow
from services.finance.repository import notes_format, shared_cost_format
from services.finance.repository.observations import series_columns, series_of

Row = dict[str, Any]

_LINK_COLUMNS: Final = (
    "indicator",
    "area",
    "baseline_value",
    "baseline_every",
    "volume",
    "unit_cost",
    "unit_cost_source",
    "unit_cost_price_year",
    "unit_cost_from",
    "unit_cost_to",
    "unit_cost_code",
    "shared_cost",
    "marginal_rate",
    "attribution",
    "reprovision",
)


def row_of(scheme: Scheme) -> Row:
    agreed, withdrawal = scheme.definition, scheme.withdrawal
    return {
        "code": agreed.code,
        "name": agreed.name,
        "workstream": agreed.workstream.value,
        "fund": agreed.fund,
        "budget_line": agreed.budget_line,
        "partner": agreed.partner,
        "financial_year": agreed.financial_year.label,
        "year_start": agreed.financial_year.start,
        "year_end": agreed.financial_year.end,
        "cashable_share": agreed.cashable_share,
        "recurrent": agreed.recurrent,
        "delivered_by": agreed.delivered_by.value,
        "optimism_bias": agreed.optimism_bias,
        "confidence": agreed.confidence,
        "illustrative": agreed.illustrative,
        **_link_columns(agreed.link),
        "version": scheme.version,
        "published": scheme.published,
        "created_at": scheme.created_at,
        "created_by": scheme.created_by,
        "business_date": scheme.business_date,
        **withdrawal_columns(withdrawal),
        "notes": notes_format.written(agreed.notes),
        "in_budget": agreed.in_budget,
    }


def _link_columns(link: SchemeLink | None) -> Row:
    if link is None:
        return dict.fromkeys(_LINK_COLUMNS) | {"breakdown": ""}
    terms = link.terms
    return {
        **series_columns(link.series),
        "baseline_value": link.baseline.value,
        "baseline_every": None if link.baseline.every is None else link.baseline.every.value,
        "volume": terms.volume,
        **_cost_columns(terms.unit_cost),
        "marginal_rate": terms.marginal_rate,
        "attribution": terms.attribution,
        "reprovision": terms.reprovision,
    }


def _cost_columns(cost: UnitCost | SharedCost) -> Row:
    own, shared = (cost, None) if isinstance(cost, UnitCost) else (None, cost)
    return {
        "unit_cost": None if own is None else own.amount,
        "unit_cost_source": None if own is None else own.source,
        "unit_cost_price_year": None if own is None else own.price_year,
        "unit_cost_from": None if own is None else own.effective_from,
        "unit_cost_to": None if own is None else own.effective_to,
        "unit_cost_code": None if shared is None else shared.code,
        "shared_cost": None if shared is None else shared_cost_format.written(shared),
    }


def withdrawal_columns(withdrawal: Withdrawal | None) -> Row:
    if withdrawal is None:
        return dict.fromkeys(("withdrawn_at", "withdrawn_by", "withdrawn_on", "withdrawn_reason"))
    return {
        "withdrawn_at": withdrawal.at,
        "withdrawn_by": withdrawal.by,
        "withdrawn_on": withdrawal.business_date,
        "withdrawn_reason": withdrawal.reason,
    }


def plan_rows(agreed: SchemeDefinition) -> list[Row]:
    return [
        {"scheme": agreed.code, **period_columns(part.period), "low": part.low, "high": part.high}
        for part in agreed.plan
    ]


def baseline_rows(agreed: SchemeDefinition) -> list[Row]:
    periods = {} if agreed.link is None else agreed.link.baseline.periods
    return [{"scheme": agreed.code, **period_columns(period), "value": value} for period, value in periods.items()]


def scheme_of(
    row: SchemeRow, plan: Sequence[PlannedPeriod], baselines: Mapping[Period, Decimal], *, pending: bool
) -> Scheme:
    """The scheme of its rows; ``pending`` where no event of its series has been read."""
    return Scheme(
        definition=_definition(row, plan, baselines),
        version=row.version,
        published=row.published,
        created_at=row.created_at,
        created_by=row.created_by,
        business_date=row.business_date,
        withdrawal=_withdrawal(row),
        pending=row.indicator is not None and pending,
    )


def _definition(row: SchemeRow, plan: Sequence[PlannedPeriod], baselines: Mapping[Period, Decimal]) -> SchemeDefinition:
    return SchemeDefinition(
        code=row.code,
        name=row.name,
        workstream=Workstream(row.workstream),
        fund=row.fund,
        budget_line=row.budget_line,
        partner=row.partner,
        financial_year=Period.parse(row.financial_year),
        plan=tuple(plan),
        cashable_share=row.cashable_share,
        recurrent=row.recurrent,
        delivered_by=Delivery(row.delivered_by),
        optimism_bias=row.optimism_bias,
        confidence=row.confidence,
        illustrative=row.illustrative,
        link=_link(row, baselines),
        notes=notes_format.read(row.notes),
        in_budget=row.in_budget,
    )


def _withdrawal(row: SchemeRow) -> Withdrawal | None:
    if row.withdrawn_at is None or row.withdrawn_on is None:
        return None
    return Withdrawal(row.withdrawn_at, row.withdrawn_by or "", row.withdrawn_reason or "", row.withdrawn_on)


def _link(row: SchemeRow, baselines: Mapping[Period, Decimal]) -> SchemeLink | None:
    if row.indicator is None or row.area is None:
        return None
    every = None if row.baseline_every is None else PeriodKind(row.baseline_every)
    return SchemeLink(
        series=series_of(row),
        year=Period.parse(row.financial_year),
        baseline=Baseline(row.baseline_value, every, baselines),
        terms=_terms(row),
    )


def _terms(row: SchemeRow) -> Terms:
    """The columns of a linked scheme, none of which is null but those of the unit cost."""
    zero = Decimal(0)
    return Terms(
        volume=row.volume or zero,
        unit_cost=_cost(row),
        marginal_rate=row.marginal_rate or zero,
        attribution=row.attribution or zero,
        cashable_share=row.cashable_share,
        reprovision=row.reprovision or zero,
    )


def _cost(row: SchemeRow) -> UnitCost | SharedCost:
    if row.unit_cost_code is not None:
        return shared_cost_format.read(row.unit_cost_code, row.shared_cost)
    return UnitCost(
        amount=row.unit_cost or Decimal(0),
        source=row.unit_cost_source or "",
        price_year=row.unit_cost_price_year or "",
        effective_from=row.unit_cost_from,
        effective_to=row.unit_cost_to,
    )
