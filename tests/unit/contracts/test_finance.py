"""What is said of the topic of finance as a whole."""

import pytest

from contracts import finance


def test_every_event_of_finance_is_among_its_types():
    named = {
        value for name, value in vars(finance).items() if name.isupper() and str(value).startswith("commissioning.")
    }
    assert named == set(finance.EVENT_TYPES)


def test_every_event_that_carries_a_fund_is_among_the_states_of_funds():
    carrying = {
        each for each in vars(finance).values() if isinstance(each, type) and issubclass(each, finance.FundUpdated)
    }
    assert len(carrying) == len(finance.FUND_STATES)


@pytest.mark.parametrize(
    ("subject", "fund"), [("fund/bcf", "bcf"), ("scheme", None), ("unit-cost/fund", None), ("funds/bcf", None)]
)
def test_the_subject_of_a_fund_names_it(subject, fund):
    assert finance.fund_of(subject) == fund
