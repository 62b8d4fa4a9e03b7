"""Agreement terms as they are stored: JSON of a format with a version. Every format there ever was is read here.

Format 1 writes amounts as plain text, ``{"format": 1, "contributions": [{"amount": "77.00", ...}], ...}``; format 0,
which names no format, is the body of the API of its day, with money as an object.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from contracts.period import Period
from services.finance.domain.agreement import AgreementTerms, Contribution, RiskShareTerms
from services.finance.domain.risk_share import Cap, RiskShareRule, Source, Tier, UnderspendRule

FORMAT: Final = 1

Json = dict[str, Any]


def written(terms: AgreementTerms) -> Json:
    """Terms in the newest format."""
    return {
        "format": FORMAT,
        "effective_from": terms.effective_from.isoformat(),
        "contributions": [
            {
                "partner": part.partner,
                "financial_year": part.financial_year.label,
                "amount": f"{part.amount:f}",
                "varies": part.varies,
            }
            for part in terms.contributions
        ],
        "risk_share": None if terms.risk_share is None else _risk_share_written(terms.risk_share),
    }


def _risk_share_written(terms: RiskShareTerms) -> Json:
    return {
        "rule": terms.rule.value,
        "shares": _weights_written(terms.shares),
        "tiers": [
            {"up_to": None if tier.up_to is None else f"{tier.up_to:f}", "weights": _weights_written(tier.weights)}
            for tier in terms.tiers
        ],
        "caps": {partner: {"limit": f"{cap.limit:f}", "fallback": cap.fallback} for partner, cap in terms.caps.items()},
        "sources": [{"name": source.name, "available": f"{source.available:f}"} for source in terms.sources],
        "underspend": terms.underspend.value,
    }


def _weights_written(weights: Mapping[str, Decimal]) -> dict[str, str]:
    return {partner: f"{weight:f}" for partner, weight in weights.items()}


def read(stored: Mapping[str, Any]) -> AgreementTerms:
    """Terms from any format.

    Raises:
        ValueError: a format that a newer version wrote.
    """
    version = stored.get("format", 0)
    if version not in {0, FORMAT}:
        raise ValueError(f"agreement terms of format {version}; this version reads up to {FORMAT}")
    sharing = stored["risk_share"]
    return AgreementTerms(
        effective_from=date.fromisoformat(stored["effective_from"]),
        contributions=tuple(_contribution(part) for part in stored["contributions"]),
        risk_share=None if sharing is None else _risk_share(sharing),
    )


def _contribution(stored: Mapping[str, Any]) -> Contribution:
    year = Period.parse(stored["financial_year"])
    return Contribution(stored["partner"], year, _amount(stored["amount"]), stored["varies"])


def _risk_share(stored: Mapping[str, Any]) -> RiskShareTerms:
    sources = stored["sources"] if "sources" in stored else stored["waterfall"]
    return RiskShareTerms(
        rule=RiskShareRule(stored["rule"]),
        shares=_weights(stored["shares"]),
        tiers=tuple(_tier(tier) for tier in stored["tiers"]),
        caps={partner: Cap(_amount(cap["limit"]), cap["fallback"]) for partner, cap in stored["caps"].items()},
        sources=tuple(Source(source["name"], _amount(source["available"])) for source in sources),
        underspend=UnderspendRule(stored["underspend"]),
    )


def _tier(stored: Mapping[str, Any]) -> Tier:
    up_to = None if stored["up_to"] is None else _amount(stored["up_to"])
    return Tier(up_to, _weights(stored["weights"] if "weights" in stored else stored["shares"]))


def _weights(stored: Mapping[str, str]) -> dict[str, Decimal]:
    return {partner: Decimal(weight) for partner, weight in stored.items()}


def _amount(stored: str | Mapping[str, str]) -> Decimal:
    """Text since format 1, money as an object before."""
    return Decimal(stored if isinstance(stored, str) else stored["amount"])
