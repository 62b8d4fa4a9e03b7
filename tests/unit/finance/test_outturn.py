"""What is spent: where it falls, what is refused, what a year is expected to come to; and files of it."""

import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.period import Period
from services.finance.domain.forecast import line_forecast
from services.finance.domain.outturn import (
    OutturnPosting,
    fault_of,
    is_same_posting,
    outturn_transfer,
    repeated_references,
)
from services.finance.domain.transfers import CONTROL, RecordedTransfer
from services.finance.errors import InvalidFinance
from services.finance.schemas.outturn_files import read_outturn_file

D = Decimal
P = Period.parse
TODAY = date(2018, 2, 28)
LINES = {(P("2017/18"), "leisure")}


def posting(period: str = "2017-11", amount: str = "100", line: str = "leisure") -> OutturnPosting:
    return OutturnPosting("gl-1", line, P(period), D(amount), "General ledger")


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (posting(), None),
        (posting("2017/18 Q4"), None),
        (posting("2018-02"), None),
        (posting("2018-03"), "period"),
        (posting("2017/18"), "period"),
        (posting("2017"), "period"),
        (posting("2016-11"), "line"),
        (posting(line="unknown"), "line"),
    ],
)
def test_what_cannot_be_spent_is_named(wanted: OutturnPosting, field: str | None):
    fault = fault_of(wanted, LINES, TODAY)
    assert (None if fault is None else fault[0]) == field


def test_it_falls_in_its_own_quarter_or_the_first_open_one():
    plain = outturn_transfer(posting(amount="-3"), "pool", [])
    assert (plain.debit, plain.credit, plain.pence, plain.effective_on) == (CONTROL, "leisure", 300, date(2017, 11, 30))
    late = outturn_transfer(posting(), "pool", [P("2017/18 Q3")])
    assert (late.effective_on, late.relates_to) == (date(2018, 1, 1), "2017/18 Q3, which was closed")
    for one in (plain, late):
        recorded = RecordedTransfer(1, one, "Ana", None, TODAY, "")  # type: ignore[arg-type]  the moment is not read
        assert is_same_posting(recorded, posting(amount=str(one.amount_of("leisure"))))
        assert not is_same_posting(recorded, posting(amount="7"))


def test_a_reference_given_twice_is_named():
    assert [(fault.place, fault.field) for fault in repeated_references([posting(), posting()])] == [(1, "reference")]


@pytest.mark.parametrize(
    ("spent", "as_budgeted", "run_rate", "months"),
    [
        ({}, "1140.00", None, 0),  # 1,200 less 60 banked
        ({"2017-04": "100"}, "1145.00", "1200.00", 1),
        ({"2017/18 Q1": "300", "2017-07": "100"}, "1160.00", "1200.00", 4),
        ({"2017/18 Q1": "300", "2017-04": "-30"}, "1125.00", "1080.00", 3),  # the same months count once
        ({f"2017/18 Q{n}": "400" for n in (1, 2, 3, 4)}, "1600.00", "1600.00", 12),
    ],
)
def test_forecasts(spent: dict[str, str], as_budgeted: str, run_rate: str | None, months: int):
    by_period = {P(period): D(amount) for period, amount in spent.items()}
    found = line_forecast("leisure", "Leisure", D(1200), D(60), by_period)
    assert (str(found.as_budgeted), found.months) == (as_budgeted, months)
    assert (None if found.run_rate is None else str(found.run_rate)) == run_rate
    assert found.variance == found.as_budgeted - 1200


@settings(max_examples=30)
@given(st.integers(-(10**9), 10**9), st.dictionaries(st.integers(4, 12), st.integers(-(10**7), 10**7)))
def test_what_is_spent_as_budgeted_is_forecast_as_budgeted(budget: int, spent: dict[int, int]):
    by_period = {P(f"2017-{month:02d}"): D(budget) for month in spent}
    assert line_forecast("a", "A", D(budget) * 12, D(0), by_period).variance == 0


def read(text: str) -> list[OutturnPosting]:
    return list(read_outturn_file(io.BytesIO(text.encode())).postings)


HEAD = "reference,line,period,amount"


def test_a_file_of_outturn():
    found = read(f"{HEAD},reason\ngl-1,leisure,2017-11,100.50,Pools\n\ngl-2,leisure,2017/18 Q3,-3,\n")
    assert found == [
        OutturnPosting("gl-1", "leisure", P("2017-11"), D("100.50"), "Pools"),
        OutturnPosting("gl-2", "leisure", P("2017/18 Q3"), D(-3), "Outturn by the general ledger"),
    ]
    assert read("Amount;Period;Line;Reference\n1;2017-11;leisure;a\n")[0].amount == 1
    assert read("reference,,line,period,amount,\na,,leisure,2017-11,1, ,\n")[0].amount == 1


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", ["line 1"]),
        (f"{HEAD}\n", ["line 2"]),
        ("reference,line,amount,else\n", ["line 1, column period", "line 1, column else"]),
        (f"{HEAD},line\n", ["line 1, column line"]),
        (f"{HEAD}\na,leisure,2017-11,1\nb,leisure,never,1\n,leisure,2017-11,1.234\n", None),
        (f"{HEAD}\na,leisure,2017-11\n", ["line 2, column amount"]),
        (f"{HEAD}\na,leisure,2017-11,1,2\n", ["line 2, column 5"]),
        ("reference,,line,period,amount\na,x,leisure,2017-11,1\n", ["line 2, column 2"]),
        (",reference,line,period,amount\nx,a,leisure,2017-11,1\n", ["line 2, column 1"]),
        ("reference,,line,period,amount,\na,,leisure,2017-11,1,,y\n", ["line 2, column 7"]),
        ("reference,,line,period,amount,\na,x,leisure,2017-11,1,y\n", ["line 2, column 2", "line 2, column 6"]),
        (f'{HEAD}\na,leisure,2017-11,"1,000"\n', ["line 2, column amount"]),
        (f"{HEAD}\na,leisure,2017-11,1e3\n", ["line 2, column amount"]),
        (f"{HEAD}\na,leisure,2017-11,999999999999\n", ["line 2, column amount"]),
        (f"{HEAD}\n{'a' * 101},leisure,2017-11,1\n", ["line 2, column reference"]),
    ],
)
def test_each_cell_that_is_wrong_is_named_by_line_and_column(text: str, places: list[str] | None):
    with pytest.raises(InvalidFinance) as refused:
        read(text)
    expected = places or ["line 3, column period", "line 4, column reference", "line 4, column amount"]
    assert [error.field for error in refused.value.errors] == expected


def test_a_file_that_is_no_text_is_refused():
    with pytest.raises(InvalidFinance, match="UTF-8"):
        read_outturn_file(io.BytesIO(b"reference\n\xff\xfe"))
