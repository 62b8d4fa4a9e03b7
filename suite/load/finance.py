"""The pooled fund with its budget lines, and the savings schemes."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from services.finance.domain.range_models import RangeCell
from suite.load import row_types
from suite.load.api_client import find_json, for_each, send_request
from suite.load.contradictions import RANGES, THOUSAND, notes_on, range_model
from suite.load.dataset import Reference
from suite.load.former import put_former
from suite.load.report import CHANGED
from suite.load.upsert import Load, already_there, create_missing

ROOT = "/finance/v1"
MILLION = Decimal(1_000_000)
FIRST, BEFORE, AFTER = "2015/16", "2017/18", "2018/19"
FIRST_YEAR = "What each partner commissioned before the fund was pooled, as lines of its first year"


async def load_finance(load: Load) -> None:
    code = load.reference.fund.code
    await _load_fund(load, f"{ROOT}/funds/{code}")
    await _load_ranges(load)
    await _load_unit_costs(load)
    existing = await load.once(f"{ROOT}/schemes")
    costs = {cost.code: cost for cost in load.reference.unit_costs}

    async def one(row: row_types.SchemeRow) -> None:
        found = existing.get(row.code)
        body = scheme_body(row, code, costs if _has_own_cost(found) else None)
        await create_missing(load, "schemes", "POST", f"{ROOT}/schemes", body, found)

    await for_each(load.reference.schemes, one)

    async def printed(body: Mapping[str, Any]) -> None:
        await create_missing(load, "schemes", "POST", f"{ROOT}/schemes", body, existing.get(body["code"]))

    await for_each(printed_schemes(load.reference), printed)


async def _load_fund(load: Load, path: str) -> None:
    body, found = fund_body(load.reference), await find_json(load.client, path)
    if found is not None and not _has_first_year(found):
        await _add_first_year(load, path, body, found)
        return
    sent = None if found is None else _as_sent(found, body)
    if not await put_former(load, "funds", path, body, sent):
        await create_missing(load, "funds", "PUT", path, body, sent)


def _has_first_year(fund: Mapping[str, Any]) -> bool:
    return any(line["financial_year"] == FIRST for line in fund["budget_lines"])


async def _add_first_year(load: Load, path: str, body: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Add the lines of the first pooled year to a fund that a former version loaded, where nothing else was changed."""
    former = _without_first_year(body)
    sent = _as_sent(found, former)
    mended = await put_former(load, "funds", path, former, sent)
    if not mended and not already_there(former, sent):
        await create_missing(load, "funds", "PUT", path, former, sent)
        return
    await send_request(load.client, "PUT", path, {**body, "reason": FIRST_YEAR})
    if not mended:
        load.tally.add("funds", CHANGED)


