"""Between API bodies and table rows."""

from typing import Any

from chassis.storage.transaction import Tx
from contracts.money import pounds
from contracts.period import Period
from services.finance.domain.savings import Link
from services.finance.models import BudgetLine, Entry, FundAgreement
from services.finance.repository.books import Book, columns_of, line_of, period_of, quarter_from
from services.finance.schemas.funds import AgreementBody, AgreementOut, BudgetLineBody, BudgetLineOut
from services.finance.schemas.schemes import (
    BaselineBody,
    BaselinePeriodBody,
    EntryOut,
    LinkBody,
    PlannedPeriodBody,
    SchemeBody,
    SchemeOut,
    UnitCostBody,
    Workstream,
)

Row = dict[str, Any]

_AS_SENT = (
    "code",
    "name",
    "fund",
    "budget_line",
    "partner",
    "cashable_share",
    "recurrent",
    "delivered_by",
    "optimism_bias",
    "confidence",
    "illustrative",
)
_LINK_COLUMNS = (
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
    "marginal_rate",
    "attribution",
    "reprovision",
)


def scheme_row(tx: Tx, body: SchemeBody) -> tuple[Row, list[Row], list[Row]]:
    """The scheme's row, its planned periods and its baselines."""
    row = {name: getattr(body, name) for name in _AS_SENT} | {
        "workstream": body.workstream.value,
        "financial_year": body.financial_year.label,
        "year_start": body.financial_year.start,
        "year_end": body.financial_year.end,
        "version": 0,
        "published": None,
        "created_at": tx.now,
        "created_by": tx.actor,
        **dict.fromkeys(("withdrawn_at", "withdrawn_by", "withdrawn_reason")),
    }
    plan = [
        {"scheme": body.code, **columns_of(part.period), "low": part.low.amount, "high": part.high.amount}
        for part in body.plan
    ]
    baselines = [] if body.link is None else body.link.baseline.periods
    values = [{"scheme": body.code, **columns_of(part.period), "value": part.value} for part in baselines]
    return row | _link_columns(body.link), plan, values


def _link_columns(link: LinkBody | None) -> Row:
    if link is None:
        return dict.fromkeys(_LINK_COLUMNS)
    cost = link.unit_cost
    return {
        "indicator": link.indicator,
        "area": link.area,
        "baseline_value": link.baseline.value,
        "baseline_every": link.baseline.every.value if link.baseline.every else None,
        "volume": link.volume,
        "unit_cost": cost.amount.amount,
        "unit_cost_source": cost.source,
        "unit_cost_price_year": cost.price_year.label,
        "unit_cost_from": cost.effective_from,
        "unit_cost_to": cost.effective_to,
        "marginal_rate": link.marginal_rate,
        "attribution": link.attribution,
        "reprovision": link.reprovision.amount,
    }


def scheme_out(book: Book) -> SchemeOut:
    scheme = book.scheme
    plan = [PlannedPeriodBody(period=p.period, low=pounds(p.low), high=pounds(p.high)) for p in book.plan]
    as_sent = {name: getattr(scheme, name) for name in _AS_SENT}
    return SchemeOut(
        **as_sent,
        workstream=Workstream(scheme.workstream),
        financial_year=scheme.financial_year,
        plan=plan,
        link=None if book.link is None else _link_body(book.link),
        version=scheme.version,
        created_at=scheme.created_at,
        created_by=scheme.created_by,
        state="withdrawn" if scheme.withdrawn_at else "active",
        withdrawn_at=scheme.withdrawn_at,
        withdrawn_by=scheme.withdrawn_by,
        withdrawn_reason=scheme.withdrawn_reason,
    )


def _link_body(link: Link) -> LinkBody:
    cost = link.terms.unit_cost
    periods = [BaselinePeriodBody(period=p, value=v) for p, v in sorted(link.baseline.periods.items())]
    return LinkBody(
        indicator=link.indicator,
        area=link.area,
        baseline=BaselineBody(value=link.baseline.value, every=link.baseline.every, periods=periods),
        volume=link.terms.volume,
        unit_cost=UnitCostBody(
            amount=pounds(cost.amount),
            source=cost.source,
            price_year=Period.parse(cost.price_year),
            effective_from=cost.effective_from,
            effective_to=cost.effective_to,
        ),
        marginal_rate=link.terms.marginal_rate,
        attribution=link.terms.attribution,
        reprovision=pounds(link.terms.reprovision),
    )


def entry_out(row: Entry) -> EntryOut:
    return EntryOut.model_validate(
        {
            "id": row.id,
            "scheme": row.scheme,
            "state": row.state,
            "period": period_of(row).label,
            "posted_in": quarter_from(row.posted_quarter).label,
            "relates_to": period_of(row).label if row.corrects else None,
            "cash": pounds(row.cash),
            "non_cash": pounds(row.non_cash),
            "indicator": row.indicator,
            "area": row.area,
            "revision": row.revision,
            "rule_version": row.rule_version,
            "event_id": row.event_id,
            "reference": row.reference,
            "reason": row.reason,
            "actor": row.actor,
            "at": row.at,
        }
    )


def line_row(fund: str, body: BudgetLineBody) -> Row:
    return {
        "fund": fund,
        "financial_year": body.financial_year.label,
        "code": body.code,
        "directorate": body.directorate,
        "department": body.department,
        "division": body.division,
        "opening": body.opening.amount,
        "cost_increases": body.cost_increases.amount,
        "savings": body.savings.amount,
        "other_savings": body.other_savings.amount,
        "printed_net": None if body.printed_net is None else body.printed_net.amount,
    }


def line_out(row: BudgetLine) -> BudgetLineOut:
    line = line_of(row)
    return BudgetLineOut(
        code=row.code,
        financial_year=row.financial_year,
        directorate=row.directorate,
        department=row.department,
        division=row.division,
        opening=pounds(row.opening),
        cost_increases=pounds(row.cost_increases),
        savings=pounds(row.savings),
        other_savings=pounds(row.other_savings),
        computed_net=pounds(line.computed_net),
        printed_net=None if row.printed_net is None else pounds(row.printed_net),
        net_budget=pounds(line.net_budget),
    )


def agreement_out(row: FundAgreement) -> AgreementOut:
    body = AgreementBody.model_validate(row.terms)
    return AgreementOut(
        version=row.version,
        effective_from=body.effective_from,
        contributions=body.contributions,
        risk_share=body.risk_share,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
    )
