"""A version of a fund as it is stored: JSON of a format with a version.

Format 1: ``{"format": 1, "name", "host", "notes", "partners": [...], "lines": [...], "printed_totals": [...]}``,
amounts as plain text, years by their labels, notes in their own format.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from contracts.period import Period
from services.finance.domain.budget import Budget, BudgetLine, PrintedTotal
from services.finance.domain.fund import FundSummary, FundVersion, Partner
from services.finance.repository import notes_format

FORMAT: Final = 1

Json = dict[str, Any]


def written(fund: FundVersion) -> Json:
    """A version in the newest format."""
    return {
        "format": FORMAT,
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
    return {
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
    if stored["format"] != FORMAT:
        raise ValueError(f"a fund of format {stored['format']}; this version reads up to {FORMAT}")
    return FundVersion(
        FundSummary(code, stored["name"], stored["host"], notes_format.read(stored["notes"])),
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
    return BudgetLine(year, *words, budget, notes_format.read(stored["notes"]))
