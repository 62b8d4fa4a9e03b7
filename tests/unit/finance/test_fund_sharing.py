"""A fund's variance shared by line: every part adds up, and what one line leaves in the pool covers another."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.period import Period
from services.finance.domain.agreement import Agreement, AgreementTerms, Contribution, RiskShareTerms
from services.finance.domain.fund_sharing import LineVariance, RiskShare, SharedPart, risk_share_of
from services.finance.domain.risk_share import Cap, RiskShareRule, Source, SourceKind, UnderspendRule
from services.finance.domain.sharing import SharedVariance

D = Decimal
YEAR = Period.parse("2017/18")
SHARES = {"PCC": D("0.77"), "CCG": D("0.23")}
POOL = Source("pool", None, SourceKind.UNDERSPENDS)
FIXED = RiskShareTerms(RiskShareRule.FIXED_SHARE, SHARES)


def shared(terms: RiskShareTerms, variances: Mapping[str, str]) -> RiskShare:
    given_in = tuple(Contribution(partner, YEAR, D(part)) for partner, part in {"PCC": "3000", "CCG": "1000"}.items())
    agreed = AgreementTerms(date(2017, 4, 1), given_in, terms)
    recorded = Agreement(1, agreed, datetime(2018, 1, 1, tzinfo=UTC), "A", date(2018, 1, 1))
    lines = {code: LineVariance(D(amount), {"CCG": -D(amount)}) for code, amount in variances.items()}
    found = risk_share_of([recorded], YEAR, lines, host="PCC")
    assert found is not None
    return found


def accounted(found: SharedVariance) -> Decimal:
    parts = [*found.by_partner.values(), *(amount for _, amount in found.drawn)]
    return sum(parts, found.retained + found.carried_forward + found.unallocated)


def part(found: RiskShare, line: str | None) -> SharedPart:
    return next(one for one in found.parts if one.line == line)


def test_without_terms_of_lines_the_fund_is_shared_as_one():
    found = shared(FIXED, {"a": "1000.01", "b": "0"})
    assert (found.parts, found.shared.by_partner) == ((), {"CCG": D("230.00"), "PCC": D("770.01")})


def test_a_line_with_terms_of_its_own_is_shared_by_them_and_the_others_by_the_fund():
    found = shared(
        RiskShareTerms(RiskShareRule.PRO_RATA, lines={"a": RiskShareTerms(RiskShareRule.OWN)}),
        {"a": "100", "b": "30", "c": "10"},
    )
    assert part(found, "a").shared.by_partner == {"CCG": D("100.00")}
    assert (part(found, None).variance, part(found, None).shared.by_partner) == (D(40), {"CCG": D(10), "PCC": D(30)})
    assert found.shared.by_partner == {"CCG": D(110), "PCC": D(30)}


def test_what_stays_in_the_pool_covers_an_overspend_before_anybody_bears_it():
    found = shared(
        RiskShareTerms(RiskShareRule.HOST, lines={"a": RiskShareTerms(RiskShareRule.HOST, sources=(POOL,))}),
        {"a": "100", "b": "-60"},
    )
    assert (part(found, "a").shared.drawn, part(found, "a").shared.by_partner) == ((("pool", D(60)),), {"PCC": D(40)})
    assert (part(found, None).shared.drawn, part(found, None).shared.retained) == ((("pool", D(-60)),), D(0))
    assert (found.shared.drawn, found.shared.by_partner) == ((("pool", D(0)),), {"PCC": D(40)})


@pytest.mark.parametrize("rule", [UnderspendRule.RETURN, UnderspendRule.CARRY_FORWARD])
def test_what_does_not_stay_in_the_pool_covers_nothing(rule: UnderspendRule):
    own = {"a": RiskShareTerms(RiskShareRule.HOST, sources=(POOL,))}
    found = shared(RiskShareTerms(RiskShareRule.HOST, underspend=rule, lines=own), {"a": "100", "b": "-60"})
    assert part(found, "a").shared.by_partner == {"PCC": D(100)}


def test_two_overspends_do_not_take_the_same_underspend():
    own = dict.fromkeys("ab", RiskShareTerms(RiskShareRule.HOST, sources=(POOL, Source("risk pool", D(25)))))
    found = shared(RiskShareTerms(RiskShareRule.HOST, lines=own), {"a": "50", "b": "50", "c": "-70"})
    assert part(found, "a").shared.drawn == (("pool", D(50)), ("risk pool", D(0)))
    assert part(found, "b").shared.drawn == (("pool", D(20)), ("risk pool", D(25)))
    assert part(found, "b").shared.by_partner == {"PCC": D(5)}


@pytest.mark.parametrize(
    ("of_line", "of_fund", "line_draws", "fund_draws"),
    [("100", "100", 80, 20), ("60", "100", 60, 40), ("100", "60", 80, 20), ("100", "10", 80, 10)],
)
def test_a_source_that_several_terms_name_is_one(of_line: str, of_fund: str, line_draws: int, fund_draws: int):
    own = {"a": RiskShareTerms(RiskShareRule.HOST, sources=(Source("risk pool", D(of_line)),))}
    terms = RiskShareTerms(RiskShareRule.HOST, sources=(Source("risk pool", D(of_fund)),), lines=own)
    found = shared(terms, {"a": "80", "b": "80"})
    assert part(found, "a").shared.drawn == (("risk pool", D(line_draws)),)
    assert part(found, None).shared.drawn == (("risk pool", D(fund_draws)),)
    assert found.shared.drawn == (("risk pool", D(line_draws + fund_draws)),)


def test_parts_that_are_nobodys_do_not_make_up_for_one_another():
    capped = RiskShareTerms(RiskShareRule.HOST, caps={"PCC": Cap(D(10))})
    pooled = RiskShareTerms(RiskShareRule.FIXED_SHARE, underspend=UnderspendRule.RETURN, lines={"a": capped})
    found = shared(pooled, {"a": "30", "b": "-20"})
    assert (found.shared.unallocated, found.blocking) == (0, [("a", D(20)), (None, D(-20))])


@pytest.mark.parametrize(
    ("variance", "obliges", "asks"),
    [
        ("10", "A recovery plan within six weeks", True),
        ("-10", "An action plan at the next meeting of the partners", False),
        ("0", None, False),
    ],
)
def test_what_a_variance_obliges_to_is_as_agreed(variance: str, obliges: str | None, asks: bool):
    terms = RiskShareTerms(RiskShareRule.HOST, overspend_obliges="A recovery plan within six weeks")
    found = shared(terms, {"a": variance})
    assert (found.obliges, found.asks_for_plan) == (obliges, asks)


PENCE = st.integers(-10_000, 10_000).map(lambda pence: D(pence) / 100)
TERMS = st.builds(
    RiskShareTerms,
    st.sampled_from([RiskShareRule.HOST, RiskShareRule.PRO_RATA, RiskShareRule.OWN, RiskShareRule.FIXED_SHARE]),
    st.just(SHARES),
    caps=st.sampled_from([{}, {"PCC": Cap(D(20))}, {"PCC": Cap(D(5), "CCG")}]),
    sources=st.lists(st.sampled_from([POOL, Source("risk pool", D("7.77"))]), max_size=3, unique=True).map(tuple),
    underspend=st.sampled_from(UnderspendRule),
)


@given(TERMS, st.dictionaries(st.sampled_from("abc"), TERMS, min_size=1), st.lists(PENCE, min_size=5, max_size=5))
def test_every_part_and_their_sum_are_accounted_for(
    fund: RiskShareTerms, own: dict[str, RiskShareTerms], amounts: list[Decimal]
):
    terms = RiskShareTerms(fund.rule, fund.shares, (), fund.caps, fund.sources, fund.underspend, own)
    found = shared(terms, {code: str(amount) for code, amount in zip("abcde", amounts, strict=True)})
    assert all(accounted(one.shared) == one.variance for one in found.parts)
    assert accounted(found.shared) == sum(amounts, D(0)) == sum((one.variance for one in found.parts), D(0))
    drawn = sum((amount for one in found.parts for name, amount in one.shared.drawn if name == "pool"), D(0))
    assert drawn == 0, "what covers one line is taken of another, to the penny"
