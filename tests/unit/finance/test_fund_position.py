"""What a year of a fund comes to: only banked money moves an outturn, and every grouping adds up to the whole."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from contracts.period import Period
from services.finance.domain.agreement import Contribution, RiskShareTerms
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.budget import PrintedTotal
from services.finance.domain.budget_table import budget_table
from services.finance.domain.capping import LineCap
from services.finance.domain.figures import HELD_AT_BUDGET
from services.finance.domain.fund import FundVersion, LineMoves
from services.finance.domain.fund_position import FundPosition, Savings, fund_position, fund_state
from services.finance.domain.ledger import State
from services.finance.domain.partner_account import partner_accounts
from services.finance.domain.reconciliation import reconcile
from services.finance.domain.risk_share import RiskShareRule
from services.finance.domain.triggers import Level, Trigger, Triggers
from services.finance.domain.year_end import Signing, SignOff, YearEnd, open_quarters, year_end_transfers, year_result
from tests.unit.finance.world import AT, DAY, YEAR, account, agreement, fund, line, posted, scheme

D, P = Decimal, Period.parse
QUARTERS = [f"2017/18 Q{number}" for number in (1, 2, 3, 4)]
SPENT = {
    "care": LineMoves(D(50), {P("2017-04"): D(90), P("2017-05"): D(60)}),
    "home": LineMoves(D(-50), {P("2017-04"): D(40)}),
}
ENTRIES = [
    posted(State.INDICATED, "2017-12", "70", "5"),
    posted(State.VALIDATED, "2017-12", "60"),
    posted(State.BANKED, "2017-12", "40"),
    posted(State.BANKED, "2017-06", "10", quarter="2017/18 Q2"),
]


def position(**changes: object) -> FundPosition:
    whole = fund(
        line("care", partner="PCC"), line("home", "500", partner="CCG", illustrative=True), moves=SPENT, **changes
    )  # type: ignore[arg-type]
    return fund_position(whole, YEAR, [account(scheme(), *ENTRIES)])


def test_only_banked_money_moves_the_outturn_and_virements_the_budget():
    found = position()
    care, home = found.lines
    assert (care.budget, care.outturn, care.variance) == (D(1050), D(1000), D(-50))
    assert (home.budget, home.outturn, home.variance) == (D(450), D(450), D(0))
    assert (found.budget, found.outturn, found.variance, found.spent) == (D(1500), D(1450), D(-50), D(190))
    assert found.savings == Savings(D(400), D(800), D(70), D(60), D(50))


@pytest.mark.parametrize("groups", ["by_division", "by_partner"])
def test_each_grouping_adds_up_to_the_fund(groups: str):
    found = position()
    parts = getattr(found, groups)
    assert [part.name for part in parts] == (["Care", "Home"] if groups == "by_division" else ["PCC", "CCG"])
    for figure in ("budget", "outturn", "variance", "spent"):
        assert sum(getattr(part, figure) for part in parts) == getattr(found, figure)
    assert sum(part.forecast for part in parts) == found.forecast.as_budgeted
    assert [part.vired for part in parts] == [D(50), D(-50)]
    assert [part.savings.banked for part in parts] == [D(50), D(0)]


def test_a_line_that_names_nobody_is_paid_for_by_the_host():
    found = fund_position(fund(line("care"), line("home", partner="CCG")), YEAR, [])
    assert [group.name for group in found.by_partner] == ["PCC", "CCG"]


def test_what_was_spent_is_told_by_period_and_what_nobody_printed_is_flagged():
    found = position()
    assert dict(found.spent_in) == {P("2017-04"): D(130), P("2017-05"): D(60)}
    assert found.flags == ["illustrative"]


def test_the_forecast_is_what_was_spent_and_a_twelfth_of_what_is_left_for_each_month_without_a_posting():
    found = position().forecast
    care, home = found.lines
    assert (care.as_budgeted, care.run_rate) == (D("983.33"), D("900.00"))  # 150 + 1,000 x 10/12
    assert (home.as_budgeted, home.run_rate) == (D("452.50"), D("480.00"))
    assert (found.budget, found.spent, found.as_budgeted) == (D(1500), D(190), D("1435.83"))
    assert (found.variance, care.variance, found.run_rate) == (D("-64.17"), D("-66.67"), D("1380.00"))
    unposted = fund_position(fund(), YEAR, []).forecast
    assert (unposted.run_rate, unposted.as_budgeted) == (None, D(1500)), "nothing was posted: the budget stands"


def test_each_quarter_tells_what_was_posted_in_it_whatever_period_it_is_for():
    whole = fund(line("care"), closed=["2017/18 Q2"])
    [second, third] = fund_position(whole, YEAR, [account(scheme(), *ENTRIES)]).quarters
    assert (second.quarter, second.closed, second.banked, second.indicated) == (P("2017/18 Q2"), True, D(10), D(0))
    assert (third.closed, third.indicated, third.validated, third.banked) == (False, D(70), D(60), D(40))


def test_what_is_banked_beyond_a_line_is_held_and_flagged():
    beyond = account(scheme(), posted(State.BANKED, "2017-12", "1200"), budget="1000")
    found = fund_position(fund(line("care"), line("home")), YEAR, [beyond])
    care = found.lines[0]
    assert (care.outturn, care.flags) == (D(0), (HELD_AT_BUDGET,))
    assert beyond.line_cap != LineCap()


def test_a_trigger_judges_the_fund_and_each_line_by_its_forecast():
    agreed = agreement(triggers=Triggers(fund=Trigger(D(50), None), lines={"care": Trigger(None, D(1))}))
    spent = {"care": LineMoves(outturn={P("2017/18"): D(1100)})}
    found = fund_state(replace(fund(moves=spent), agreements=[agreed]), [])
    assert {key: one.level for key, one in found.triggers.items()} == {
        ("2017/18", None): Level.TWICE,
        ("2017/18", "care"): Level.TWICE,
    }
    assert found.years[0].trigger is not None


def test_a_fund_has_a_position_for_every_year_that_it_budgets_by_the_schemes_of_that():
    other = P("2018/19")
    found = fund_state(
        fund(line("care"), line("care", financial_year=other)),
        [account(scheme(), posted(State.BANKED, "2017-12", "10")), account(scheme("b", financial_year=other))],
    )
    assert [(one.financial_year, one.savings.banked) for one in found.years] == [(YEAR, D(10)), (other, D(0))]


def test_contributions_and_lines_reconcile_partner_by_partner():
    lines = [(line("care"), D(700)), (line("home", partner="CCG", illustrative=True), D(300))]
    found = reconcile([agreement()], YEAR, "PCC", lines)
    assert [(one.partner, one.difference, one.illustrative) for one in found] == [
        ("CCG", D(-70), D(300)),
        ("PCC", D(70), D(0)),
    ]
    assert [one.partner for one in reconcile([], YEAR, None, lines)] == ["CCG"], "nobody's line is in no account"


def test_a_contribution_of_another_year_is_no_part_of_this_one():
    assert reconcile([agreement()], P("2018/19"), None, []) == []
    given = [Contribution("PCC", YEAR, D(1)), Contribution("CCG", YEAR, D(1)), Contribution("CCG", P("2018/19"), D(8))]
    terms = agreement(contributions=given, risk_share=RiskShareTerms(RiskShareRule.PRO_RATA))
    found = fund_position(
        replace(fund(), agreements=[terms]), YEAR, [account(scheme(), posted(State.BANKED, "2017-12", "-10"))]
    )
    assert found.risk_share is not None
    assert found.risk_share.shared.by_partner == {"CCG": D(5), "PCC": D(5)}


def test_an_account_of_a_partner_has_the_savings_of_its_schemes_and_what_was_signed():
    whole = fund()
    accounts = [
        account(scheme(partner="CCG"), *ENTRIES),
        account(scheme("b", partner="CCG"), posted(State.VALIDATED, "2017-12", "1")),
    ]
    terms = RiskShareTerms(RiskShareRule.FIXED_SHARE, {"PCC": D("0.6"), "CCG": D("0.4")})
    now = fund_position(replace(whole, agreements=[agreement(risk_share=terms)]), YEAR, accounts)
    ccg, pcc = partner_accounts(replace(whole, agreements=[agreement(risk_share=terms)]), now, accounts)
    assert (ccg.savings.validated, pcc.savings.validated, ccg.signed_off) == (D(61), D(0), False)
    assert (ccg.contributed, ccg.contributions[0].varies, ccg.fund_balance) == (D(230), "By agreement", D(1000))
    result = year_result(now, Signing("Board", "Accounts agreed"))
    assert result is not None
    end = YearEnd("pool", YEAR, result, SignOff("Ana", AT, DAY, "Board", "Accounts agreed"))
    after = partner_accounts(whole, now, accounts, end)
    assert [one.signed_off for one in after] == [True, True]
    assert (
        partner_accounts(replace(whole, agreements=[]), fund_position(replace(whole, agreements=[]), YEAR, []), [])[
            0
        ].agreement
        is None
    )


def test_a_year_is_open_until_each_of_its_quarters_is_closed():
    assert open_quarters(fund(closed=QUARTERS[:3]), YEAR) == [P(QUARTERS[3])]
    assert open_quarters(fund(closed=QUARTERS), YEAR) == []


def test_a_year_without_terms_is_shared_by_nobody_and_one_with_them_enters_the_ledger_on_the_first_open_day():
    overspent = account(scheme(), posted(State.BANKED, "2017-12", "-30"))
    assert year_result(fund_position(fund(), YEAR, [overspent]), Signing("b", "r")) is None
    terms = RiskShareTerms(RiskShareRule.FIXED_SHARE, {"PCC": D("0.5"), "CCG": D("0.5"), "Third": D(0)})
    whole = replace(fund(closed=QUARTERS), agreements=[agreement(risk_share=terms)])
    said = Signing("Board, minute 12", "Accounts agreed", plan="Do it", action_plan="overspend")
    result = year_result(fund_position(whole, YEAR, [overspent]), said)
    assert result is not None
    assert (result.variance, result.plan, result.action_plan) == (D(30), "Do it", "overspend")
    assert (said.has_plan, Signing("b", "r").has_plan, Signing("b", "r", action_plan="a").has_plan) == (
        True,
        False,
        True,
    )
    end = YearEnd("pool", YEAR, result, SignOff("Ana", AT, DAY, said.decision, said.reason))
    moved = list(year_end_transfers(end, whole))
    assert [(one.debit, one.pence, one.effective_on) for one in moved] == [
        ("CCG", 1500, date(2018, 4, 1)),
        ("PCC", 1500, date(2018, 4, 1)),
    ], "nobody's nought is entered"


def test_the_printed_table_keeps_what_is_printed_and_names_what_does_not_add_up():
    printed = replace(line("care"), budget=replace(line("care").budget, printed_net=D(999)))
    whole = fund(
        printed,
        line("made-up", illustrative=True),
        moves={"care": LineMoves(D(5))},
        printed_totals=[PrintedTotal(YEAR, "net_budget", D(1998)), PrintedTotal(P("2018/19"), "net_budget", D(1))],
    )
    found = budget_table(whole, YEAR)
    assert {(one.where, one.column): one.difference for one in found.differences} == {
        ("care", "net_budget"): D(-1),
        ("total", "net_budget"): D(999),
    }
    assert (found.totals["opening"], found.totals["net_budget"], found.vired) == (D(2000), D(1999), D(5))
    assert (found.printed, found.as_at) == ({"net_budget": D(1998)}, PRESENT)


def test_the_version_of_a_fund_is_all_of_it_but_its_agreement_and_its_closed_quarters_are_in_order():
    whole = fund(closed=[QUARTERS[1], QUARTERS[0]])
    assert whole.version == FundVersion(whole.summary, whole.partners, whole.lines, whole.printed_totals)
    assert whole.closed_quarters == [P(QUARTERS[0]), P(QUARTERS[1])]
    assert whole.closed.of_line("2017/18", "care") == {P(QUARTERS[0]): 0, P(QUARTERS[1]): 0}
    moved = fund(moves=SPENT).budgets["2017/18", "care"]
    assert (moved.net_budget, moved.current) == (D(1000), D(1050))


def test_a_past_state_is_what_was_known_then_of_what_was_recorded_by_then():
    assert (PRESENT.is_present, AsAt(as_of=AT).is_present, AsAt(P(QUARTERS[3])).is_present) == (True, False, False)
    assert AsAt(as_of=AT).covers(AT, DAY)
    assert not AsAt(as_of=AT).covers(AT.replace(hour=1), DAY)
    assert AsAt(P(QUARTERS[3])).covers(AT, DAY)
    assert not AsAt(P(QUARTERS[2])).covers(AT, DAY)
