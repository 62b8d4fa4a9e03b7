"""Results of years as they are stored: JSON of a format with a version, amounts as plain text in pounds."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from services.finance.domain.risk_share import RiskShareRule
from services.finance.domain.sharing import SharedVariance
from services.finance.domain.year_end import YearResult

FORMAT: Final = 1


def written(result: YearResult) -> dict[str, Any]:
    """A result in the newest format."""
    shared = result.shared
    return {
        "format": FORMAT,
        "agreement": result.agreement,
        "rule": result.rule.value,
        "budget": f"{result.budget:f}",
        "outturn": f"{result.outturn:f}",
        "spent": f"{result.spent:f}",
        "drawn": [[name, f"{amount:f}"] for name, amount in shared.drawn],
        "by_partner": {partner: f"{amount:f}" for partner, amount in shared.by_partner.items()},
        "retained": f"{shared.retained:f}",
        "carried_forward": f"{shared.carried_forward:f}",
        "unallocated": f"{shared.unallocated:f}",
    }


def read(stored: Mapping[str, Any]) -> YearResult:
    """A result from any format.

    Raises:
        ValueError: a format that a newer version wrote.
    """
    if stored["format"] != FORMAT:
        raise ValueError(f"a year's result of format {stored['format']}; this version reads up to {FORMAT}")
    shared = SharedVariance(
        drawn=tuple((name, Decimal(amount)) for name, amount in stored["drawn"]),
        by_partner={partner: Decimal(amount) for partner, amount in stored["by_partner"].items()},
        **{name: Decimal(stored[name]) for name in ("retained", "carried_forward", "unallocated")},
    )
    amounts = {name: Decimal(stored[name]) for name in ("budget", "outturn", "spent")}
    return YearResult(agreement=stored["agreement"], rule=RiskShareRule(stored["rule"]), shared=shared, **amounts)
