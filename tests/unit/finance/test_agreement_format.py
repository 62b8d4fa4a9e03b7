"""Agreements that older versions stored are read as what they said."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.period import Period
from services.finance.domain.agreement import AgreementTerms, Contribution, RiskShareTerms
from services.finance.domain.risk_share import Cap, RiskShareRule, Source, SourceKind, Tier, UnderspendRule
from services.finance.domain.triggers import Direction, Trigger, Triggers
from services.finance.repository.agreement_format import read, written

D = Decimal


def money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "GBP"}


FORMAT_0: dict[str, Any] = {
    "effective_from": "2017-04-01",
    "contributions": [{"partner": "PCC", "financial_year": "2017/18", "amount": money("77.00"), "varies": "yearly"}],
    "risk_share": {
        "rule": "tiered",
        "shares": {"PCC": "0.77", "CCG": "0.23"},
        "tiers": [{"up_to": money("40.00"), "shares": {"PCC": "1"}}, {"up_to": None, "shares": {"CCG": "1"}}],
        "caps": {"PCC": {"limit": money("1000.00"), "fallback": "CCG"}},
        "waterfall": [{"name": "risk pool", "available": money("500.00")}],
        "underspend": "return",
    },
}
TERMS = AgreementTerms(
    effective_from=date(2017, 4, 1),
    contributions=(Contribution("PCC", Period.parse("2017/18"), D("77.00"), "yearly"),),
    risk_share=RiskShareTerms(
        rule=RiskShareRule.TIERED,
        shares={"PCC": D("0.77"), "CCG": D("0.23")},
        tiers=(Tier(D("40.00"), {"PCC": D(1)}), Tier(None, {"CCG": D(1)})),
        caps={"PCC": Cap(D("1000.00"), "CCG")},
        sources=(Source("risk pool", D("500.00")),),
        underspend=UnderspendRule.RETURN,
    ),
)
BARE = AgreementTerms(date(2017, 4, 1))
LINES = replace(
    TERMS,
    risk_share=RiskShareTerms(
        rule=RiskShareRule.HOST,
        sources=(Source("pool", None, SourceKind.UNDERSPENDS), Source("risk pool", D("5.00"), SourceKind.RISK_POOL)),
        lines={"leisure": RiskShareTerms(RiskShareRule.OWN)},
        overspend_obliges="A plan",
    ),
)
TRIGGERED = replace(
    TERMS,
    triggers=Triggers(
        Trigger(None, D("2.5")), Trigger(D("100.00"), None, Direction.EITHER), {"leisure": Trigger(D(1), D(2))}
    ),
)


def test_what_the_api_once_stored_is_read_as_what_it_said():
    assert read(FORMAT_0) == TERMS
    assert read({"effective_from": "2017-04-01", "contributions": [], "risk_share": None}) == BARE


@pytest.mark.parametrize(("terms", "number"), [(TERMS, 1), (BARE, 1), (TRIGGERED, 2), (LINES, 2)])
def test_what_is_written_names_the_oldest_format_that_says_it_and_is_read_back(terms: AgreementTerms, number: int):
    stored = written(terms)
    assert stored["format"] == number
    assert read(stored) == terms


def test_a_format_of_a_newer_version_is_refused():
    with pytest.raises(ValueError, match="format 3"):
        read(written(BARE) | {"format": 3})
