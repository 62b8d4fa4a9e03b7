from decimal import Decimal

import pytest

from services.finance.domain.ranges import read_print, savings_figure

D = Decimal


@pytest.mark.parametrize(
    ("base", "percent", "unit", "exact", "rounded"),
    [
        ("1629000", "2", "1000", "32580.00", "33000"),
        ("1629000", "2", "0.01", "32580.00", "32580.00"),
        ("0.50", "1", "0.01", "0.01", "0.01"),  # half a penny goes up
        ("50000", "1", "1000", "500.00", "1000"),  # so does half a thousand
        ("-50000", "1", "1000", "-500.00", "-1000"),
    ],
)
def test_a_figure_is_exact_to_the_penny_and_rounded_half_up(
    base: str, percent: str, unit: str, exact: str, rounded: str
):
    made = savings_figure(D(base), D(percent), D(unit))
    assert (made.exact, made.rounded) == (D(exact), D(rounded))


@pytest.mark.parametrize(
    ("printed", "reading"),
    [("33000", "as_computed"), ("32000", "truncated"), ("31000", "differs"), ("34000", "differs")],
)
def test_how_a_printed_figure_stands_to_what_it_comes_to(printed: str, reading: str):
    assert read_print(savings_figure(D(1_629_000), D(2), D(1000)), D(printed), D(1000)) == reading
