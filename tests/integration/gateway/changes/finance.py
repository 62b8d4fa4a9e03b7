"""Calls that change something of the fund."""

from tests.integration.finance.world import fund_body, money, scheme_body
from tests.integration.gateway.changes.change import Change

FUND = {name: value for name, value in fund_body().items() if name != "reason"}
LINES = FUND["budget_lines"]
DEARER = FUND | {"budget_lines": [LINES[0] | {"opening": money(9_000)}, *LINES[1:]]}
ENTRY = {"reference": "r0", "state": "validated", "period": "2017-12", "amount": money("5"), "reason": "r"}
TAKEN_BACK = ENTRY | {"reference": "r1", "amount": money("-5"), "corrects": "r0"}
LINE = LINES[0]["code"]
OUTTURN = {
    "postings": [{"reference": "gl", "line": LINE, "period": "2018-01", "amount": money("5"), "reason": "r"}],
}
SPENT = "integrated-fund.10"
"""Two budgets, one of them changed, a plan of low and high entered and taken back, two postings, then what is spent."""
REVERSAL = {"effective_on": "2018-02-01", "reason": "r"}
VIREMENT = {
    "reference": "v",
    "financial_year": "2017/18",
    "from_line": LINE,
    "to_line": LINES[1]["code"],
    "amount": money("5"),
    "effective_on": "2018-02-01",
    "reason": "r",
}

BED_DAY = {
    "description": "A day in hospital",
    "unit": "bed day",
    "amount": money("300"),
    "price_year": "2017/18",
    "source": "Invented",
    "illustrative": True,
}
DEFLATOR = {
    "base_year": "2017/18",
    "source": "Invented",
    "years": [{"financial_year": "2017/18", "index": "100"}, {"financial_year": "2018/19", "index": "102"}],
}

RANGES = {
    "name": "Ranges",
    "source": "Invented",
    "unit": "1000",
    "cells": [
        {
            "strand": "staffing",
            "partner": "PCC",
            "financial_year": "2014/15",
            "bound": "lower",
            "base": money("1629000"),
            "percent": "2",
            "printed": money("32000"),
        }
    ],
}

ACTION_PLAN = {
    "financial_year": "2017/18",
    "decision": "Board, minute 9",
    "resolved_on": "2018-01-25",
    "actions": [{"action": "posts", "what": "Fill the posts", "owner": "Ana", "due": "2018-03-31"}],
}

FINANCE = [
    Change("PUT", "/funds/integrated-fund", FUND, "fund.defined", "integrated-fund"),
    Change(
        "PUT",
        "/funds/integrated-fund",
        DEARER | {"reason": "r"},
        "fund.amended",
        "integrated-fund",
        had_before=True,
        reason="r",
    ),
    Change("POST", "/schemes", scheme_body("a", link=None), "scheme.defined", "a"),
    Change("POST", "/schemes/a/entries", ENTRY, "entry.posted", "a", reason="r", by="Ben"),
    Change("POST", "/schemes/a/entries", TAKEN_BACK, "entry.posted", "a", reason="r", by="Ben"),
    Change(
        "PATCH",
        "/schemes/a",
        {"state": "withdrawn", "reason": "r"},
        "scheme.withdrawn",
        "a",
        had_before=True,
        reason="r",
    ),
    Change(
        "PUT",
        "/funds/integrated-fund/closed-quarters/2017/18 Q3",
        None,
        "quarter.closed",
        "integrated-fund 2017/18 Q3",
        had_before=True,
    ),
    Change("POST", "/funds/integrated-fund/outturn", OUTTURN, "outturn.posted", "integrated-fund", reason="r"),
    Change("POST", "/funds/integrated-fund/virements", VIREMENT, "virement.proposed", "integrated-fund", reason="r"),
    Change("PUT", "/unit-costs/bed-day", BED_DAY, "unit_cost.recorded", "bed-day"),
    Change(
        "PUT",
        "/unit-costs/bed-day",
        BED_DAY | {"amount": money("301"), "reason": "r"},
        "unit_cost.changed",
        "bed-day",
        had_before=True,
        reason="r",
    ),
    Change("PUT", "/ranges/of-2014", RANGES, "ranges.recorded", "of-2014"),
    Change("PUT", "/deflators/2018-03", DEFLATOR, "deflator.recorded", "2018-03"),
    Change(
        "PUT",
        "/funds/integrated-fund/returns/2017-18-Q3",
        {"answers": {"cover.completed_by": "Ana"}, "sign_offs": []},
        "return.saved",
        "integrated-fund 2017/18 Q3",
    ),
    Change("PUT", "/funds/integrated-fund/action-plans/a", ACTION_PLAN, "action_plan.recorded", "integrated-fund a"),
    Change("POST", f"/entries/{SPENT}/reverse", REVERSAL, "entry.reversed", "integrated-fund", reason="r"),
]
