"""Agreement terms as they are stored: JSON of a format with a version. Every format there ever was is read here.

Format 1 writes amounts as plain text, ``{"format": 1, "contributions": [{"amount": "77.00", ...}], ...}``; format 0,
which names no format, is the body of the API of its day, with money as an object. Format 2 has ``triggers`` besides,
terms of lines, kinds of sources, and what a variance obliges to; terms that say none of it are written as of format 1,
which an image of before reads too.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from contracts.period import Period
from services.finance.domain.agreement import AgreementTerms, Contribution, RiskShareTerms
from services.finance.domain.risk_share import Cap, RiskShareRule, Source, SourceKind, Tier, UnderspendRule
from services.finance.domain.triggers import NO_TRIGGERS
from services.finance.repository import triggers_format

FORMAT: Final = 2

Json = dict[str, Any]


def written(terms: AgreementTerms) -> Json:
    """Terms in the oldest format that says all of them."""
    sharing = terms.risk_share
    says_more = terms.triggers != NO_TRIGGERS or (sharing is not None and _says_more(sharing))
    return ({"triggers": triggers_format.written(terms.triggers)} if says_more else {}) | {
        "format": FORMAT if says_more else 1,
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
        "risk_share": None if sharing is None else _risk_share_written(sharing),
    }


def _says_more(terms: RiskShareTerms) -> bool:
    """Whether terms say what format 1 does not."""
    obliges = terms.overspend_obliges is not None or terms.underspend_obliges is not None
    return bool(terms.lines) or obliges or any(one.kind or one.available is None for one in terms.sources)


def _risk_share_written(terms: RiskShareTerms) -> Json:
    return (_more_written(terms) if _says_more(terms) else {}) | {
        "rule": terms.rule.value,
        "shares": _weights_written(terms.shares),
        "tiers": [
            {"up_to": None if tier.up_to is None else f"{tier.up_to:f}", "weights": _weights_written(tier.weights)}
            for tier in terms.tiers
        ],
        "caps": {partner: {"limit": f"{cap.limit:f}", "fallback": cap.fallback} for partner, cap in terms.caps.items()},
        "sources": [_source_written(source) for source in terms.sources],
        "underspend": terms.underspend.value,
    }


def _more_written(terms: RiskShareTerms) -> Json:
    return {
        "lines": {code: _risk_share_written(own) for code, own in terms.lines.items()},
        "overspend_obliges": terms.overspend_obliges,
        "underspend_obliges": terms.underspend_obliges,
    }


def _source_written(source: Source) -> Json:
    available = None if source.available is None else f"{source.available:f}"
    kind = {} if source.kind is None else {"kind": source.kind.value}
    return {"name": source.name, "available": available, **kind}


def _weights_written(weights: Mapping[str, Decimal]) -> dict[str, str]:
    return {partner: f"{weight:f}" for partner, weight in weights.items()}


def read(stored: Mapping[str, Any]) -> AgreementTerms:
    """Terms from any format.

    Raises:
        ValueError: a format that a newer version wrote.
    """
    version = stored.get("format", 0)
    if not 0 <= version <= FORMAT:
        raise ValueError(f"agreement terms of format {version}; this version reads up to {FORMAT}")
    sharing = stored["risk_share"]
    return AgreementTerms(
        effective_from=date.fromisoformat(stored["effective_from"]),
        contributions=tuple(_contribution(part) for part in stored["contributions"]),
        risk_share=None if sharing is None else _risk_share(sharing),
        triggers=triggers_format.read(stored.get("triggers")),
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
        sources=tuple(_source(source) for source in sources),
        underspend=UnderspendRule(stored["underspend"]),
        lines={code: _risk_share(own) for code, own in stored.get("lines", {}).items()},
        overspend_obliges=stored.get("overspend_obliges"),
        underspend_obliges=stored.get("underspend_obliges"),
    )


def _source(stored: Mapping[str, Any]) -> Source:
    available = None if stored["available"] is None else _amount(stored["available"])
    return Source(stored["name"], available, SourceKind(stored["kind"]) if "kind" in stored else None)


def _tier(stored: Mapping[str, Any]) -> Tier:
    up_to = None if stored["up_to"] is None else _amount(stored["up_to"])
    return Tier(up_to, _weights(stored["weights"] if "weights" in stored else stored["shares"]))


def _weights(stored: Mapping[str, str]) -> dict[str, Decimal]:
    return {partner: Decimal(weight) for partner, weight in stored.items()}


def _amount(stored: str | Mapping[str, str]) -> Decimal:
    """Text since format 1, money as an object before."""
    return Decimal(stored if isinstance(stored, str) else stored["amount"])
