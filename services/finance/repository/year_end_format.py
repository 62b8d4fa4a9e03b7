"""Results of years as they are stored: JSON of a format with a version, amounts as plain text in pounds.

Format 2 has the parts of lines with terms of their own, what the variance obliges partners to, and their plan. A result
that has neither parts nor a plan, and obliges to what any agreement would, is written as of format 1. Format 3 has the
reference of the action plan, and is written only where one is named.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from services.finance.domain.fund_sharing import SharedPart
from services.finance.domain.risk_share import RiskShareRule
from services.finance.domain.sharing import SharedVariance, obligation
from services.finance.domain.year_end import YearResult

FORMAT: Final = 3

Json = dict[str, Any]


def written(result: YearResult) -> Json:
    """A result in the oldest format that says all of it."""
    number = _oldest_format(result)
    more = {"parts": [_part_written(part) for part in result.parts], "obliges": result.obliges, "plan": result.plan}
    return {
        "format": number,
        "agreement": result.agreement,
        "rule": result.rule.value,
        "budget": f"{result.budget:f}",
        "outturn": f"{result.outturn:f}",
        "spent": f"{result.spent:f}",
        **_shared_written(result.shared),
        **(more if number > 1 else {}),
        **({"action_plan": result.action_plan} if number == FORMAT else {}),
    }


def _oldest_format(result: YearResult) -> int:
    if result.action_plan is not None:
        return FORMAT
    says_more = bool(result.parts or result.plan) or result.obliges != obligation(result.variance)
    return 2 if says_more else 1


def _part_written(part: SharedPart) -> Json:
    named = {"line": part.line, "rule": part.rule.value, "variance": f"{part.variance:f}"}
    return named | _shared_written(part.shared)


def _shared_written(shared: SharedVariance) -> Json:
    return {
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
    if not 1 <= stored["format"] <= FORMAT:
        raise ValueError(f"a year's result of format {stored['format']}; this version reads up to {FORMAT}")
    budget, outturn, spent = (Decimal(stored[name]) for name in ("budget", "outturn", "spent"))
    return YearResult(
        agreement=stored["agreement"],
        rule=RiskShareRule(stored["rule"]),
        budget=budget,
        outturn=outturn,
        spent=spent,
        shared=_shared(stored),
        parts=tuple(_part(part) for part in stored.get("parts", ())),
        obliges=stored.get("obliges", obligation(outturn - budget)),
        plan=stored.get("plan"),
        action_plan=stored.get("action_plan"),
    )


def _part(stored: Mapping[str, Any]) -> SharedPart:
    return SharedPart(stored["line"], RiskShareRule(stored["rule"]), Decimal(stored["variance"]), _shared(stored))


def _shared(stored: Mapping[str, Any]) -> SharedVariance:
    return SharedVariance(
        drawn=tuple((name, Decimal(amount)) for name, amount in stored["drawn"]),
        by_partner={partner: Decimal(amount) for partner, amount in stored["by_partner"].items()},
        **{name: Decimal(stored[name]) for name in ("retained", "carried_forward", "unallocated")},
    )
