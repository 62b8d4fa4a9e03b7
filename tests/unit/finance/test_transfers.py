"""A ledger balances by its form, and what was changed in it afterwards is found."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.period import Period
from services.finance.domain.ledger import Basis, Entry, PostedAmounts, RecordedEntry, State
from services.finance.domain.ledger_check import ChainReading
from services.finance.domain.savings import Amounts
from services.finance.domain.scheme import Delivery, SchemeDefinition, Workstream
from services.finance.domain.series import Series, Version
from services.finance.domain.transfers import (
    CONTROL,
    Account,
    AccountBalance,
    ChainEnd,
    Layer,
    RecordedTransfer,
    Transfer,
    TrialBalance,
    chained,
    effective_day,
    first_open_day,
    in_pence,
    sides,
    split_id,
    transfers_of_entry,
    transfers_to,
)

D = Decimal
P = Period.parse
YEAR = P("2017/18")
NOW = datetime(2018, 2, 28, 12, tzinfo=UTC)
TODAY = date(2018, 2, 28)


def transfer(account: str, amount: str, layer: Layer = Layer.OUTTURN, day: date = TODAY) -> Transfer:
    debit, credit, pence = sides(account, D(amount))
    return Transfer("pool", YEAR, layer, debit, credit, pence, day, "General ledger")


def chain(transfers: Sequence[Transfer]) -> list[RecordedTransfer]:
    found, end = list[RecordedTransfer](), ChainEnd()
    for one in transfers:
        bare = RecordedTransfer(end.number + 1, one, "Ana", NOW, TODAY, "")
        found.append(replace(bare, hash=chained(end, bare)))
        end = ChainEnd(found[-1].number, found[-1].hash)
    return found


def read(recorded: Sequence[RecordedTransfer]) -> ChainReading:
    reading = ChainReading("pool")
    for one in recorded:
        reading.read(one)
    return reading


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.integers(-(10**12), 10**12),
        st.sampled_from(list(Layer)),
        st.dates(YEAR.start, YEAR.end),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(MOVES)
def test_whatever_is_entered_every_layer_balances_and_the_chain_is_whole(moves: list[tuple[str, int, Layer, date]]):
    recorded = chain([transfer(who, str(D(pence) / 100), layer, day) for who, pence, layer, day in moves])
    reading = read(recorded)
    reading.close(reading.end, dict(reading.sums), reading.lines)
    assert not reading.faults
    accounts = [AccountBalance(day.account, D(debit), D(credit)) for day, (debit, credit) in reading.sums.items()]
    assert TrialBalance("pool", None, None, accounts).difference == 0
    for layer in Layer:
        assert sum(one.balance for one in accounts if one.account.layer is layer) == 0
    for who in "abc":
        posted = sum(pence for account, pence, *_ in moves if account == who)
        assert sum(one.balance for one in accounts if one.account.owner == who) == posted


CHANGES = {
    "financial_year": P("2018/19"),
    "layer": Layer.BANKED,
    "debit": "c",
    "credit": "c",
    "pence": 1,
    "effective_on": date(2018, 3, 1),
    "reason": "Else",
    "period": P("2017/18 Q4"),
    "reference": "x",
    "relates_to": "x",
    "entry": 7,
    "event_id": "x",
    "reverses": 7,
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_transfer_that_was_changed_is_named(field: str):
    recorded = chain([transfer("a", "1"), transfer("a", "2"), transfer("b", "-3")])
    changed = replace(recorded[1].transfer, **{field: CHANGES[field]})
    reading = read([recorded[0], replace(recorded[1], transfer=changed), recorded[2]])
    assert [fault.row for fault in reading.faults] == ["pool.2"]


@pytest.mark.parametrize(
    ("changes", "rows"),
    [
        ({"actor": "Bo"}, ["pool.2"]),
        ({"recorded_at": NOW.replace(hour=13)}, ["pool.2"]),
        ({"business_date": date(2018, 3, 1)}, ["pool.2"]),
        ({"hash": "f" * 64}, ["pool.2", "pool.3"]),
    ],
)
def test_who_did_it_when_and_the_hash_itself_are_part_of_the_chain(changes: dict[str, object], rows: list[str]):
    recorded = chain([transfer("a", "1"), transfer("a", "2"), transfer("b", "-3")])
    reading = read([recorded[0], replace(recorded[1], **changes), recorded[2]])  # type: ignore[arg-type]  any field
    assert [fault.row for fault in reading.faults] == rows


def test_what_is_missing_is_named_in_the_middle_and_at_the_end():
    recorded = chain([transfer("a", "1"), transfer("a", "2"), transfer("b", "-3")])
    assert [fault.fault for fault in read([recorded[0], recorded[2]]).faults] == [
        "transfers 2 to 2 before it are missing"
    ]
    reading = read(recorded[:2])
    reading.close(ChainEnd(3, recorded[2].hash), dict(reading.sums), reading.lines)
    assert [(fault.table, fault.row) for fault in reading.faults] == [("ledger_head", "pool")]


def test_a_balance_that_is_not_what_transfers_add_to_is_named():
    reading = read(chain([transfer("a", "1")]))
    stored = dict(reading.sums)
    day = next(day for day in stored if day.account.owner == "a")
    stored[day] = stored[day]._replace(debit=101)
    says = "says 101 pence debited and 0 credited, and the transfers 100 pence debited and 0 credited"
    reading.close(reading.end, stored, reading.lines)
    assert [(fault.table, fault.fault) for fault in reading.faults] == [("ledger_balance", says)]


def test_sums_of_lines_are_those_of_all_days_but_of_layers_that_move_lines_alone():
    spent = [transfer("a", "1", day=date(2017, 12, 31)), transfer("a", "-2", day=date(2018, 1, 5))]
    reading = read(chain([*spent, transfer("b", "3", Layer.VIREMENT), transfer("a", "9", Layer.BUDGET)]))
    assert {(str(account.layer), account.owner): sums for (account, _), sums in reading.lines.items()} == {
        ("outturn", "a"): (100, 200),
        ("virement", "b"): (300, 0),
    }


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("12.34", ("a", CONTROL, 1234)), ("-12.34", (CONTROL, "a", 1234)), ("0", ("a", CONTROL, 0))],
)
def test_a_negative_amount_is_credited(amount: str, expected: tuple[str, str, int]):
    assert sides("a", D(amount)) == expected


def test_parts_of_a_penny_are_refused():
    with pytest.raises(ValueError, match="parts of a penny"):
        in_pence(D("0.001"))


def test_accounts_are_brought_to_what_is_wanted_in_the_first_open_quarter():
    def account(owner: str) -> Account:
        return Account(Layer.BUDGET, YEAR, owner)

    moved = transfers_to(
        "pool",
        {account("a"): D(10), account("b"): D(5)},
        {account("a"): D(12), account("b"): D(5), account("gone"): D(1)},
        closed=[P("2017/18 Q1")],
        reason="Agreed",
        relates_to="the budget",
    )
    assert [(one.debit, one.credit, one.pence, one.effective_on) for one in moved] == [
        (CONTROL, "a", 200, date(2017, 7, 1)),
        (CONTROL, "gone", 100, date(2017, 7, 1)),
    ]


def test_days_of_effect():
    assert first_open_day(YEAR, []) == date(2017, 4, 1)
    assert effective_day(P("2017-12"), P("2017/18 Q3")) == date(2017, 12, 31)
    assert effective_day(P("2017-12"), P("2017/18 Q4")) == date(2018, 1, 1), "its own quarter was closed"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pool.17", ("pool", 17)),
        ("a.b.2", ("a.b", 2)),
        ("pool", None),
        (".1", None),
        ("pool.", None),
        ("pool.x", None),
        ("pool.²", None),
        (f"pool.{'9' * 16}", None),
    ],
)
def test_ids(text: str, expected: tuple[str, int] | None):
    assert split_id(text) == expected


AGREED = SchemeDefinition(
    code="a",
    name="Fewer admissions",
    workstream=Workstream.PREVENTION_AND_DEMAND,
    fund="pool",
    budget_line="line",
    partner="CCG",
    financial_year=YEAR,
    plan=(),
    cashable_share=D(1),
    recurrent=True,
    delivered_by=Delivery.PLAN,
    optimism_bias=D(0),
    confidence=D(1),
    illustrative=True,
    link=None,
)


def indicated(cash: str, non_cash: str) -> RecordedEntry:
    posted = PostedAmounts(State.INDICATED, P("2017-12"), P("2017/18 Q4"), Amounts(D(cash), D(non_cash)))
    basis = Basis(Series("ae", "E06000026"), Version(1, 2), "1", "e1")
    return RecordedEntry(7, Entry("a", posted, restates=True, reason="Indicator", basis=basis), "finance", NOW, TODAY)


def test_an_entry_says_in_the_ledger_what_it_was_made_from():
    cash, non_cash = transfers_of_entry(indicated("-5", "2"), AGREED)
    assert (cash.layer, cash.debit, cash.credit, cash.pence) == (Layer.INDICATED, CONTROL, "a", 500)
    assert (non_cash.layer, non_cash.debit, non_cash.credit, non_cash.pence) == (Layer.NON_CASH, "a", CONTROL, 200)
    assert {(one.entry, one.event_id, one.relates_to) for one in (cash, non_cash)} == {
        (7, "e1", "ae in E06000026, revision 2 of generation 1 by rule 1; restates")
    }
    assert [one.layer for one in transfers_of_entry(indicated("0", "0"), AGREED)] == [Layer.INDICATED]
