from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.domain.risk_share import (
    Cap,
    RiskShareRule,
    Source,
    Split,
    SplitTerms,
    Tier,
    UnderspendRule,
    dispose_of_underspend,
    draw_on_sources,
    split_variance,
    variance,
)

D = Decimal

FIXED = SplitTerms(RiskShareRule.FIXED_SHARE, weights={"PCC": D(77), "CCG": D(23)})
TIERED = SplitTerms(
    RiskShareRule.TIERED,
    tiers=[
        Tier(D(1000), {"PCC": D(1), "CCG": D(1)}),
        Tier(D(5000), {"PCC": D(1), "CCG": D(3)}),
        Tier(None, {"CCG": D(1)}),
    ],
)


@pytest.mark.parametrize(
    ("agreement", "amount", "shares"),
    [
        (FIXED, "1000.01", {"PCC": "770.01", "CCG": "230.00"}),
        (FIXED, "-1000.01", {"PCC": "-770.01", "CCG": "-230.00"}),
        (SplitTerms(RiskShareRule.HOST, host="PCC"), "12.34", {"PCC": "12.34"}),
        (
            SplitTerms(RiskShareRule.OWN, weights={"PCC": D("30.00"), "CCG": D("10.00")}),
            "20.00",
            {"PCC": "15.00", "CCG": "5.00"},
        ),
        (
            SplitTerms(RiskShareRule.PRO_RATA, weights={"PCC": D(160_000_000), "CCG": D(300_000_000)}),
            "46.00",
            {"PCC": "16.00", "CCG": "30.00"},
        ),
        (TIERED, "800.00", {"PCC": "400.00", "CCG": "400.00"}),
        (TIERED, "6000.00", {"PCC": "1500.00", "CCG": "4500.00"}),
        (TIERED, "-6000.00", {"PCC": "-1500.00", "CCG": "-4500.00"}),
    ],
)
def test_every_rule_shares_as_agreed(agreement: SplitTerms, amount: str, shares: dict[str, str]):
    assert split_variance(D(amount), agreement) == Split({p: D(a) for p, a in shares.items()}, D(0))


def capped(**caps: Cap) -> SplitTerms:
    return SplitTerms(RiskShareRule.FIXED_SHARE, weights={"PCC": D(1), "CCG": D(1)}, caps=caps)


