import pytest

from portal import showing


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1387", "1,387"),
        ("84.36", "84.36"),
        ("-1234567.5", "-1,234,567.5"),
        ("-0.5", "-0.5"),
        ("0", "0"),
        (None, "\N{EN DASH}"),
    ],
)
def test_figures_are_shown_as_they_were_sent(value: str | None, shown: str) -> None:
    assert showing.figure(value) == shown


@pytest.mark.parametrize(
    ("amount", "shown"), [("1234.5", "£1,234.50"), ("-8567000", "\N{MINUS SIGN}£8,567,000.00"), ("0", "£0.00")]
)
def test_money_is_exact(amount: str, shown: str) -> None:
    assert showing.money({"amount": amount, "currency": "GBP"}) == shown


@pytest.mark.parametrize(
    ("value", "decimals", "shown"), [("312.26083333", 2, "312.26"), ("0.125", 2, "0.13"), ("82", 2, "82")]
)
def test_what_was_worked_out_is_rounded_as_the_indicator_is(value: str, decimals: int, shown: str) -> None:
    assert showing.rounded(value, decimals) == shown


def test_every_colour_has_a_word_and_a_symbol() -> None:
    for colour in ("dark_green", "green", "yellow", "amber", "red", "dark_red", "blue", "white", "none"):
        found = showing.badge(colour)
        assert found.word
        assert found.symbol


def test_moments_are_englands() -> None:
    assert showing.moment("2018-07-01T12:00:00Z") == "1 July 2018, 13:00"


def test_an_entry_takes_from_the_account_that_is_credited() -> None:
    entry = {"debit": "~control", "credit": "front-door", "amount": {"amount": "1376.38", "currency": "GBP"}}
    assert showing.entry_of(entry, "front-door") == "\N{MINUS SIGN}£1,376.38"
    assert showing.entry_of(entry, "~control") == "£1,376.38"


FORECAST = {
    "value": "28",
    "period": "2018-06",
    "lower": "26",
    "upper": "30",
    "on_course": True,
    "certain": False,
    "reason": "met",
}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "28 in 2018-06 (26 to 30): on course, by chance."),
        ({"on_course": False, "certain": True}, "28 in 2018-06 (26 to 30): not on course, certainly."),
        ({"on_course": None, "certain": None}, "28 in 2018-06 (26 to 30): not judged."),
        ({"value": None, "reason": "no_target: none is in force"}, "No target: none is in force."),
    ],
)
def test_a_forecast_says_where_it_goes_or_why_nothing_can_be_said(more: dict, said: str) -> None:
    assert showing.forecast(FORECAST | more).startswith(said)


@pytest.mark.parametrize(("chance", "shown"), [("0.05", "5%"), ("1", "100%"), ("0.125", "12.5%"), ("0.01", "1%")])
def test_a_chance_is_shown_in_per_cent(chance: str, shown: str) -> None:
    assert showing.percent(chance) == shown
