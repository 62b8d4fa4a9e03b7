from decimal import Decimal

import pytest

from services.finance.domain.ranges import figure, read_print, savings_figure

D = Decimal

THOUSAND = D(1000)

PRINTED = """
staffing PCC 1629 | 2 32 5 81 5 81 8 130 7 114 10 163
staffing CCG 4402 | 2 88 5 220 5 220 8 352 7 308 10 440
commissioning PCC 22167 | 1 222 2 443 3 665 7 1552 8 1773 12 2660
commissioning CCG 309289 | 1 3093 2 6186 3 9278 7 21650 8 24743 12 37114
"""
TOTALS = {
    "staffing": [121, 302, 302, 482, 422, 603],
    "commissioning": [3315, 6629, 9944, 23202, 26516, 39774],
}


def rows():
    for line in PRINTED.strip().splitlines():
        head, tail = line.split(" | ")
        strand, partner, base = head.split()
        numbers = tail.split()
        for i, (rate, printed) in enumerate(zip(numbers[::2], numbers[1::2], strict=True)):
            yield strand, partner, D(base) * THOUSAND, i, D(rate), D(printed) * THOUSAND


def differing() -> list[tuple[str, str, int, str]]:
    found = []
    for strand, partner, base, i, rate, printed in rows():
        reading = read_print(savings_figure(base, rate, THOUSAND), printed, THOUSAND)
        if reading != "as_computed":
            found.append((strand, partner, i, reading))
    return found


def test_every_printed_figure_of_2014_that_is_not_rounded_half_up_is_listed():
    assert differing() == [
        ("staffing", "PCC", 0, "truncated"),  # 32.58 printed 32
        ("commissioning", "CCG", 2, "truncated"),  # 9,278.67 printed 9,278
        ("commissioning", "CCG", 5, "truncated"),  # 37,114.68 printed 37,114
    ]


def test_totals_add_exact_amounts_before_they_are_rounded():
    readings = []
    for strand, printed in TOTALS.items():
        for i, total in enumerate(printed):
            exact = sum((b * r / 100 for s, _, b, n, r, _ in rows() if s == strand and n == i), D(0))
            readings.append((strand, i, read_print(figure(exact, THOUSAND), D(total) * THOUSAND, THOUSAND)))
    assert [r for r in readings if r[2] != "as_computed"] == [
        ("commissioning", 5, "truncated"),
    ]


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