@pytest.mark.parametrize(
    ("agreement", "pcc", "ccg", "unallocated"),
    [
        (capped(PCC=Cap(D(100), "CCG")), "100", "900", "0"),
        (capped(PCC=Cap(D(100))), "100", "500", "400"),
        (capped(PCC=Cap(D(100), "CCG"), CCG=Cap(D(700))), "100", "700", "200"),
        (capped(PCC=Cap(D(100), "CCG"), CCG=Cap(D(700), "PCC")), "100", "700", "200"),
        (capped(PCC=Cap(D(100), "CCG"), CCG=Cap(D(200), "PCC")), "100", "200", "700"),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_excess_over_a_cap_goes_to_the_fallback_or_stays_unallocated(
    agreement: SplitTerms, pcc: str, ccg: str, unallocated: str, sign: int
):
    made = split_variance(D("1000.00") * sign, agreement)
    assert made.by_partner == {"PCC": D(pcc) * sign, "CCG": D(ccg) * sign}
    assert made.unallocated == D(unallocated) * sign


@pytest.mark.parametrize(
    ("amount", "drawn", "left"),
    [
        ("1000", ["300", "500", "200"], "0"),
        ("2000", ["300", "500", "900"], "300"),
        ("100", ["100", "0", "0"], "0"),
        ("-100", ["0", "0", "0"], "-100"),
    ],
)
def test_the_waterfall_absorbs_an_overspend_in_order(amount: str, drawn: list[str], left: str):
    sources = [Source("pool underspends", D(300)), Source("risk pool", D(500)), Source("uncommitted", D(900))]
    made = draw_on_sources(D(amount), sources)
    assert [part for _, part in made.drawn] == [D(part) for part in drawn]
    assert made.left == D(left)


def test_an_underspend_has_its_own_rule():
    weights = {"PCC": D(77), "CCG": D(23)}
    assert variance(D("98.99"), D("1099.00")) == D("-1000.01")
    assert dispose_of_underspend(D("-1000.01"), UnderspendRule.RETAIN, weights).retained == D("-1000.01")
    assert dispose_of_underspend(D("-1000.01"), UnderspendRule.CARRY_FORWARD, weights).carried_forward == D("-1000.01")
    returned = dispose_of_underspend(D("-1000.01"), UnderspendRule.RETURN, weights).returned
    assert returned == {"PCC": D("-770.01"), "CCG": D("-230.00")}


@pytest.mark.parametrize(
    ("agreement", "says"),
    [
        (SplitTerms(RiskShareRule.HOST), "no host"),
        (SplitTerms(RiskShareRule.FIXED_SHARE), "more than zero"),
        (SplitTerms(RiskShareRule.FIXED_SHARE, weights={"PCC": D(-1), "CCG": D(2)}), "not be negative"),
        (SplitTerms(RiskShareRule.TIERED, tiers=[Tier(D(5), {"PCC": D(1)})]), "no upper end"),
    ],
)
def test_an_agreement_that_cannot_share_says_so(agreement: SplitTerms, says: str):
    with pytest.raises(ValueError, match=says):
        split_variance(D("1.00"), agreement)


names = st.sampled_from(["PCC", "CCG", "LWSW", "UHP", "NHSE"])
weight = st.decimals(min_value=0, max_value=10**6, places=3)
weights_of = st.dictionaries(names, weight, min_size=1).filter(lambda found: sum(found.values()) > 0)
pounds = st.decimals(min_value=-(10**10), max_value=10**10, places=2)
caps_of = st.dictionaries(
    names,
    st.builds(Cap, st.decimals(min_value=0, max_value=10**9, places=2), st.none() | names),
)
tiers_of = st.builds(
    lambda bounds, shares: [Tier(bound, s) for bound, s in zip([*sorted(bounds), None], shares, strict=False)],
    st.lists(st.decimals(min_value=1, max_value=10**9, places=2), min_size=1, max_size=1),
    st.lists(weights_of, min_size=2, max_size=2),
)
agreements = st.one_of(
    st.builds(SplitTerms, st.just(RiskShareRule.HOST), host=names, caps=caps_of),
    st.builds(
        SplitTerms,
        st.sampled_from([RiskShareRule.OWN, RiskShareRule.FIXED_SHARE, RiskShareRule.PRO_RATA]),
        weights=weights_of,
        caps=caps_of,
    ),
    st.builds(SplitTerms, st.just(RiskShareRule.TIERED), tiers=tiers_of, caps=caps_of),
)


@given(pounds, agreements)
def test_shares_and_the_unallocated_rest_are_exactly_the_variance(amount: Decimal, agreement: SplitTerms):
    made = split_variance(amount, agreement)
    assert sum(made.by_partner.values(), made.unallocated) == amount


@given(pounds, agreements)
def test_an_underspend_mirrors_an_overspend(amount: Decimal, agreement: SplitTerms):
    there, back = split_variance(amount, agreement), split_variance(-amount, agreement)
    assert back.by_partner == {partner: -part for partner, part in there.by_partner.items()}
    assert back.unallocated == -there.unallocated


@given(pounds, agreements)
def test_nobody_bears_more_than_its_cap(amount: Decimal, agreement: SplitTerms):
    for partner, part in split_variance(amount, agreement).by_partner.items():
        if partner in agreement.caps:
            assert abs(part) <= agreement.caps[partner].limit


@given(pounds, weights_of, caps_of, st.randoms())
def test_the_order_of_partners_does_not_matter(
    amount: Decimal, weights: dict[str, Decimal], caps: dict[str, Cap], random: Random
):
    turned = list(weights.items())
    random.shuffle(turned)
    one = split_variance(amount, SplitTerms(RiskShareRule.FIXED_SHARE, weights=weights, caps=caps))
    other = split_variance(amount, SplitTerms(RiskShareRule.FIXED_SHARE, weights=dict(turned), caps=caps))
    assert one == other


@given(pounds, st.lists(st.builds(Source, st.just("source"), st.decimals(0, 10**9, places=2)), max_size=4))
def test_the_waterfall_loses_nothing(amount: Decimal, sources: list[Source]):
    made = draw_on_sources(amount, sources)
    assert sum((part for _, part in made.drawn), made.left) == amount
    assert all(D(0) <= part <= s.available for (_, part), s in zip(made.drawn, sources, strict=True))
