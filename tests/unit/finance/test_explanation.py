"""How amounts and numbers are written for people."""

from decimal import Decimal

import pytest

from services.finance.domain.explanation import in_pounds, plain


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("-349.97", "-£349.97"),
        ("1234567.8", "£1,234,567.80"),
        ("0", "£0.00"),
        ("-0.00", "£0.00"),
        ("-0.001", "£0.00"),
        ("-1000", "-£1,000.00"),
    ],
)
def test_a_minus_stands_before_the_pound(amount: str, written: str) -> None:
    assert in_pounds(Decimal(amount)) == written


@pytest.mark.parametrize(
    ("number", "written"), [("1E-8", "0.00000001"), ("0.0", "0"), ("0.400", "0.4"), ("1E+3", "1000")]
)
def test_numbers_are_plain(number: str, written: str) -> None:
    assert plain(Decimal(number)) == written
