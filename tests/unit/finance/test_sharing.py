"""Every penny of a fund's variance is somebody's, or is named as nobody's."""

from decimal import Decimal

import pytest

from services.finance.domain.risk_share import Cap, RiskShareRule, Source, SplitTerms, Tier, UnderspendRule
from services.finance.domain.sharing import SharedVariance, share_variance

SHARES = {"PCC": Decimal("0.77"), "CCG": Decimal("0.23")}
FIXED = SplitTerms(RiskShareRule.FIXED_SHARE, weights=SHARES)
CAPPED = SplitTerms(RiskShareRule.FIXED_SHARE, weights=SHARES, caps={"PCC": Cap(Decimal(300))})
TIERED = SplitTerms(RiskShareRule.TIERED, tiers=[Tier(Decimal(100), {"PCC": Decimal(1)}), Tier(None, SHARES)])
UNKNOWN = SplitTerms(RiskShareRule.PRO_RATA)
NO_HOST = SplitTerms(RiskShareRule.HOST)
POOL = [Source("risk pool", Decimal(500))]


def accounted(found: SharedVariance) -> Decimal:
    parts = [*found.by_partner.values(), *(amount for _, amount in found.drawn)]
    return sum(parts, found.retained + found.carried_forward + found.unallocated)


@pytest.mark.parametrize("agreement", [FIXED, CAPPED, TIERED, UNKNOWN, NO_HOST])
@pytest.mark.parametrize("spare", list(UnderspendRule))
@pytest.mark.parametrize("amount", ["1500.01", "499.99", "0.01", "0", "-0.01", "-1000.01"])
def test_all_of_a_variance_is_accounted_for(agreement: SplitTerms, spare: UnderspendRule, amount: str) -> None:
    assert accounted(share_variance(Decimal(amount), POOL, agreement, spare)) == Decimal(amount)


def test_an_overspend_goes_to_the_pool_then_to_partners() -> None:
    found = share_variance(Decimal("1500.01"), POOL, FIXED, UnderspendRule.RETAIN)
    assert found.drawn == (("risk pool", Decimal(500)),)
    assert found.by_partner == {"CCG": Decimal("230.00"), "PCC": Decimal("770.01")}


def test_what_is_above_a_cap_without_fallback_is_nobodys() -> None:
    found = share_variance(Decimal(1000), [], CAPPED, UnderspendRule.RETAIN)
    assert (found.by_partner["PCC"], found.unallocated) == (300, 470)


@pytest.mark.parametrize("agreement", [UNKNOWN, NO_HOST])
def test_where_the_agreement_says_too_little_nothing_is_guessed(agreement: SplitTerms) -> None:
    assert share_variance(Decimal(1000), POOL, agreement, UnderspendRule.RETAIN).unallocated == 500
    assert share_variance(Decimal(-1000), POOL, agreement, UnderspendRule.RETURN).unallocated == -1000
    assert share_variance(Decimal(-1000), POOL, agreement, UnderspendRule.RETAIN).retained == -1000


def test_an_underspend_is_returned_as_an_overspend_would_be_borne_without_caps() -> None:
    found = share_variance(Decimal("-1000.01"), POOL, CAPPED, UnderspendRule.RETURN)
    assert (found.drawn, found.by_partner) == ((), {"CCG": Decimal("-230.00"), "PCC": Decimal("-770.01")})
    assert share_variance(Decimal(-5), POOL, FIXED, UnderspendRule.CARRY_FORWARD).carried_forward == -5


@pytest.mark.parametrize(("unallocated", "blocks"), [("0.01", True), ("-0.01", True), ("0.00", False)])
def test_what_is_nobodys_blocks_closing_in_either_sign(unallocated: str, blocks: bool) -> None:
    assert SharedVariance(unallocated=Decimal(unallocated)).blocks_closing is blocks
