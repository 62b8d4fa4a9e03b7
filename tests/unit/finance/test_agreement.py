"""Which version of an agreement is in force in a year."""

from datetime import UTC, date, datetime

import pytest

from contracts.period import Period
from services.finance.domain.agreement import Agreement, AgreementTerms, in_force

NOON = datetime(2018, 2, 28, 12, tzinfo=UTC)


def version(number: int, effective_from: date) -> Agreement:
    return Agreement(number, AgreementTerms(effective_from), NOON, "accountant", NOON.date())


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        ([], None),
        ([date(2018, 3, 31)], 1),
        ([date(2018, 4, 1)], None),
        ([date(2015, 4, 1), date(2018, 4, 1)], 1),
        ([date(2017, 4, 1), date(2018, 3, 31)], 2),
        ([date(2018, 3, 31), date(2017, 4, 1)], 2),
    ],
)
def test_the_last_version_that_takes_effect_before_the_year_is_over_is_in_force(days: list[date], wanted: int | None):
    found = in_force([version(n, day) for n, day in enumerate(days, 1)], Period.parse("2017/18"))
    assert (found and found.version) == wanted