def _without_first_year(body: Mapping[str, Any]) -> dict[str, Any]:
    def later(parts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        return [part for part in parts if part["financial_year"] != FIRST]

    agreement = {**body["agreement"], "contributions": later(body["agreement"]["contributions"])}
    return {**body, "agreement": agreement, "budget_lines": later(body["budget_lines"])}


async def _load_ranges(load: Load) -> None:
    path = f"{ROOT}/ranges/{RANGES}"
    found = await find_json(load.client, path)
    sent = None if found is None else found | {"cells": found["figures"]}
    await create_missing(load, "ranges", "PUT", path, ranges_body(load.reference), sent)


def ranges_body(reference: Reference) -> dict[str, Any]:
    """The table of 2014, as it is printed."""
    model = range_model(reference)
    cells = [_range_cell(cell) for cell in model.cells]
    return {"name": model.name, "source": model.source, "unit": str(model.unit), "cells": cells}


def _range_cell(cell: RangeCell) -> dict[str, Any]:
    return {
        "strand": cell.strand,
        "partner": cell.partner,
        "financial_year": cell.year.label,
        "bound": cell.bound,
        "base": pounds(cell.base),
        "percent": None if cell.percent is None else str(cell.percent),
        "printed": pounds(cell.printed),
    }


def _has_own_cost(scheme: Mapping[str, Any] | None) -> bool:
    """Whether a scheme was defined when there was no library of unit costs: its terms never change."""
    return scheme is not None and scheme["link"] is not None and scheme["link"]["unit_cost_code"] is None


async def _load_unit_costs(load: Load) -> None:
    there = await load.once(f"{ROOT}/unit-costs")

    async def one(row: row_types.UnitCostRow) -> None:
        path = f"{ROOT}/unit-costs/{row.code}"
        await create_missing(load, "unit costs", "PUT", path, unit_cost_body(row), there.get(row.code))

    await for_each(load.reference.unit_costs, one)


def unit_cost_body(row: row_types.UnitCostRow) -> dict[str, Any]:
    """A unit cost of the library; ``illustrative`` where nobody measured it."""
    return {
        "description": row.description,
        "unit": row.unit,
        "amount": pounds(row.amount),
        "kind": row.kind,
        "price_year": row.price_year,
        "source": row.source,
        "cashable_share": None if row.cashable_share is None else str(row.cashable_share),
        "illustrative": row.basis == "illustrative",
    }


def _as_sent(found: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """What is there in the shape of what would be sent: lines and partners in the same order."""
    lines = {(line["financial_year"], line["code"]): line for line in found["budget_lines"]}
    partners = {partner["code"]: partner for partner in found["partners"]}
    return {
        **body,
        "name": found["name"],
        "notes": found["notes"],
        "host": found["host"],
        "partners": [partners.get(one["code"]) for one in body["partners"]],
        "budget_lines": [lines.get((one["financial_year"], one["code"])) for one in body["budget_lines"]],
    }


def pounds(amount: Decimal) -> dict[str, str]:
    return {"amount": f"{amount:.2f}", "currency": "GBP"}


def fund_body(reference: Reference) -> dict[str, Any]:
    """Two years of lines. Of 2017/18 only the net is printed, as the opening budget of the year after."""
    before = [_line_before(row) for row in reference.budget_lines]
    after = [
        _line_after(row) | {"notes": notes_on(reference, f"budget-lines/{row.code}")} for row in reference.budget_lines
    ]
    total = reference.budget_total
    printed = {
        (BEFORE, "net_budget"): total.net_budget_2017_18,
        (AFTER, "opening"): total.net_budget_2017_18,
        (AFTER, "cost_increases"): total.cost_increases,
        (AFTER, "savings"): total.savings,
        (AFTER, "other_savings"): total.other_savings,
        (AFTER, "net_budget"): total.net_budget_2018_19,
    }
    return {
        "name": reference.fund.name,
        "notes": notes_on(reference, f"funds/{reference.fund.code}"),
        "host": reference.fund.host,
        "partners": [row.model_dump() for row in reference.partners],
        "agreement": _agreement(reference),
        "budget_lines": _first_lines(reference) + before + after,
        "printed_totals": [
            {"financial_year": year, "column": column, "amount": pounds(amount * MILLION)}
            for (year, column), amount in printed.items()
        ],
    }


def _agreement(reference: Reference) -> dict[str, Any]:
    fund = reference.fund
    terms = f"{fund.basis}: the base of 2014/15; the papers print no contribution for this year"
    contributions = [
        {"partner": partner, "financial_year": year, "amount": pounds(amount * THOUSAND), "varies": terms}
        for year in (FIRST, BEFORE, AFTER)
        for partner, amount in fund.contributions_thousand.items()
    ]
    sharing = {"rule": "pro_rata", "underspend": "retain"}
    return {"effective_from": fund.since, "contributions": contributions, "risk_share": sharing}


def _line(row: row_types.BudgetRow, year: str) -> dict[str, Any]:
    names = row.model_dump(include={"code", "directorate", "department", "division"})
    return names | {"financial_year": year, "opening": pounds(row.net_budget_2017_18 * MILLION)}


def _first_lines(reference: Reference) -> list[dict[str, Any]]:
    """What each partner commissioned in 2014/15, as a line of the first pooled year, beside what it puts in."""
    nothing = pounds(Decimal(0))
    names = {partner.code: partner.name for partner in reference.partners}
    return [
        {
            "code": f"commissioning-{partner.lower()}",
            "financial_year": FIRST,
            "directorate": names[partner],
            "department": "Commissioning",
            "division": f"Commissioning of {names[partner]} (illustrative: the base of 2014/15)",
            "opening": pounds(amount * THOUSAND),
            "cost_increases": nothing,
            "savings": nothing,
            "other_savings": nothing,
            "partner": partner,
            "illustrative": True,
        }
        for partner, amount in reference.fund.contributions_thousand.items()
    ]


def _line_before(row: row_types.BudgetRow) -> dict[str, Any]:
    nothing = pounds(Decimal(0))
    changes = dict.fromkeys(("cost_increases", "savings", "other_savings"), nothing)
    return _line(row, BEFORE) | changes | {"printed_net": pounds(row.net_budget_2017_18 * MILLION)}


def _line_after(row: row_types.BudgetRow) -> dict[str, Any]:
    columns = ("cost_increases", "savings", "other_savings")
    changes = {column: pounds(getattr(row, column) * MILLION) for column in columns}
    return _line(row, AFTER) | changes | {"printed_net": pounds(row.net_budget_2018_19 * MILLION)}


def scheme_body(
    row: row_types.SchemeRow, fund: str, costs: Mapping[str, row_types.UnitCostRow] | None = None
) -> dict[str, Any]:
    """A scheme; ``illustrative`` where the papers say nothing of it.

    It names its unit cost in the library, or has one of ``costs`` of its own, as former versions defined it.
    """
    plan = {"period": row.plan_period.label, "low": pounds(row.plan_low), "high": pounds(row.plan_high)}
    body: dict[str, Any] = {
        "code": row.code,
        "name": row.title,
        "workstream": row.workstream,
        "fund": fund,
        "budget_line": row.budget_line,
        "partner": row.partner,
        "financial_year": row.financial_year.label,
        "plan": [plan],
        "recurrent": row.recurrence == "recurrent",
        "delivered_by": row.delivery,
        "optimism_bias": str(row.optimism_bias),
        "confidence": str(row.confidence),
        "illustrative": row.basis == "illustrative",
    }
    if row.cashable_share is not None:
        body["cashable_share"] = str(row.cashable_share)
    return body | ({"link": _link(row, costs)} if row.indicator else {})


def printed_schemes(reference: Reference) -> list[dict[str, Any]]:
    """The savings of the printed table of 2018/19, by division and column: the net budgets that it prints have them.

    It says neither by which workstream nor how they are to be made. What adds to a budget is no saving.
    """
    columns = {"savings": ("", "Savings"), "other_savings": ("other-", "Other savings")}
    return [
        _printed_scheme(row, code, title, -getattr(row, column) * MILLION, reference)
        for row in reference.budget_lines
        for column, (code, title) in columns.items()
        if getattr(row, column) < 0
    ]


def _printed_scheme(
    row: row_types.BudgetRow, kind: str, title: str, saved: Decimal, reference: Reference
) -> dict[str, Any]:
    return {
        "code": f"{row.code}-{kind}savings-2018-19",
        "name": f"{title} of {row.division} in the budget of {AFTER}",
        "workstream": "unassigned",
        "fund": reference.fund.code,
        "budget_line": row.code,
        "partner": reference.fund.host,
        "financial_year": AFTER,
        "plan": [{"period": AFTER, "low": pounds(saved), "high": pounds(saved)}],
        "in_budget": True,
    }


def _unit_cost(row: row_types.SchemeRow, costs: Mapping[str, row_types.UnitCostRow] | None) -> dict[str, Any]:
    if costs is None:
        return {"unit_cost_code": row.unit_cost}
    cost = costs[row.unit_cost or ""]
    source = f"{cost.basis}: {cost.source}; per {cost.unit}"
    return {"unit_cost": {"amount": pounds(cost.amount), "source": source, "price_year": cost.price_year}}


def _link(row: row_types.SchemeRow, costs: Mapping[str, row_types.UnitCostRow] | None) -> dict[str, Any]:
    return {
        "indicator": row.indicator,
        "area": row.area,
        "baseline": {"value": str(row.baseline), "every": row.baseline_kind},
        "volume": str(row.volume),
        **_unit_cost(row, costs),
        "marginal_rate": str(row.marginal_rate),
        "attribution": str(row.attribution),
        "reprovision": pounds(row.reprovision or Decimal(0)),
    }
