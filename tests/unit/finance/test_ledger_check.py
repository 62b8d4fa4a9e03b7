"""What a ledger is verified by besides its chain: each row that is not as it was written is named."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from contracts.period import Period
from services.finance.domain.agreement import RiskShareTerms
from services.finance.domain.fund_position import fund_position
from services.finance.domain.ledger import Entry, PostedAmounts, RecordedEntry, State
from services.finance.domain.ledger_check import (
    LedgerCheck,
    LedgerFault,
    UnreadableRowError,
    differing_balances,
    differing_totals,
    entry_fault,
    unfounded,
    virement_faults,
    year_end_faults,
)
from services.finance.domain.risk_share import RiskShareRule
from services.finance.domain.savings import Amounts
from services.finance.domain.transfers import Account, Layer, RecordedTransfer, Transfer, transfers_of_entry
from services.finance.domain.virements import Decided, Virement, VirementProposal, VirementState, virement_transfer
from services.finance.domain.year_end import Signing, SignOff, YearEnd, year_end_transfers, year_result
from tests.unit.finance.world import AT, DAY, YEAR, account, agreement, fund, posted, scheme

D, P = Decimal, Period.parse
AGREED = scheme().definition


def recorded(number: int, transfer: Transfer, **changes: Any) -> RecordedTransfer:
    return replace(RecordedTransfer(number, transfer, "Ben", AT, DAY, ""), **changes)


def entered(state: State = State.VALIDATED, period: str = "2017-12", quarter: str = "2017/18 Q3") -> RecordedEntry:
    amounts = PostedAmounts(state, P(period), P(quarter), Amounts(D("5.00"), D(0)))
    return RecordedEntry(1, Entry("a", amounts, restates=False, reason="r", reference="r1"), "Ben", AT, DAY)


def standing_for(one: RecordedEntry) -> list[RecordedTransfer]:
    return [recorded(number, transfer) for number, transfer in enumerate(transfers_of_entry(one, AGREED), 7)]


def test_an_entry_is_what_its_transfers_say_by_whom_when_and_in_which_quarter():
    one = entered()
    there = standing_for(one)
    assert there[0].transfer.relates_to == "posted as r1"
    assert entry_fault(one, AGREED, there) is None
    for changed in (
        replace(one, entry=replace(one.entry, reason="Else")),
        replace(one, entry=replace(one.entry, posted=replace(one.entry.posted, quarter=P("2017/18 Q2")))),
        replace(one, actor="Bo"),
        replace(one, at=AT + timedelta(seconds=1)),
        replace(one, business_date=DAY + timedelta(days=1)),
    ):
        found = entry_fault(changed, AGREED, there)
        assert found is not None, changed
        assert (found.table, found.row) == ("entry", "1")
    assert entry_fault(one, None, there) is not None, "of a scheme that there is not"
    assert entry_fault(one, AGREED, []) is not None


@pytest.mark.parametrize(
    ("period", "quarter"), [("2017-12", "2017/18 Q3"), ("2017-12", "2018/19 Q1"), ("2017/18", "2017/18 Q4")]
)
def test_an_entry_stands_in_the_quarter_that_it_was_posted_in(period: str, quarter: str):
    one = entered(period=period, quarter=quarter)
    assert entry_fault(one, AGREED, standing_for(one)) is None


def test_what_is_agreed_and_not_in_the_ledger_is_named_by_its_table():
    budget, plan = Account(Layer.BUDGET, YEAR, "care"), Account(Layer.PLANNED_LOW, YEAR, "a")
    given = Account(Layer.CONTRIBUTION, YEAR, "PCC")
    assert list(differing_balances("pool", {budget: D(5)}, {budget: D(5)})) == []
    found = list(differing_balances("pool", {budget: D(5), plan: D(1)}, {budget: D(4), given: D(2)}))
    assert [(one.table, one.row) for one in found] == [
        ("budget_line", "pool 2017/18 care"),
        ("fund_agreement", "pool 2017/18 PCC"),
        ("scheme_plan", "pool 2017/18 a"),
    ]
    assert found[0].fault == "says £5.00, and the transfers £4.00"


PROPOSED = VirementProposal("v1", YEAR, "care", "home", D(10), DAY, "r")
MOVED = Virement("pool", PROPOSED, VirementState.APPROVED, "Ana", AT, DAY, Decided("Ben", AT, None, 7))


def test_a_virement_is_what_the_transfer_says_that_it_names_and_each_transfer_is_of_one():
    there = [recorded(7, virement_transfer(MOVED))]
    assert list(virement_faults([MOVED], there)) == []
    for changed in (
        replace(MOVED, proposal=replace(PROPOSED, amount=D(11))),
        replace(MOVED, decided=Decided("Bo", AT, None, 7)),
        replace(MOVED, decided=Decided("Ben", AT, None, 8)),
        replace(MOVED, decided=None),
    ):
        assert ("virement", "pool v1") in [(one.table, one.row) for one in virement_faults([changed], there)]
    [lost] = virement_faults([], there)
    assert (lost.row, lost.fault) == ("pool.7", "follows from no virement that is approved")


def test_the_end_of_a_year_is_what_the_ledger_says_but_for_its_day():
    terms = RiskShareTerms(RiskShareRule.HOST)
    whole = replace(fund(), agreements=[agreement(risk_share=terms)])
    overspent = account(scheme(), posted(State.BANKED, "2017-12", "-30"))
    result = year_result(fund_position(whole, YEAR, [overspent]), Signing("Board", "r"))
    assert result is not None
    end = YearEnd("pool", YEAR, result, SignOff("Ben", AT, DAY, "Board", "r"))
    there = [recorded(7, one) for one in year_end_transfers(end, whole)]
    closed = replace(whole, closed=fund(closed=["2017/18 Q1"]).closed)
    assert list(year_end_faults([end], closed, there)) == []
    other = replace(end, signed=replace(end.signed, by="Bo"))
    assert [(one.table, one.row) for one in year_end_faults([other], whole, there)] == [("year_end", "pool 2017/18")]
    assert [one.fault for one in year_end_faults([], whole, there)] == ["follows from no end of a year"]


def test_a_transfer_that_follows_from_nothing_and_a_row_that_cannot_be_read_are_named():
    [found] = unfounded([recorded(7, virement_transfer(MOVED))], "entry")
    assert found == LedgerFault("transfer", "pool.7", "follows from no entry")
    assert (UnreadableRowError("entry", "5").fault.row, str(UnreadableRowError("entry", "5"))) == ("5", "entry 5")
    assert (LedgerCheck(1, 0, 0, ()).is_clean, LedgerCheck(1, 0, 0, (found,)).is_clean) == (True, False)


def test_totals_are_what_entries_add_to_period_by_period():
    one, other = posted(State.BANKED, "2017-12", "5"), posted(State.BANKED, "2017-11", "1", "2")
    both = posted(State.BANKED, "2017-12", "10")
    assert list(differing_totals("a", [one, one, other], [both, other])) == []
    [lacking, wrong] = differing_totals("a", [one, other], [both])
    assert (lacking.row, lacking.fault) == (
        "a banked 2017-11 in 2017/18 Q3",
        "says £0.00 cash and £0.00 not cash, and the entries £1.00 cash and £2.00 not cash",
    )
    assert wrong.row == "a banked 2017-12 in 2017/18 Q3"
