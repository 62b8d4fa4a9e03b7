"""A version of a fund as it is stored: JSON of a format with a version.

Format 1: ``{"format": 1, "name", "host", "notes", "partners": [...], "lines": [...], "printed_totals": [...]}``,
amounts as plain text, years by their labels, notes in their own format. Format 2 has ``metrics`` besides, in their own
format, and of a line its ``partner`` and whether it is ``illustrative``; a fund that says none of it is written as of
format 1, which an image of before reads too.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from contracts.period import Period
from services.finance.domain.budget import Budget, BudgetLine, PrintedTotal
from services.finance.domain.fund import FundSummary, FundVersion, Partner
from services.finance.repository import metrics_format, notes_format

FORMAT: Final = 2

Json = dict[str, Any]


def written(fund: FundVersion) -> Json:
    """A version in the oldest format that says all of it."""
    says_more = bool(fund.summary.metrics) or any(line.partner or line.illustrative for line in fund.lines)
    return ({"metrics": metrics_format.written(fund.summary.metrics)} if says_more else {}) | {
        "format": FORMAT if says_more else 1,
        "name": fund.summary.name,
        "host": fund.summary.host,
        "notes": notes_format.written(fund.summary.notes),
        "partners": [{"code": one.code, "name": one.name, "role": one.role} for one in fund.partners],
        "lines": [_line_written(line) for line in fund.lines],
        "printed_totals": [
            {"financial_year": one.financial_year.label, "column": one.column, "amount": f"{one.amount:f}"}
            for one in fund.printed_totals
        ],
    }


def _line_written(line: BudgetLine) -> Json:
    budget = line.budget
    more = {"partner": line.partner, "illustrative": line.illustrative} if line.partner or line.illustrative else {}
    return more | {
        "code": line.code,
        "financial_year": line.financial_year.label,
        "directorate": line.directorate,
        "department": line.department,
        "division": line.division,
        "opening": f"{budget.opening:f}",
        "cost_increases": f"{budget.cost_increases:f}",
        "savings": f"{budget.savings:f}",
        "other_savings": f"{budget.other_savings:f}",
        "printed_net": None if budget.printed_net is None else f"{budget.printed_net:f}",
        "notes": notes_format.written(line.notes),
    }


def read(code: str, stored: Mapping[str, Any]) -> FundVersion:
    """A version from any format.

    Raises:
        ValueError: a format that a newer version wrote.
    """
    if not 1 <= stored["format"] <= FORMAT:
        raise ValueError(f"a fund of format {stored['format']}; this version reads up to {FORMAT}")
    notes, metrics = notes_format.read(stored["notes"]), metrics_format.read(stored.get("metrics"))
    return FundVersion(
        FundSummary(code, stored["name"], stored["host"], notes, metrics),
        tuple(Partner(one["code"], one["name"], one["role"]) for one in stored["partners"]),
        tuple(_line(one) for one in stored["lines"]),
        tuple(
            PrintedTotal(Period.parse(one["financial_year"]), one["column"], Decimal(one["amount"]))
            for one in stored["printed_totals"]
        ),
    )


def _line(stored: Mapping[str, Any]) -> BudgetLine:
    printed = stored["printed_net"]
    budget = Budget(
        stored["code"],
        Decimal(stored["opening"]),
        Decimal(stored["cost_increases"]),
        Decimal(stored["savings"]),
        Decimal(stored["other_savings"]),
        None if printed is None else Decimal(printed),
    )
    year = Period.parse(stored["financial_year"])
    words = (stored["directorate"], stored["department"], stored["division"])
    partner, illustrative = stored.get("partner"), stored.get("illustrative", False)
    return BudgetLine(year, *words, budget, notes_format.read(stored["notes"]), partner, illustrative)
