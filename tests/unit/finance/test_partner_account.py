"""The accounts of partners add up to the fund, to the penny."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.period import Period
from services.finance.domain.agreement import Agreement, AgreementTerms, Contribution
from services.finance.domain.budget import Budget, BudgetLine
from services.finance.domain.fund import ClosedQuarters, Fund, FundSummary, LineMoves, Partner
from services.finance.domain.fund_position import fund_position
from services.finance.domain.partner_account import PartnerAccount, partner_accounts
from services.finance.domain.sharing import obligation

D = Decimal
YEAR = Period.parse("2017/18")
PARTNERS = ("CCG", "PCC", "Third")


def accounts(spent: Decimal, given_in: dict[str, Decimal]) -> list[PartnerAccount]:
    contributions = [Contribution(partner, YEAR, amount) for partner, amount in given_in.items()]
    terms = AgreementTerms(date(2017, 4, 1), [*contributions, Contribution("CCG", Period.parse("2018/19"), D(7))])
    fund = Fund(
        summary=FundSummary("pool", "Pool", "PCC"),
        partners=[Partner(code, code) for code in PARTNERS],
        agreements=[Agreement(1, terms, datetime(2017, 4, 1, tzinfo=UTC), "Ana", date(2017, 4, 1))],
        lines=[BudgetLine(YEAR, "d", "d", "d", Budget("line", D(100), D(0), D(0), D(0)))],
        printed_totals=[],
        closed=ClosedQuarters(frozenset(), {}),
        moves={("2017/18", "line"): LineMoves(outturn={YEAR: spent})},
    )
    return partner_accounts(fund, fund_position(fund, YEAR, []), [])


PENCE = st.integers(0, 10**10).map(lambda pence: D(pence) / 100)


@settings(max_examples=40)
@given(st.integers(-(10**10), 10**10), st.dictionaries(st.sampled_from(PARTNERS), PENCE, min_size=1))
def test_balances_of_partners_are_the_funds(spent: int, given_in: dict[str, Decimal]):
    found = accounts(D(spent) / 100, given_in)
    assert [one.partner.code for one in found] == list(PARTNERS)
    assert sum(one.contributed for one in found) == found[0].fund_contributed == sum(given_in.values())
    if any(given_in.values()):
        assert sum(one.spent for one in found) == D(spent) / 100
        assert sum(one.balance for one in found) == found[0].fund_balance


def test_the_example_of_the_agreement():
    ccg, pcc, third = accounts(D("1000.01"), {"PCC": D(77), "CCG": D(23)})
    assert [one.spent for one in (ccg, pcc, third)] == [D("230.00"), D("770.01"), D(0)]


def test_where_nobody_puts_anything_in_no_part_is_anybodys():
    assert {one.spent for one in accounts(D(5), {})} == {D(0)}


@pytest.mark.parametrize(("variance", "obliged"), [("1", True), ("-1", True), ("0", False)])
def test_a_variance_obliges_to_an_action_plan(variance: str, obliged: bool):
    assert (obligation(D(variance)) is not None) == obliged
