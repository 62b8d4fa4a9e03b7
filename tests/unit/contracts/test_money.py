from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.money import EventNumber, Money, Number, allocate, pounds, to_penny


def test_money_travels_as_text_with_its_currency():
    assert Money(amount=Decimal("1234.56")).model_dump_json() == '{"amount":"1234.56","currency":"GBP"}'
    assert Money.model_validate_json('{"amount":"1234.56","currency":"GBP"}').amount == Decimal("1234.56")


@pytest.mark.parametrize(
    "sent",
    [
        {"amount": "1.234"},
        {"amount": "NaN"},
        {"amount": "Infinity"},
        {"amount": "much"},
        {"amount": "1", "currency": "EUR"},
        {"amount": "1", "pence": 1},
        {"amount": "12345678901234567890"},
        {"amount": "1_000.00"},
        {"amount": "1e3"},
        {"amount": "1E3"},
        {"amount": "\u0661\u0662"},
        {"amount": "\uff11"},
        {"amount": " 1"},
        {"amount": "1 "},
        {"amount": "1\n"},
        {"amount": ""},
        {"amount": "-"},
        {"amount": "+1"},
        {"amount": ".5"},
        {"amount": "5."},
        {"amount": "1,000.00"},
        {"amount": 12},
        {"amount": 1.5},
        {"amount": 1.0},
        {"amount": True},
        {"amount": None},
        {},
    ],
)
def test_what_is_no_money_is_refused(sent: dict[str, object]):
    with pytest.raises(ValidationError):
        Money.model_validate(sent)


@pytest.mark.parametrize("text", ["1_000.00", "1e3", "\u0661", " 1", "1.5 ", "NaN"])
@pytest.mark.parametrize("kind", [Number, EventNumber])
def test_a_number_is_plain_digits(kind: object, text: str):
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(text)
    assert refused.value.errors()[0]["type"] == "number"
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_json("1.5")


@pytest.mark.parametrize("text", ["0", "-0.5", "007.10", "79.29", "0.0000000001"])
@pytest.mark.parametrize("kind", [Number, EventNumber])
def test_a_number_is_read_and_written_exactly_and_never_with_an_exponent(kind: object, text: str):
    found = TypeAdapter(kind).validate_json(f'"{text}"')
    assert found == Decimal(text)
    assert TypeAdapter(kind).dump_json(found).decode().strip('"') == f"{Decimal(text):f}"


def test_events_published_before_wrote_very_small_values_with_an_exponent():
    assert TypeAdapter(EventNumber).validate_json('"1E-7"') == Decimal("0.0000001")
    for refused in ("1E7", "1e-7", "1E-100"):
        with pytest.raises(ValidationError):
            TypeAdapter(EventNumber).validate_python(refused)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.0049", "0.00"),
        ("2.675", "2.68"),  # a float says 2.67
        ("-0.005", "-0.01"),
        ("1.015", "1.02"),
    ],
)
def test_amounts_round_half_up_to_the_penny(amount: str, rounded: str):
    assert str(to_penny(Decimal(amount))) == rounded
    assert pounds(amount).amount == Decimal(rounded)


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        ("1000.01", ("77", "23"), ("770.01", "230.00")),
        ("-1000.01", ("77", "23"), ("-770.01", "-230.00")),
        ("0.01", ("1", "1"), ("0.01", "0.00")),
        ("100", ("1", "1", "1"), ("33.34", "33.33", "33.33")),
        ("0", ("1", "2"), ("0.00", "0.00")),
        ("10", ("0", "1"), ("0.00", "10.00")),
    ],
)
def test_allocation_is_by_largest_remainder(amount: str, weights: tuple[str, ...], shares: tuple[str, ...]):
    found = allocate(Decimal(amount), [Decimal(w) for w in weights])
    assert found == [Decimal(s) for s in shares]


pence = st.integers(-(10**12), 10**12).map(lambda p: Decimal(p) / 100)
weights = st.lists(st.decimals(0, 1000, places=4), min_size=1, max_size=8).filter(any)


@given(pence, weights)
def test_allocation_is_exact_in_sum_sign_symmetric_and_within_a_penny(amount: Decimal, by: list[Decimal]):
    shares = allocate(amount, by)
    assert sum(shares) == amount
    assert allocate(-amount, by) == [-share for share in shares]
    total = sum(by)
    for share, weight in zip(shares, by, strict=True):
        assert abs(share - amount * weight / total) < Decimal("0.010001")


@pytest.mark.parametrize("by", [[], [Decimal(0)], [Decimal(2), Decimal(-1)]])
def test_weights_that_cannot_divide_are_refused(by: list[Decimal]):
    with pytest.raises(ValueError, match="weights"):
        allocate(Decimal(1), by)
