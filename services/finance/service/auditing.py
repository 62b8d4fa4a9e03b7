"""Who changed what of funds and schemes: the states that audit entries carry."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from chassis.audit import record_change, record_unchanged
from chassis.storage.transaction import Tx
from services.finance.domain.action_plans import ActionPlan, PlannedAction
from services.finance.domain.budget import BudgetLine
from services.finance.domain.fund import Fund
from services.finance.domain.fund_return import ReturnRevision
from services.finance.domain.ledger import Entry
from services.finance.domain.range_models import RangeModel
from services.finance.domain.return_cells import Template
from services.finance.domain.scheme import SchemeDefinition
from services.finance.domain.transfers import RecordedTransfer
from services.finance.domain.unit_costs import Deflator, UnitCostTerms
from services.finance.domain.virements import Virement
from services.finance.domain.year_end import YearEnd

Json = Mapping[str, Any]


def moves_money(before: Fund, after: Fund) -> bool:
    """Whether budgets differ, or the agreement by which partners share; what is noted on a line moves nothing."""
    return before.agreements[-1:] != after.agreements[-1:] or _unnoted(before) != _unnoted(after)


def _unnoted(fund: Fund) -> Mapping[tuple[str, str], BudgetLine]:
    return {(line.financial_year.label, line.code): replace(line, notes=()) for line in fund.lines}


def record_fund(tx: Tx, before: Fund | None, after: Fund, reason: str | None = None) -> None:
    """Record what a definition changed of a fund; nothing where it changed nothing."""
    was, now = None if before is None else _fund_state(before), _fund_state(after)
    if was == now:
        record_unchanged(tx)
        return
    action = "fund.defined" if before is None else "fund.amended"
    record_change(tx, subject=after.summary.code, action=action, before=was, after=now, reason=reason)


def _fund_state(fund: Fund) -> Json:
    return {
        "name": fund.summary.name,
        "host": fund.summary.host,
        "notes": [str(note) for note in fund.summary.notes],
        "metrics": {link.metric.value: str(link.series) for link in fund.summary.metrics},
        "partners": {partner.code: [partner.name, partner.role] for partner in fund.partners},
        "agreement": fund.agreements[-1].version if fund.agreements else None,
        "budget_lines": {f"{line.financial_year} {line.code}": _line_state(line) for line in fund.lines},
        "printed_totals": {
            f"{total.financial_year} {total.column}": f"{total.amount:.2f}" for total in fund.printed_totals
        },
    }


def _line_state(line: BudgetLine) -> Json:
    budget = line.budget
    return {
        "directorate": line.directorate,
        "department": line.department,
        "division": line.division,
        "opening": f"{budget.opening:.2f}",
        "cost_increases": f"{budget.cost_increases:.2f}",
        "savings": f"{budget.savings:.2f}",
        "other_savings": f"{budget.other_savings:.2f}",
        "printed_net": None if budget.printed_net is None else f"{budget.printed_net:.2f}",
        "notes": [str(note) for note in line.notes],
        "partner": line.partner,
        "illustrative": line.illustrative,
    }


def record_scheme(tx: Tx, agreed: SchemeDefinition) -> None:
    after = {
        "fund": agreed.fund,
        "budget_line": agreed.budget_line,
        "partner": agreed.partner,
        "financial_year": agreed.financial_year.label,
        "link": None if agreed.link is None else str(agreed.link.series),
    }
    record_change(tx, subject=agreed.code, action="scheme.defined", before=None, after=after)


def record_withdrawal(tx: Tx, code: str, reason: str) -> None:
    before, after = {"state": "active"}, {"state": "withdrawn"}
    record_change(tx, subject=code, action="scheme.withdrawn", before=before, after=after, reason=reason)


def record_posting(tx: Tx, entry: Entry) -> None:
    posted = entry.posted
    after = {
        "reference": entry.reference,
        "state": posted.state.value,
        "period": posted.period.label,
        "posted_in": posted.quarter.label,
        "amount": f"{posted.amounts.cash:.2f}",
        "corrects": entry.corrects,
    }
    record_change(tx, subject=entry.scheme, action="entry.posted", before=None, after=after, reason=entry.reason)


def record_outturn(tx: Tx, recorded: Sequence[RecordedTransfer]) -> None:
    """One entry for all that was sent at once; each of them says its reason in the ledger."""
    first, last = recorded[0], recorded[-1]
    after: dict[str, Any] = {
        "entries": first.id if first is last else f"{first.id} to {last.id}",
        "count": len(recorded),
        "amount": f"{sum((one.transfer.amount_of(one.transfer.owner) for one in recorded), Decimal(0)):.2f}",
    }
    if first is last:
        after |= {"reference": first.transfer.reference, "line": first.transfer.owner}
    fund, reason = first.transfer.fund, first.transfer.reason
    record_change(tx, subject=fund, action="outturn.posted", before=None, after=after, reason=reason)


def record_reversal(tx: Tx, recorded: RecordedTransfer) -> None:
    after = {
        "entry": recorded.id,
        "reverses": recorded.transfer.reverses,
        "effective_on": recorded.transfer.effective_on.isoformat(),
        "amount": f"{recorded.transfer.amount:.2f}",
    }
    subject, reason = recorded.transfer.fund, recorded.transfer.reason
    record_change(tx, subject=subject, action="entry.reversed", before=None, after=after, reason=reason)


def record_virement(tx: Tx, virement: Virement, action: str, reason: str) -> None:
    """Who proposed or decided it is the actor of the entry."""
    after = {
        "reference": virement.reference,
        "state": virement.state.value,
        "financial_year": virement.financial_year.label,
        "from": virement.giving,
        "to": virement.receiving,
        "amount": f"{virement.amount:.2f}",
    }
    record_change(tx, subject=virement.fund, action=action, before=None, after=after, reason=reason)


def record_closing(tx: Tx, fund: str, quarter: str) -> None:
    before, after = {"closed": False}, {"closed": True}
    record_change(tx, subject=f"{fund} {quarter}", action="quarter.closed", before=before, after=after)


def record_year_end(tx: Tx, end: YearEnd) -> None:
    result = end.result
    after = {
        "financial_year": end.financial_year.label,
        "decision": end.signed.decision,
        "agreement": result.agreement,
        "variance": f"{result.variance:.2f}",
        "shares": {partner: f"{amount:.2f}" for partner, amount in sorted(result.shared.by_partner.items())},
        "plan": result.plan,
        "action_plan": result.action_plan,
    }
    record_change(tx, subject=end.fund, action="year.signed", before=None, after=after, reason=end.signed.reason)


def record_action_plan(tx: Tx, before: ActionPlan | None, after: ActionPlan, reason: str | None) -> None:
    action = "action_plan.recorded" if before is None else "action_plan.changed"
    was, subject = None if before is None else _plan_state(before), f"{after.fund} {after.reference}"
    record_change(tx, subject=subject, action=action, before=was, after=_plan_state(after), reason=reason)


def _plan_state(plan: ActionPlan) -> Json:
    resolved = plan.resolved
    return {
        "financial_year": resolved.financial_year.label,
        "decision": resolved.decision,
        "resolved_on": resolved.resolved_on.isoformat(),
        "actions": {one.code: _planned_state(one) for one in resolved.actions},
    }


def _planned_state(one: PlannedAction) -> Json:
    return {
        "what": one.what,
        "owner": one.owner,
        "due": one.due.isoformat(),
        "state": one.state.value,
        "ended_on": None if one.ended_on is None else one.ended_on.isoformat(),
        "remark": one.remark,
        "recovers": f"{one.recovers:.2f}",
    }


def record_unit_cost(tx: Tx, code: str, before: UnitCostTerms | None, after: UnitCostTerms, reason: str | None) -> None:
    action = "unit_cost.recorded" if before is None else "unit_cost.changed"
    was = None if before is None else _cost_state(before)
    record_change(tx, subject=code, action=action, before=was, after=_cost_state(after), reason=reason)


def _cost_state(terms: UnitCostTerms) -> Json:
    return {
        "description": terms.description,
        "unit": terms.unit,
        "amount": f"{terms.amount:.2f}",
        "kind": terms.kind.value,
        "price_year": terms.price_year.label,
        "source": terms.source,
        "source_url": terms.source_url,
        "agency": terms.agency,
        "cashable_share": None if terms.cashable_share is None else f"{terms.cashable_share:f}",
        "effective_from": None if terms.effective_from is None else terms.effective_from.isoformat(),
        "effective_to": None if terms.effective_to is None else terms.effective_to.isoformat(),
        "illustrative": terms.illustrative,
        "ends": terms.ends,
    }


def record_deflator(tx: Tx, deflator: Deflator) -> None:
    after = {"base_year": deflator.base_year.label, "source": deflator.source, "years": len(deflator.index)}
    record_change(tx, subject=deflator.release, action="deflator.recorded", before=None, after=after)


def record_return(tx: Tx, fund: str, template: Template, before: ReturnRevision | None, after: ReturnRevision) -> None:
    """How much was said is recorded; what was said stands in the revisions, which never change."""
    signed = after.content.frozen is not None
    action = "return.signed_off" if signed else "return.saved"
    subject = f"{fund} {template.quarter.label}"
    was = None if before is None else _return_state(before)
    record_change(tx, subject=subject, action=action, before=was, after=_return_state(after), reason=after.reason)


def _return_state(revision: ReturnRevision) -> Json:
    content = revision.content
    return {
        "revision": revision.number,
        "answers": len(content.answers),
        "sign_offs": [f"{one.role}: {one.name}" for one in content.sign_offs],
        "state": "draft" if content.frozen is None else "signed_off",
    }


def record_range_model(tx: Tx, before: RangeModel | None, after: RangeModel, reason: str | None) -> None:
    action = "ranges.recorded" if before is None else "ranges.changed"
    was = None if before is None else _range_state(before)
    record_change(tx, subject=after.code, action=action, before=was, after=_range_state(after), reason=reason)


def _range_state(model: RangeModel) -> Json:
    cells = {
        f"{cell.strand} {cell.partner or 'total'} {cell.year.label} {cell.bound}": {
            "base": f"{cell.base:.2f}",
            "percent": None if cell.percent is None else f"{cell.percent:f}",
            "printed": f"{cell.printed:.2f}",
        }
        for cell in model.cells
    }
    return {"name": model.name, "source": model.source, "unit": f"{model.unit:f}", "cells": cells}
